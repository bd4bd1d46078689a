//! The connections of one kind, opened; read again when the directory changes.

use std::collections::HashMap;
use std::sync::Arc;

use backbone::ledger::Limits as Claimable;
use backbone::{Directory, Error};
use schemas::{Call, Connection, ConnectionId, ConnectionStatus};
use tokio::sync::Mutex;

use super::pace::Pace;
use crate::connector::{Connector, Limits, Session};

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
}

impl Open {
    /// Whether the call is one of this connection's: of its sources, and begun since it was made.
    pub fn wants(&self, call: &Call) -> bool {
        self.connection.sources.contains(&call.source) && self.connection.created_at <= call.started_at
    }

    /// Whether it is tried at all.
    pub fn active(&self) -> bool {
        self.connection.status == ConnectionStatus::Active
    }
}

#[derive(Default)]
struct Current {
    version: Option<i64>,
    open: Vec<Arc<Open>>,
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
        Self { connector, directory, current: Mutex::default() }
    }

    /// As they now are.
    pub async fn all(&self) -> Result<Vec<Arc<Open>>, Error> {
        let version = self.directory.version().await?;
        let mut current = self.current.lock().await;
        if current.version != Some(version) {
            let entries = self.directory.load().await?.connections;
            let mut before: HashMap<ConnectionId, Arc<Open>> =
                current.open.drain(..).map(|open| (open.connection.id.clone(), open)).collect();
            for entry in entries.into_iter().filter(|entry| entry.connection.kind == self.connector.kind()) {
                let known = before.remove(&entry.connection.id).filter(|open| open.connection == entry.connection);
                match known {
                    // Unchanged: its session goes on, logged in as it is.
                    Some(open) => current.open.push(open),
                    None => current.open.extend(self.open(&entry)),
                }
            }
            current.version = Some(version);
        }
        Ok(current.open.clone())
    }

    fn open(&self, entry: &backbone::store::ConnectionEntry) -> Option<Arc<Open>> {
        match self.connector.open(entry) {
            Ok(session) => {
                let limits = session.limits();
                let pace = Pace::new(limits.max_per_minute);
                Some(Arc::new(Open { connection: entry.connection.clone(), session, limits, pace }))
            }
            Err(problems) => {
                let problems: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                tracing::error!(connection = %entry.connection.id, ?problems, "the connection cannot be opened, apply its accounts file again");
                None
            }
        }
    }
}

/// What may be claimed, beginning with the connection after the one served last, so that each gets its turn.
pub fn claimable(open: &[Arc<Open>], after: Option<&ConnectionId>) -> Claimable {
    let mut limits: Claimable = open
        .iter()
        .filter(|open| open.active())
        .map(|open| (open.connection.id.clone(), open.limits.max_in_flight))
        .collect();
    if let Some(at) = after.and_then(|last| limits.iter().position(|(id, _)| id == last)) {
        limits.rotate_left(at + 1);
    }
    limits
}
