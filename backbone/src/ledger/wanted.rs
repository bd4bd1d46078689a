//! What a connection is to get, and how urgently.

use schemas::{Call, CallId, Connection, ConnectionId};
use serde::{Deserialize, Serialize};

/// Which go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Of calls that are new: before all others.
    Live,
    /// Retries, replays, what waited: with what live ones leave.
    Later,
    /// Not taken: of a replay that is paused.
    Held,
}

impl Rank {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Later => "later",
            Self::Held => "held",
        }
    }
}

/// A call that a connection is to get.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// To which connection.
    pub connection: ConnectionId,
    /// The connection's kind.
    pub kind: String,
    /// Which call.
    pub call: CallId,
    /// Deliveries of one connection and one lane run one after another: the client's number.
    pub lane: String,
    /// The revision.
    pub revision: u32,
    /// The call, as JSON.
    pub body: Vec<u8>,
    /// Whether it goes with the live ones.
    pub rank: Rank,
}

impl Wanted {
    /// A call that a connection wants; `body` is the call as JSON.
    pub fn of(connection: &Connection, call: &Call, body: &[u8], rank: Rank) -> Self {
        Self {
            connection: connection.id.clone(),
            kind: connection.kind.clone(),
            call: call.id.clone(),
            lane: call.lane(),
            revision: call.revision,
            body: body.to_vec(),
            rank,
        }
    }
}
