//! Replays: calls of a window sent again into a connection, minus what it holds already.
//!
//! A replay is a record that processes keep for each other. Whoever has the turn opens the deliveries of its calls, page by page, the
//! oldest first, and notes how far that is; so it goes on after a crash, and opening a page twice is opening it once. The sinks do
//! the rest, after what is live.

mod book;
mod run;
#[cfg(test)]
mod tests;
mod turn;
mod window;

use backbone::ledger::Waiting;
use schemas::{CallId, ConnectionId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

pub use book::{Book, Books};
pub use run::run;
pub use window::{Window, window};

/// Which calls: begun in the window, of these sources, and only this one where one is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// Into which connection.
    pub connection: ConnectionId,
    /// Of which sources.
    pub sources: Vec<SourceId>,
    /// Begun at or after this.
    pub since: Timestamp,
    /// And before this: fixed when it is asked for.
    pub until: Timestamp,
    /// Only this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Whether it takes what waits anyhow: what was missed while the connection was broken it does, what is live it does not.
    #[serde(default)]
    pub waiting: Waiting,
}

/// Where a replay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It goes on.
    Running,
    /// Held by a person.
    Paused,
    /// Given up by a person: what it had opened and nobody began is skipped.
    Cancelled,
    /// Nothing of it waits any more.
    Done,
}

/// One replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Its id.
    pub id: String,
    /// Which calls.
    #[serde(flatten)]
    pub which: Which,
    /// Where it stands.
    pub state: State,
    /// When it was asked for.
    pub begun_at: Timestamp,
    /// When nothing of it waited any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The last call whose delivery was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<(Timestamp, CallId)>,
    /// All its calls were gone through.
    pub opened: bool,
    /// What it opened is held in the ledger.
    #[serde(default)]
    pub held: bool,
    /// Calls gone through so far.
    pub calls: u64,
}

/// What stands with each delivery that a cancelled replay had opened and nobody began.
pub fn cancelled(replay: &Replay) -> String {
    format!("the replay {} was cancelled", replay.id)
}

impl Replay {
    /// A new one.
    pub fn begin(id: String, which: Which, now: Timestamp) -> Self {
        let (state, through) = (State::Running, None);
        Self { id, which, state, begun_at: now, ended_at: None, through, opened: false, held: false, calls: 0 }
    }

    /// It has not come to its end.
    pub fn goes_on(&self) -> bool {
        self.ended_at.is_none()
    }
}
