//! Deliveries: calls on their way into CRMs, and the records that each made.

use schemars::JsonSchema;
use schemas::{CallId, ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `GET /api/v1/deliveries?…`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryQuery {
    /// Only of this connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<DeliveryState>,
    /// Only wanted first at or after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// Only of this call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// At most so many: 50, and never more than 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried when it is due.
    Pending,
    /// A worker has it now.
    InProgress,
    /// Kept, and not tried: its connection is not active.
    Parked,
    /// The CRM holds what it should.
    Done,
    /// Not to be tried: a person, or a rule, decided so.
    Skipped,
    /// Tried for as long as `retry_for`, or refused.
    Dead,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Pending, Self::InProgress, Self::Parked, Self::Done, Self::Skipped, Self::Dead];

    /// The word in the API and in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Parked => "parked",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Dead => "dead",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A page of deliveries, last changed first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeliveriesPage {
    /// The rows.
    pub deliveries: Vec<DeliveryRow>,
    /// There may be more than these: ask with `since`, `connection`, or a higher `limit`.
    pub more: bool,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryRow {
    /// `live`, `later` or `held`: live ones go first, held ones wait for a replay that is paused.
    #[serde(default)]
    pub rank: String,
    /// To which connection.
    pub connection: ConnectionId,
    /// Which CRM.
    pub kind: String,
    /// Which call.
    pub call: CallId,
    /// Where it stands.
    pub status: DeliveryState,
    /// The newest revision of the call that the CRM should hold.
    pub wanted: u32,
    /// The revision it holds; 0: none.
    pub done: u32,
    /// Tries of the wanted revision so far.
    pub attempts: u32,
    /// When it was first wanted.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When the trying of the wanted revision began.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it is tried next, where it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub next_try_at: Option<Timestamp>,
    /// When it was last done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub done_at: Option<Timestamp>,
    /// The last word on it: what was made and by which rule, or why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// A request of it may or may not have been carried out; it is looked up before it is made again.
    #[serde(default)]
    pub uncertain: bool,
}

/// `GET /api/v1/deliveries/{connection}/{call}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryView {
    /// The delivery.
    #[serde(flatten)]
    pub row: DeliveryRow,
    /// What it made or changes, in order.
    pub steps: Vec<StepView>,
    /// The last requests to the CRM and its answers, the newest last, of this try and those before, at most 4 KiB: when, what was
    /// asked, the status or what went wrong, how long it took, how both bodies begin. Secrets are hidden, and of numbers
    /// the last two digits are left.
    #[serde(default)]
    pub requests: Vec<String>,
}

/// One record that a delivery makes or changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepView {
    /// Unique within the delivery: `contact`, `task`, …
    pub name: String,
    /// `trying`: perhaps carried out, looked up before it is made again; `done`: the CRM has it; `failed`: it has not.
    pub status: String,
    /// The CRM's id of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_id: Option<String>,
    /// Where people see the record in the CRM, where the CRM says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What the record should hold.
    pub content: Value,
    /// Why it is made, and what the CRM said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it last changed.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// `POST /api/v1/deliveries/skip`: one that is not to be tried any more.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkipAsked {
    /// Into which connection.
    pub connection: ConnectionId,
    /// Of which call.
    pub call: CallId,
    /// Why, for whoever looks at it next.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
