//! What Ringfold stands on: a **log** of records that readers follow, a **queue** that hands out work, and a **store** of
//! accounts, the journal of calls and the ledger of deliveries. An interface each; [`embedded`] implements all three on
//! one SQLite file; [`kafka`] is the log, [`rabbit`] the queue and [`postgres`] the store for several processes, and [`spool`]
//! stands in for a log that is away. Knows nothing of PBXs, CRMs or HTTP.

pub mod dir;
pub mod embedded;
pub mod error;
pub mod follow;
pub mod kafka;
pub mod ledger;
pub mod log;
pub mod memos;
pub mod postgres;
pub mod queue;
pub mod rabbit;
pub mod sealed;
pub mod spool;
mod sql;
pub mod store;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use error::Error;
pub use ledger::Ledger;
pub use log::{Consumer, Cursor, Log, Record, Stored, Topic};
pub use memos::Memos;
pub use queue::Queue;
pub use store::{Directory, Journal};

/// What every call of the three interfaces returns; boxed, because roles choose an implementation at run time.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The backbone that a role was given.
#[derive(Clone)]
pub struct Backbone {
    /// Records and their readers.
    pub log: Arc<dyn Log>,
    /// Hands out work.
    pub queue: Arc<dyn Queue>,
    /// Accounts, sources, connections.
    pub directory: Arc<dyn Directory>,
    /// Every call as it now is.
    pub journal: Arc<dyn Journal>,
    /// Deliveries and their steps.
    pub ledger: Arc<dyn Ledger>,
    /// What processes keep for each other.
    pub memos: Arc<dyn Memos>,
}
