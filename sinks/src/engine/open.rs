//! One connection, opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backbone::Directory;
use backbone::store::ConnectionEntry;
use schemas::{Connection, ConnectionStatus, Timestamp};
use tokio::sync::{Mutex, Semaphore};

use super::deliver::Stop;
use super::outage::Watch;
use super::pace::Pace;
use super::places::Places;
use super::proof::Proof;
use crate::connector::{Limits, Session};
use crate::failure::Failure;
use crate::kit::masks::Masks;

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
    /// Whether its CRM answers.
    pub watch: Arc<Watch>,
    /// Whether the credentials are known to open the account that they should: nothing is sent before.
    pub settled: AtomicBool,
    /// Whether the CRM took the credentials a moment ago.
    pub proof: Proof,
    /// Held by the one notice that goes ahead while that is not known.
    pub notice_ahead: Mutex<()>,
    /// Places for notices under way: one connection's are none of another's.
    pub notices: Arc<Semaphore>,
    /// What is hidden in traces.
    pub masks: Arc<Masks>,
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
                tracing::error!(connection = %id, reason, "the connection is broken, its deliveries wait: give it credentials that the CRM takes");
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

    /// Whether it is meant to be tried.
    pub fn active(&self) -> bool {
        self.connection.status == ConnectionStatus::Active
    }

    /// Whether anything may be sent to it.
    pub fn ready(&self) -> bool {
        self.active() && self.settled.load(Ordering::Relaxed)
    }
}
