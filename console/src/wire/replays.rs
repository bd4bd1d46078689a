//! Replays, and starting a connection again.

use schemars::JsonSchema;
use schemas::{CallId, ConnectionId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::ConnectionRow;

/// `POST /api/v1/replays/plan` and `POST /api/v1/replays`: which calls. A connection, a source or a call is named.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayAsked {
    /// Into this connection; none: into every connection of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// Only this call, whenever it was; the window that is told begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Those begun at or after this; none: the replay window of each connection, the two days before and today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// And before this; none: until now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

/// What a replay would do.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReplayPlan {
    /// One for each connection.
    pub connections: Vec<PlannedReplay>,
}

/// What it would do with the calls of one connection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlannedReplay {
    /// The connection.
    pub connection: ConnectionId,
    /// From when on.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Until when.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Ended calls that it looks at.
    pub calls: u64,
    /// To be made: the CRM was never sent them, or they were skipped or given up.
    pub make: u64,
    /// To be changed: the CRM holds an older revision.
    pub change: u64,
    /// Waiting anyhow.
    pub waiting: u64,
    /// Left: the CRM holds what it should.
    pub leave: u64,
    /// Some of those to be made or changed, the oldest first.
    pub some: Vec<CallId>,
    /// There are more calls than were looked at: the counts are of the oldest ones.
    pub more: bool,
}

/// Where a replay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayState {
    /// It goes on.
    Running,
    /// It would go on, but its connection is not active.
    Parked,
    /// Held by a person.
    Paused,
    /// Given up by a person.
    Cancelled,
    /// Nothing of it waits any more.
    Done,
}

impl ReplayState {
    /// The word, as it is written in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Parked => "parked",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }
}

/// A replay.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReplayView {
    /// Its id.
    pub id: String,
    /// Into which connection.
    pub connection: ConnectionId,
    /// Of which sources.
    pub sources: Vec<SourceId>,
    /// Only this call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Calls begun at or after this.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// And before this.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Where it stands.
    pub state: ReplayState,
    /// When it was asked for.
    #[schemars(with = "String")]
    pub begun_at: Timestamp,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
    /// All its calls were gone through: the counts grow no more.
    pub opened: bool,
    /// Calls gone through so far.
    pub calls: u64,
    /// Of the deliveries it opened or found waiting: those that wait.
    pub waiting: u64,
    /// Those that are done.
    pub done: u64,
    /// Those that were skipped.
    pub skipped: u64,
    /// Those that are dead.
    pub dead: u64,
    /// Seconds until it is over, at the pace so far; none where that cannot be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<u64>,
}

/// `GET /api/v1/replays`: by connection, the last first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReplayList {
    /// The rows.
    pub replays: Vec<ReplayView>,
}

/// `POST /api/v1/connections/{id}/reactivate`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reactivate {
    /// Send the replay window, the two days before and today; otherwise the gap is skipped.
    #[serde(default)]
    pub resend: bool,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Reactivated {
    /// The connection, as it is now.
    pub connection: ConnectionRow,
    /// As whom the CRM knows us.
    pub said: String,
    /// The replay that sends the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayView>,
    /// Deliveries that were skipped.
    pub skipped: u64,
}
