//! Memos of one process that end with it: for who has no store, as when settings are only looked at.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Holder, Memo, Memos, check};
use crate::sealed::Secret;
use crate::{Error, Fut};

/// Kept in memory, and nowhere else.
#[derive(Default)]
pub struct Volatile {
    kept: Mutex<BTreeMap<String, (Secret, i64)>>,
    turns: Mutex<HashMap<String, (Holder, Instant)>>,
}

impl Volatile {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, (Secret, i64)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<String, (Holder, Instant)>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, name: &str, value: &Secret, seen: i64) -> Result<bool, Error> {
        check(name, value)?;
        let mut kept = self.kept();
        let is = kept.get(name).map_or(0, |(_, version)| *version);
        if is == seen {
            kept.insert(name.to_owned(), (value.clone(), is + 1));
        }
        Ok(is == seen)
    }
}

fn memo((name, (value, version)): (&String, &(Secret, i64))) -> Memo {
    Memo { name: name.clone(), value: value.clone(), version: *version }
}

impl Memos for Volatile {
    fn shared(&self) -> bool {
        false
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        let found = self.kept().get_key_value(name).map(memo);
        Box::pin(ready(Ok(found)))
    }

    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        let found = self.kept().iter().filter(|(name, _)| name.starts_with(prefix)).map(memo).collect();
        Box::pin(ready(Ok(found)))
    }

    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        Box::pin(ready(self.change(name, value, seen)))
    }

    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        let mut kept = self.kept();
        let same = kept.get(name).is_some_and(|(_, version)| *version == seen);
        if same {
            kept.remove(name);
        }
        Box::pin(ready(Ok(same)))
    }

    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool> {
        let (mut turns, now) = (self.turns(), Instant::now());
        turns.retain(|_, (_, ends)| *ends > now);
        let free = turns.get(name).is_none_or(|(who, _)| *who == holder);
        if free {
            turns.insert(name.to_owned(), (holder, now + lease));
        }
        Box::pin(ready(Ok(free)))
    }

    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()> {
        let mut turns = self.turns();
        if turns.get(name).is_some_and(|(who, _)| *who == holder) {
            turns.remove(name);
        }
        Box::pin(ready(Ok(())))
    }
}
