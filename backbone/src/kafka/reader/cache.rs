//! The newest records of calls, as many as a bound of memory holds; the one not used for longest goes first.

use std::collections::{BTreeMap, HashMap};

use super::index::Key;
use crate::log::Record;

/// What a record costs besides its key and value.
const OVERHEAD: usize = 300;

struct Kept {
    record: Record,
    partition: i32,
    used: u64,
}

/// Records by key, bounded in bytes.
pub struct Cache {
    limit: usize,
    bytes: usize,
    clock: u64,
    kept: HashMap<Key, Kept>,
    order: BTreeMap<u64, Key>,
}

impl Cache {
    /// Empty, for at most so many bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, clock: 0, kept: HashMap::new(), order: BTreeMap::new() }
    }

    /// The record of a key, used just now.
    pub fn get(&mut self, key: Key) -> Option<Record> {
        self.clock += 1;
        let kept = self.kept.get_mut(&key)?;
        self.order.remove(&kept.used);
        kept.used = self.clock;
        self.order.insert(kept.used, key);
        Some(kept.record.clone())
    }

    /// Keeps a record, in place of an earlier one of its key.
    pub fn put(&mut self, key: Key, partition: i32, record: Record) {
        self.remove(key);
        let bytes = size(&record);
        if bytes > self.limit {
            return;
        }
        self.clock += 1;
        self.bytes += bytes;
        self.order.insert(self.clock, key);
        self.kept.insert(key, Kept { record, partition, used: self.clock });
        while self.bytes > self.limit {
            let Some((_, oldest)) = self.order.first_key_value() else { break };
            self.remove(*oldest);
        }
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: Key) {
        if let Some(kept) = self.kept.remove(&key) {
            self.order.remove(&kept.used);
            self.bytes -= size(&kept.record);
        }
    }

    /// Forgets what belongs to a partition.
    pub fn leave(&mut self, partition: i32) {
        let gone: Vec<Key> =
            self.kept.iter().filter(|(_, kept)| kept.partition == partition).map(|(key, _)| *key).collect();
        for key in gone {
            self.remove(key);
        }
    }
}

fn size(record: &Record) -> usize {
    OVERHEAD + record.key.len() + record.value.len()
}

#[cfg(test)]
mod tests {
    use schemas::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::log::Topic;

    fn record(key: &str, bytes: usize) -> Record {
        let (id, at) = (Uuid::nil(), Timestamp::UNIX_EPOCH);
        Record { topic: Topic::State, key: key.to_owned(), id, at, due: None, value: vec![b'x'; bytes] }
    }

    fn has(cache: &mut Cache, key: &str) -> bool {
        cache.get(Key::of(key)).is_some_and(|record| record.key == key)
    }

    #[test]
    fn the_bound_holds_and_what_is_used_stays() {
        let mut cache = Cache::new(3 * (OVERHEAD + 101));
        for key in ["a", "b", "c"] {
            cache.put(Key::of(key), 0, record(key, 100));
        }
        assert!(has(&mut cache, "a"));
        cache.put(Key::of("d"), 1, record("d", 100));
        assert!(!has(&mut cache, "b"), "not used for longest");
        assert!(has(&mut cache, "a") && has(&mut cache, "c") && has(&mut cache, "d"));
        cache.put(Key::of("e"), 0, record("e", 10_000));
        assert!(
            !has(&mut cache, "e") && has(&mut cache, "a"),
            "what is larger than the bound costs nothing else its place"
        );
        cache.put(Key::of("a"), 0, record("a", 50));
        assert!(cache.bytes <= cache.limit);
        cache.leave(0);
        assert!(!has(&mut cache, "a") && has(&mut cache, "d"));
        cache.remove(Key::of("d"));
        assert_eq!((cache.bytes, cache.order.len()), (0, 0));
    }
}
