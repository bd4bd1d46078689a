//! What the processor remembers of calls, so that it need not read them from the log again. Only what a committed
//! transaction left there is ever put in, and all is forgotten when the log says that it may not hold any more.

use std::collections::HashMap;

use crate::fold::Set;

/// The calls that were folded last, by their keys, within a bound of memory.
///
/// Two generations: what is put in or taken out is young, and when the young ones fill half of the room, the old ones go and
/// the young ones are old.
pub struct Known {
    young: HashMap<String, Set>,
    old: HashMap<String, Set>,
    /// Of the young ones, about.
    bytes: usize,
    bytes_max: usize,
    generation: u64,
}

impl Known {
    /// Remembers calls of about so many bytes in all.
    pub fn new(bytes_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), bytes: 0, bytes_max, generation: 0 }
    }

    /// Forgets everything unless it is still of this generation of the reader.
    pub fn hold_to(&mut self, generation: u64) {
        if self.generation != generation {
            self.forget();
            self.generation = generation;
        }
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        *self = Self { generation: self.generation, ..Self::new(self.bytes_max) };
    }

    /// Takes out what is known of a key. What comes of it is put in again once it is committed, and forgotten if not.
    pub fn take(&mut self, key: &str) -> Option<Set> {
        if let Some(set) = self.young.remove(key) {
            self.bytes = self.bytes.saturating_sub(room(key, &set));
            return Some(set);
        }
        self.old.remove(key)
    }

    /// Puts in what was committed.
    pub fn put(&mut self, key: String, set: Set) {
        self.bytes += room(&key, &set);
        self.young.insert(key, set);
        if self.bytes > self.bytes_max / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

fn room(key: &str, set: &Set) -> usize {
    size_of::<String>() + key.len() + set.bytes()
}

#[cfg(test)]
mod tests {
    use schemas::{Event, EventId, Origin, PbxState, Said, Timestamp, Unread};

    use super::*;

    fn set(session: &str) -> Set {
        let event: Event<Unread> = Event {
            id: EventId::of(&[session.as_bytes()]),
            receipt: uuid::Uuid::nil(),
            account: "acme".parse().unwrap(),
            source: "acme-uis".parse().unwrap(),
            session: session.into(),
            received_at: Timestamp::UNIX_EPOCH,
            origin: Origin::Webhook,
            reading: 0,
            said: Said::only(PbxState::Ringing),
            body: Unread,
        };
        Set::begin(event, 1)
    }

    #[test]
    fn the_latest_are_remembered_within_the_bound() {
        let one = room("1000", &set("1000"));
        let mut known = Known::new(100 * one);
        for n in 1000..2000 {
            known.put(n.to_string(), set(&n.to_string()));
            assert!(known.young.len() + known.old.len() <= 102);
        }
        assert!(known.take("1000").is_none());
        for n in 1960..2000 {
            let set = known.take(&n.to_string()).unwrap();
            assert_eq!(set.into_call().session, n.to_string());
            assert!(known.take(&n.to_string()).is_none(), "taken out is out");
        }
    }

    #[test]
    fn what_is_used_stays() {
        let one = room("1000", &set("1000"));
        let mut known = Known::new(20 * one);
        known.put("used".into(), set("1"));
        for n in 1000..2000 {
            known.put(n.to_string(), set("1"));
            let used = known.take("used").unwrap();
            known.put("used".into(), used);
        }
    }

    #[test]
    fn another_generation_knows_nothing() {
        let mut known = Known::new(1 << 20);
        known.put("1".into(), set("1"));
        known.hold_to(0);
        let kept = known.take("1").unwrap();
        known.put("1".into(), kept);
        known.hold_to(1);
        assert!(known.take("1").is_none());
    }
}
