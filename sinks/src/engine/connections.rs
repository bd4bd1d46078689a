//! The connections of one kind, opened; read again when the directory changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backbone::ledger::{Limit, Limits as Claimable};
use backbone::store::ConnectionEntry;
use backbone::{Directory, Error};
use schemas::{Call, Connection, ConnectionId, ConnectionStatus, Timestamp};
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use super::deliver::Stop;
use super::pace::Pace;
use super::places::Places;
use crate::connector::{Connector, Limits, Session};
use crate::failure::Failure;

/// Calls of one connection whose notices are under way at once; one more is dropped rather than late.
const NOTICES: usize = 16;

/// One connection, ready to be used.
pub struct Open {
    /// As the directory has it.
    pub connection: Connection,
    /// Its session with the CRM.
    pub session: Arc<dyn Session>,
    /// From its settings.
    pub limits: Limits,
    /// How fast its requests may go.
    pub pace: Pace,
    /// The deliveries in hand, and who of them is with the CRM.
    pub places: Arc<Places>,
    /// The CRM refused the credentials: nothing more is sent with them, also before everybody knows.
    pub refused: AtomicBool,
    /// It is no longer active: what is in hand and was not sent yet is given back.
    pub parked: AtomicBool,
    /// Places for notices under way: one connection's are none of another's.
    pub notices: Arc<Semaphore>,
}

/// Whether the call is one of the connection's: of its sources, and begun since it was made.
pub fn wants(connection: &Connection, call: &Call) -> bool {
    connection.sources.contains(&call.source) && connection.created_at <= call.started_at
}

impl Open {
    /// The CRM refused the credentials: from now on deliveries wait, untried. Not where a person has changed the connection
    /// since it was opened: the credentials that were refused are not the ones it has now.
    pub async fn mark_broken(&self, directory: &dyn Directory, reason: &str, now: Timestamp) {
        self.refused.store(true, Ordering::Relaxed);
        let id = &self.connection.id;
        let mark = async {
            let entries = directory.load().await?.connections;
            let same = |entry: &ConnectionEntry| {
                entry.connection.id == *id && entry.connection.version == self.connection.version
            };
            if !entries.iter().any(same) {
                return Ok(false);
            }
            let (from, to) = (Some(ConnectionStatus::Active), ConnectionStatus::Broken);
            directory.set_status(id, from, to, reason, now).await
        };
        match mark.await {
            Ok(true) => {
                tracing::error!(connection = %id, "the CRM refused the credentials: the connection is broken, its deliveries wait; give it new ones");
            }
            Ok(false) => {}
            Err(why) => tracing::warn!(connection = %id, error = %why, "the connection could not be marked broken"),
        }
    }

    /// Whether requests may be sent, and with the credentials it was opened with.
    pub fn usable(&self) -> Result<(), Stop> {
        if self.parked.load(Ordering::Relaxed) {
            return Err(Stop::Parked);
        }
        if self.refused.load(Ordering::Relaxed) {
            return Err(Failure::TokenDead("it refused them a moment ago".to_owned()).into());
        }
        Ok(())
    }

    /// Whether it is tried at all.
    pub fn active(&self) -> bool {
        self.connection.status == ConnectionStatus::Active
    }
}

struct Current {
    version: Option<i64>,
    open: Vec<Arc<Open>>,
    known: Arc<[Connection]>,
}

/// All connections of one kind.
pub struct Connections {
    connector: &'static dyn Connector,
    directory: Arc<dyn Directory>,
    current: Mutex<Current>,
}

impl Connections {
    /// Opened at the first look.
    pub fn new(connector: &'static dyn Connector, directory: Arc<dyn Directory>) -> Self {
        let current = Current { version: None, open: Vec::new(), known: Arc::new([]) };
        Self { connector, directory, current: Mutex::new(current) }
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
                        current.open.extend(self.open(&entry));
                    }
                }
            }
            current.version = Some(version);
        }
        Ok(current)
    }

    fn open(&self, entry: &ConnectionEntry) -> Option<Arc<Open>> {
        match self.connector.open(entry) {
            Ok(session) => {
                let limits = session.limits();
                let pace = Pace::new(limits.max_per_minute);
                let notices = Arc::new(Semaphore::new(NOTICES));
                Some(Arc::new(Open {
                    connection: entry.connection.clone(),
                    session,
                    limits,
                    pace,
                    places: Arc::default(),
                    refused: AtomicBool::new(false),
                    parked: AtomicBool::new(false),
                    notices,
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
/// enough in hand nothing is asked.
pub fn claimable(open: &[Arc<Open>], after: Option<&ConnectionId>) -> Claimable {
    let limit = |open: &Arc<Open>| {
        let places = open.limits.max_in_flight;
        // Where the pace is what limits, nothing is gained by having more ready.
        let ahead = open.places.room(places)?;
        let ahead = if open.pace.limited() { 0 } else { ahead };
        Some(Limit { connection: open.connection.id.clone(), places, ahead })
    };
    let split = after.and_then(|last| open.iter().position(|open| open.connection.id == *last)).map_or(0, |at| at + 1);
    let (before, from) = open.split_at(split);
    from.iter().chain(before).filter(|open| open.active()).filter_map(limit).collect()
}
