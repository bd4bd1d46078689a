//! What replays ask of the ledger.

use schemas::{CallId, ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Status;

/// What becomes of deliveries that wait anyhow when a replay opens theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// They are none of the replay's: neither held nor skipped with it.
    #[default]
    Left,
    /// They are the replay's from then on.
    Taken,
}

/// Which deliveries to skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// What waits of a replay.
    Replay(String),
    /// What waits of a connection, of calls begun before.
    Before(ConnectionId, Timestamp),
    /// One, at a person's wish, also where it has made something, or is dead.
    One(ConnectionId, CallId),
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The status.
    pub status: Status,
    /// The newest revision the CRM should hold.
    pub wanted: u32,
}
