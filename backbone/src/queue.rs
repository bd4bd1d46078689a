//! The queue: says "there is work" to whichever worker is free. The ledger decides what the work is: a message lost costs
//! a delay, a message doubled a look at the ledger.

use std::time::Duration;

use crate::Fut;

/// The work queue.
pub trait Queue: Send + Sync {
    /// Says that `kind` (a CRM) has `count` more pieces of work. Never waits for workers, never fails for want of room.
    fn announce<'a>(&'a self, kind: &'a str, count: u32) -> Fut<'a, ()>;

    /// Waits at most `wait` until there may be work for `kind`; false when the wait ended without word.
    fn wait<'a>(&'a self, kind: &'a str, wait: Duration) -> Fut<'a, bool>;
}
