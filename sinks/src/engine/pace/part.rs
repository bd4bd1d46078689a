//! Which part of every limit is this worker's.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Where nothing is known: asked again after so long.
const AGAIN: Duration = Duration::from_millis(100);

/// How many workers share the limits, as one of them knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// This one counts, too.
    pub workers: u32,
    /// Before then the others may not know of this one.
    pub from: Instant,
    /// From then on they may take it for gone. Nothing: there are no others, and never will be.
    pub until: Option<Instant>,
}

/// A share as it holds for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many have one.
    pub workers: u32,
    /// Others came or went, or this one did, so many times before.
    pub change: u64,
}

/// The same as it changes.
#[derive(Debug, Default)]
pub struct Part(Mutex<(Option<Share>, u64)>);

impl Part {
    /// Of the only worker there can be.
    pub fn whole() -> Self {
        let share = Share { workers: 1, from: Instant::now(), until: None };
        Self(Mutex::new((Some(share), 0)))
    }

    /// Whether it changed by that.
    pub fn set(&self, share: Share) -> bool {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = held.0.is_some_and(|before| (before.workers, before.from) == (share.workers, share.from));
        *held = (Some(share), held.1 + u64::from(!same));
        !same
    }

    /// How many share the limits; else nothing is to be sent, and when to ask again.
    pub fn at(&self, now: Instant) -> Result<Held, Instant> {
        let (share, change) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match share {
            Some(share) if share.from > now => Err(share.from),
            Some(share) if share.until.is_none_or(|until| now < until) => Ok(Held { workers: share.workers, change }),
            _ => Err(now + AGAIN),
        }
    }
}
