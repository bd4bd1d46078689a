//! A backbone on servers that may not be there yet. Each part is connected to in the background; until then its calls fail
//! as they do when it is away, so that a role starts, and says what it waits for, whatever is down. And each call tells
//! [`Readiness`](console::Readiness) how the part fares.

mod consumer;
mod ledger;
mod log;
mod store;

use std::sync::{Arc, OnceLock};

use backbone::Error;

pub use log::WatchedLog;
pub use store::LaterStore;

/// A part that is set once, when it is there; clones are the same.
pub struct Later<T> {
    part: &'static str,
    cell: Arc<OnceLock<T>>,
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self { part: self.part, cell: Arc::clone(&self.cell) }
    }
}

impl<T> Later<T> {
    /// `part` as errors name it: `log`, `queue` or `store`.
    pub fn new(part: &'static str) -> Self {
        Self { part, cell: Arc::default() }
    }

    /// One that is there already.
    pub fn there(part: &'static str, it: T) -> Self {
        Self { part, cell: Arc::new(OnceLock::from(it)) }
    }

    /// It is there from now on. The first one stays.
    pub fn set(&self, it: T) {
        // A second one is only dropped.
        let _ = self.cell.set(it);
    }

    /// The part, if it is there.
    pub fn get(&self) -> Result<&T, Error> {
        let away = || Error::Unavailable { part: self.part, why: "it was not reached yet".to_owned() };
        self.cell.get().ok_or_else(away)
    }
}
