//! What outlives a restart of the server: rows, sessions, faults, counts.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::broadcast;

use super::RbsOptions;
use super::sessions::Sessions;
use super::store::{Row, Store};
use super::structures::Table;
use crate::faults::Faults;
use crate::lock;

/// Changes kept for a listener that is slow to look; older ones it misses.
const UNHEARD: usize = 4096;
/// Kinds of request told apart in the counts; a flood of made-up names is counted as one.
const KINDS: usize = 1000;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// Some of its fields changed.
    Edited,
    /// It is gone.
    Wiped,
}

/// A change as listeners hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// What happened.
    pub change: Change,
    /// The row after it, or as it was last when wiped.
    pub row: Row,
}

/// All that the CRM holds at one moment, and what was asked of it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Rows by structure, in the order they were added.
    pub rows: BTreeMap<Table, Vec<Row>>,
    /// HTTP requests that reached the API, whatever became of them.
    pub requests: u64,
    /// Actions tried, by action and structure as named on the wire; the structure of a log-in is empty.
    pub actions: BTreeMap<(String, String), u64>,
}

impl Snapshot {
    /// The rows of a structure, in the order they were added.
    pub fn rows(&self, table: Table) -> &[Row] {
        self.rows.get(&table).map_or(&[], Vec::as_slice)
    }

    /// How often an action was tried on a structure.
    pub fn count(&self, action: &str, structure: &str) -> u64 {
        self.actions.get(&(action.to_owned(), structure.to_owned())).copied().unwrap_or(0)
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Mutex<Store>,
    pub(super) sessions: Mutex<Sessions>,
    pub(super) faults: Faults,
    pub(super) requests: AtomicU64,
    actions: Mutex<BTreeMap<(String, String), u64>>,
    changes: broadcast::Sender<RowChange>,
}

impl Shared {
    pub(super) fn new(options: RbsOptions) -> Self {
        let RbsOptions { structures, logins, session_lifetime, session_requests, rows, seed } = options;
        Self {
            store: Mutex::new(Store::new(structures, rows)),
            sessions: Mutex::new(Sessions::new(logins, session_lifetime, session_requests, seed)),
            faults: Faults::new(seed),
            requests: AtomicU64::new(0),
            actions: Mutex::default(),
            changes: broadcast::Sender::new(UNHEARD),
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<RowChange> {
        self.changes.subscribe()
    }

    pub(super) fn tell(&self, change: Change, row: Row) {
        // Nobody listening is fine.
        let _ = self.changes.send(RowChange { change, row });
    }

    pub(super) fn count(&self, action: &str, structure: &str) {
        let mut actions = lock(&self.actions);
        let key = if actions.len() < KINDS { (action, structure) } else { ("other", "") };
        *actions.entry((key.0.to_owned(), key.1.to_owned())).or_default() += 1;
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            rows: lock(&self.store).rows(),
            requests: self.requests.load(Ordering::Relaxed),
            actions: lock(&self.actions).clone(),
        }
    }
}
