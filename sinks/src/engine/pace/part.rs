//! Which part of every limit is this worker's.

use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// When others, or this one, came or went last.
    pub since: Instant,
}

/// The same as it changes; nothing while it is not known.
#[derive(Debug, Default)]
pub struct Part(Mutex<Option<(Share, Held)>>);

impl Part {
    /// Of the only worker there can be.
    pub fn whole() -> Self {
        let part = Self::default();
        let now = Instant::now();
        part.set(Share { workers: 1, from: now, until: None }, now);
        part
    }

    fn known(&self) -> MutexGuard<'_, Option<(Share, Held)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it changed by that.
    pub fn set(&self, share: Share, now: Instant) -> bool {
        let mut known = self.known();
        let same = known.filter(|(before, _)| (before.workers, before.from) == (share.workers, share.from));
        let held = same.map_or(Held { workers: share.workers, since: share.from.max(now) }, |(_, held)| held);
        *known = Some((share, held));
        same.is_none()
    }

    /// It is no longer this worker's.
    pub fn give_up(&self) {
        *self.known() = None;
    }

    /// What holds now; else nothing is to be sent, and when to ask again.
    pub fn at(&self, now: Instant) -> Result<Held, Instant> {
        match *self.known() {
            Some((share, _)) if share.from > now => Err(share.from),
            Some((share, held)) if share.until.is_none_or(|until| now < until) => Ok(held),
            _ => Err(now + AGAIN),
        }
    }
}
