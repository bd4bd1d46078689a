//! The connections of one kind, opened; read again when the directory changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backbone::ledger::{Limit, Limits as Claimable};
use backbone::store::ConnectionEntry;
use backbone::{Backbone, Directory, Error, Memos};
use schemas::{Clock, Connection, ConnectionId, ConnectionStatus, Timestamp};
use tokio::sync::{Mutex, MutexGuard, Notify, Semaphore};

use super::breaker::Gate;
use super::metrics::SinkMetrics;
use super::open::Open;
use super::outage::Watch;
use super::pace::{Pace, Part};
use super::proof::{self, Proof};
use super::settling;
use crate::connector::Connector;
use crate::kit::masks::Masks;

/// Calls of one connection whose notices are under way at once; one more is dropped rather than late.
const NOTICES: usize = 16;

/// Of so many places one is for live calls only; of any number above one, at least one.
const RESERVED: u32 = 8;

struct Current {
    version: Option<i64>,
    open: Vec<Arc<Open>>,
    known: Arc<[Connection]>,
}

/// All connections of one kind.
pub struct Connections {
    connector: &'static dyn Connector,
    directory: Arc<dyn Directory>,
    memos: Arc<dyn Memos>,
    metrics: SinkMetrics,
    clock: Arc<Clock>,
    /// Of every limit, what is this worker's.
    part: Arc<Part>,
    /// There may be more to claim.
    wake: Arc<Notify>,
    current: Mutex<Current>,
}

impl Connections {
    /// Opened at the first look.
    pub fn new(
        connector: &'static dyn Connector,
        backbone: &Backbone,
        metrics: SinkMetrics,
        clock: &Arc<Clock>,
        part: Arc<Part>,
        wake: &Arc<Notify>,
    ) -> Self {
        let current = Current { version: None, open: Vec::new(), known: Arc::new([]) };
        let (directory, memos) = (Arc::clone(&backbone.directory), Arc::clone(&backbone.memos));
        let (clock, wake) = (Arc::clone(clock), Arc::clone(wake));
        Self { connector, directory, memos, metrics, clock, part, wake, current: Mutex::new(current) }
    }

    /// Those that can be used.
    pub async fn all(&self) -> Result<Vec<Arc<Open>>, Error> {
        Ok(self.current().await?.open.clone())
    }

    /// Every one, also if it cannot be opened: its calls are kept for it.
    pub async fn known(&self) -> Result<Arc<[Connection]>, Error> {
        Ok(Arc::clone(&self.current().await?.known))
    }

    async fn current(&self) -> Result<MutexGuard<'_, Current>, Error> {
        let version = self.directory.version().await?;
        let mut current = self.current.lock().await;
        if current.version != Some(version) {
            let mut entries = self.directory.load().await?.connections;
            entries.retain(|entry| entry.connection.kind == self.connector.kind());
            current.known = entries.iter().map(|entry| entry.connection.clone()).collect();
            let mut before: HashMap<ConnectionId, Arc<Open>> =
                current.open.drain(..).map(|open| (open.connection.id.clone(), open)).collect();
            for entry in entries {
                match before.remove(&entry.connection.id) {
                    // Unchanged: its session goes on, logged in as it is.
                    Some(open) if open.connection == entry.connection => current.open.push(open),
                    known => {
                        if let Some(open) = known.filter(|_| entry.connection.status != ConnectionStatus::Active) {
                            open.parked.store(true, Ordering::Relaxed);
                        }
                        if let Some(open) = self.open(&entry).await {
                            self.settle(&open, entry);
                            current.open.push(open);
                        }
                    }
                }
            }
            current.version = Some(version);
        }
        Ok(current)
    }

    /// Finds out whose account it is, while others are served.
    fn settle(&self, open: &Arc<Open>, entry: ConnectionEntry) {
        if open.active() {
            let (directory, memos, clock) =
                (Arc::clone(&self.directory), Arc::clone(&self.memos), Arc::clone(&self.clock));
            let settling = settling::Settling { open: Arc::downgrade(open), entry, directory, memos, clock };
            tokio::spawn(settling.run(Arc::clone(&self.wake)));
        }
    }

    async fn open(&self, entry: &ConnectionEntry) -> Option<Arc<Open>> {
        match self.connector.open(entry, &self.memos) {
            Ok(session) => {
                let limits = session.limits();
                let pace = Pace::new(limits.max_per_minute, Arc::clone(&self.part));
                let notices = Arc::new(Semaphore::new(NOTICES));
                let id = &entry.connection.id;
                let watch = Arc::new(Watch::new(&*self.memos, id).await);
                self.metrics.breaker(id.as_str(), watch.is_open());
                Some(Arc::new(Open {
                    connection: entry.connection.clone(),
                    session,
                    limits,
                    pace,
                    places: Arc::default(),
                    refused: AtomicBool::new(false),
                    parked: AtomicBool::new(false),
                    watch,
                    settled: AtomicBool::new(false),
                    proof: Proof::default(),
                    notice_ahead: Mutex::default(),
                    notices,
                    masks: Arc::new(Masks::of(&entry.credentials)),
                }))
            }
            Err(problems) => {
                let problems: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                tracing::error!(connection = %entry.connection.id, ?problems, "the connection cannot be opened, apply its accounts file again");
                None
            }
        }
    }
}

/// What may be claimed, beginning with the connection after the one served last, so that each gets its turn. Where there is
/// enough in hand nothing is asked; where the CRM does not answer, for nothing but a probe.
pub fn claimable(open: &[Arc<Open>], after: Option<&ConnectionId>, now: Timestamp) -> Claimable {
    let limit = |open: &Arc<Open>| {
        // Credentials that died meanwhile are to cost few requests, not one a place (F6).
        let most = open.limits.max_in_flight;
        let places = match open.watch.gate(now) {
            Gate::Free if open.proof.is_fresh() => most,
            Gate::Free => most.min(proof::AHEAD),
            Gate::Probe => {
                return Some(Limit { connection: open.connection.id.clone(), places: 1, ahead: 0, reserve: 0 });
            }
            Gate::Shut => return None,
        };
        // Where the pace is what limits, nothing is gained by having more ready.
        let ahead = open.places.room(places)?;
        let ahead = if open.pace.limited() { 0 } else { ahead };
        let reserve = if places > 1 { (places / RESERVED).max(1) } else { 0 };
        Some(Limit { connection: open.connection.id.clone(), places, ahead, reserve })
    };
    let split = after.and_then(|last| open.iter().position(|open| open.connection.id == *last)).map_or(0, |at| at + 1);
    let (before, from) = open.split_at(split);
    let may_send = |open: &&Arc<Open>| open.ready() && open.pace.held_for().is_zero() && open.pace.is_shared_out();
    from.iter().chain(before).filter(may_send).filter_map(limit).collect()
}
