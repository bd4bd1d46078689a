//! A backbone on servers that may not be there yet. Each part is connected to in the background; until then its calls fail
//! as they do when it is away, so that a role starts, and says what it waits for, whatever is down. And each call tells
//! [`Readiness`](console::Readiness) how the part fares.

mod consumer;
mod ledger;
mod log;
mod memos;
mod queue;
mod store;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use backbone::Error;

pub use log::WatchedLog;
pub use queue::LaterQueue;
pub use store::LaterStore;

/// A part that is set once, when it is there; clones are the same.
pub struct Later<T> {
    part: &'static str,
    it: Arc<It<T>>,
}

struct It<T> {
    cell: OnceLock<T>,
    /// Why it is not there.
    why: Mutex<String>,
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self { part: self.part, it: Arc::clone(&self.it) }
    }
}

impl<T> Later<T> {
    /// `part` as errors name it: `log`, `queue` or `store`.
    pub fn new(part: &'static str) -> Self {
        Self::with(part, OnceLock::new())
    }

    /// One that is there already.
    pub fn there(part: &'static str, it: T) -> Self {
        Self::with(part, OnceLock::from(it))
    }

    fn with(part: &'static str, cell: OnceLock<T>) -> Self {
        Self { part, it: Arc::new(It { cell, why: Mutex::new("it was not reached yet".to_owned()) }) }
    }

    /// It is there from now on. The first one stays.
    pub fn set(&self, it: T) {
        // A second one is only dropped.
        let _ = self.it.cell.set(it);
    }

    /// It is not there, and why.
    pub fn is_away(&self, why: &Error) {
        let why = match why {
            Error::Unavailable { why, .. } => why.clone(),
            other => other.to_string(),
        };
        *self.it.why.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// The part, if it is there.
    pub fn get(&self) -> Result<&T, Error> {
        self.it.cell.get().ok_or_else(|| {
            let why = self.it.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Error::Unavailable { part: self.part, why }
        })
    }
}
