//! The journal of calls, a call explained, and bodies that could not be read.

use schemars::JsonSchema;
use schemas::{
    AccountId, Call, CallId, CallState, Direction, EventId, Origin, Outcome, Phone, Said, SourceId, Timestamp, Verbatim,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::DeliveryView;

/// `GET /api/v1/calls?…`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallQuery {
    /// Only of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// Only of this client: the number in any spelling, or what the PBX said where it was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Only begun at or after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// Only begun before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// At most so many: 50, and never more than 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of calls, the last begun first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallsPage {
    /// The rows.
    pub calls: Vec<CallRow>,
    /// For `before` of the next page; none where this is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A call in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallRow {
    /// The call.
    pub id: CallId,
    /// Whose it is.
    pub account: AccountId,
    /// Which source it came from.
    pub source: SourceId,
    /// How often it changed.
    pub revision: u32,
    /// Which way.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// How it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Nobody said that it ended: its time was up.
    #[serde(default)]
    pub presumed: bool,
    /// The person outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Phone>,
    /// The person outside, for people: `+7 916 111-22-33`, or what was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_name: String,
    /// The company's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Phone>,
    /// Who talked last; where nobody did, who was rung first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<String>,
    /// When we first heard of it.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// When somebody first answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub answered_at: Option<Timestamp>,
    /// When we first heard of its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
    /// Seconds of talk, where the PBX said them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<u32>,
    /// Seconds the client waited, where the PBX said them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// Where the recordings are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<String>,
    /// How many things of it did not fit together.
    #[serde(default)]
    pub anomalies: u32,
}

/// `GET /api/v1/calls/{id}`: a call explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallView {
    /// The call as it now is.
    pub call: Call,
    /// The client, for people: `+7 916 111-22-33`, or what was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_name: String,
    /// What it was folded from, in order, with what the PBX said word for word and what that changed in the call.
    pub events: Vec<EventView>,
    /// What every connection made of it. Notes of it and of its steps name the rules that decided, as whose the responsible is.
    pub deliveries: Vec<DeliveryView>,
}

/// One distinct thing that was said of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventView {
    /// The event.
    pub id: EventId,
    /// When it was first received.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Seconds from the call's start.
    pub offset_seconds: i64,
    /// Who said it.
    pub origin: Origin,
    /// What was read from it.
    pub said: Said,
    /// Which revision of the call it made, counted in the order received.
    #[serde(default)]
    pub revision: u32,
    /// What it changed in the call, field by field; the first changes from nothing.
    #[serde(default)]
    pub changed: Vec<FieldChanged>,
    /// Each time it was said; empty where the log no longer keeps it.
    pub receipts: Vec<Receipt>,
}

/// What an event changed in a field of its call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChanged {
    /// Its name.
    pub field: String,
    /// What it was; null: nothing.
    pub before: Value,
    /// What it was then; null: nothing.
    pub after: Value,
}

/// One request that brought an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The request's id.
    #[schemars(with = "String")]
    pub receipt: Uuid,
    /// When it reached us.
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// The same was said before: it changed nothing.
    #[serde(default)]
    pub repeated: bool,
    /// Its body as it came.
    pub body: Verbatim,
}

/// `GET /api/v1/rejected?…`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectedQuery {
    /// Only of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// At most so many: 50, and never more than 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Bodies that could not be read, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RejectedPage {
    /// The rows.
    pub rejected: Vec<RejectedRow>,
    /// There may be older ones that were not looked at.
    pub more: bool,
}

/// One body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedRow {
    /// The request's id, as told to the sender.
    #[schemars(with = "String")]
    pub receipt: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// Which source's URL it came to.
    pub source: SourceId,
    /// When it reached us.
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// Why it could not be read.
    pub reason: String,
    /// The body as it came.
    pub body: Verbatim,
}

/// `POST /api/v1/rejected/resend`: bodies to be read again, as they are read by now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resend {
    /// Their receipts, at most 100.
    #[schemars(with = "Vec<String>")]
    pub receipts: Vec<Uuid>,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Resent {
    /// In the order asked.
    pub rows: Vec<ResentRow>,
}

/// One body.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResentRow {
    /// Its receipt.
    #[schemars(with = "String")]
    pub receipt: Uuid,
    /// It was read, and is on its way to its call.
    pub taken: bool,
    /// The session it belongs to; or why it cannot be read.
    pub said: String,
}
