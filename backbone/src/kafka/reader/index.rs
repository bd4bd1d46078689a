//! Where the newest record of each call stands in `calls.state`, and when it is due: all that is kept of a call that is not
//! in the cache, about 100 bytes whatever its size.

use std::collections::{BTreeSet, HashMap};

use schemas::Timestamp;
use sha2::{Digest as _, Sha256};

/// A key of the log in 128 bits: half of its SHA-256, so that no two keys are ever taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u64; 2]);

impl Key {
    /// Of a key's text.
    pub fn of(key: &str) -> Self {
        let hash = Sha256::digest(key.as_bytes());
        let word = |from: usize| hash[from..from + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        Self([word(0), word(8)])
    }
}

#[derive(Clone, Copy)]
struct Place {
    offset: i64,
    /// Milliseconds since 1970; the largest where it is never due.
    due: i64,
}

const NEVER: i64 = i64::MAX;

/// The calls of one partition.
#[derive(Default)]
pub struct Index {
    places: HashMap<Key, Place>,
    due: BTreeSet<(i64, Key)>,
    /// What follows the last offset taken in.
    end: i64,
}

impl Index {
    /// Takes in a record at an offset; false where a later one of its key is known.
    pub fn put(&mut self, key: Key, offset: i64, due: Option<Timestamp>, tombstone: bool) -> bool {
        if self.places.get(&key).is_some_and(|known| known.offset > offset) {
            return false;
        }
        self.end = self.end.max(offset + 1);
        if let Some(old) = self.places.remove(&key) {
            self.due.remove(&(old.due, key));
        }
        if !tombstone {
            let due = due.map_or(NEVER, Timestamp::as_millisecond);
            self.places.insert(key, Place { offset, due });
            if due != NEVER {
                self.due.insert((due, key));
            }
        }
        true
    }

    /// Where the newest record of a key stands.
    pub fn offset(&self, key: Key) -> Option<i64> {
        self.places.get(&key).map(|place| place.offset)
    }

    /// When and which are due, the most overdue first, at most `max`.
    pub fn due(&self, now: Timestamp, max: usize) -> impl Iterator<Item = (i64, Key)> {
        let now = now.as_millisecond();
        self.due.iter().take_while(move |(due, _)| *due <= now).take(max).copied()
    }

    /// From where on the topic has not been taken in.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The topic was read up to here.
    pub fn reached(&mut self, end: i64) {
        self.end = self.end.max(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_newest_counts_and_tombstones_leave_nothing() {
        let mut index = Index::default();
        let (a, b) = (Key::of("a"), Key::of("b"));
        assert!(index.put(a, 5, Some(at(30)), false) && index.put(b, 6, Some(at(10)), false));
        assert!(!index.put(a, 4, Some(at(1)), false), "read again after something newer");
        assert_eq!(index.due(at(30), 9).map(|(_, key)| key).collect::<Vec<_>>(), [b, a]);
        assert_eq!(index.due(at(30), 1).count(), 1);
        assert_eq!(index.due(at(29), 9).count(), 1);
        index.put(b, 8, None, false);
        assert_eq!((index.offset(b), index.due(at(30), 9).count()), (Some(8), 1));
        index.put(a, 9, None, true);
        assert_eq!((index.offset(a), index.end()), (None, 10));
        assert_eq!((index.places.len(), index.due.len()), (1, 0));
    }
}
