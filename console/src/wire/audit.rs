//! The books: what was received against what is in calls, and finished calls against their deliveries.

use schemars::JsonSchema;
use schemas::{ConnectionId, EventId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// `GET /api/v1/audit?…`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// What was received, and the calls begun, at or after this; a day before `until` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// And before this; now unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// Only of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// Only deliveries of this connection, and what was received from its sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
}

/// The books of a window.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// From then on.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Until then.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// The window held more than is looked at in one answer: `since` of the next one; none where this is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub next: Option<Timestamp>,
    /// Nothing is amiss.
    pub balanced: bool,
    /// By source and hour of receipt: `received` is the sum of what follows it, and `unsaid` is 0.
    pub receipts: Vec<ReceiptBooks>,
    /// By connection and hour of the call's start: `calls` is the sum of what follows it.
    pub deliveries: Vec<DeliveryBooks>,
    /// What is amiss, by id.
    pub amiss: Vec<Amiss>,
    /// So much more is amiss than is named.
    pub more: u64,
}

/// What was received by one source within one hour, by receipt: what stands twice in the log is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptBooks {
    /// The source.
    pub source: SourceId,
    /// When the hour begins.
    #[schemars(with = "String")]
    pub hour: Timestamp,
    /// Requests kept, and what the PBX said when asked.
    pub received: u64,
    /// Those that brought a call an event.
    pub folded: u64,
    /// Those that said again what had been said.
    pub repeated: u64,
    /// Those of a call that holds as many events as a call takes, and records that are no event.
    pub ignored: u64,
    /// Those that could not be read, or are about no call.
    pub rejected: u64,
    /// Those that may not have been folded yet.
    pub on_the_way: u64,
    /// Events of calls that nothing in the log says.
    pub unsaid: u64,
}

/// The finished calls that began within one hour and that one connection is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryBooks {
    /// The connection.
    pub connection: ConnectionId,
    /// When the hour begins.
    #[schemars(with = "String")]
    pub hour: Timestamp,
    /// Finished calls.
    pub calls: u64,
    /// Those that the CRM holds.
    pub done: u64,
    /// Those to be tried, or being tried.
    pub pending: u64,
    /// Those kept while the connection is not active.
    pub parked: u64,
    /// Those not to be tried.
    pub skipped: u64,
    /// Those given up.
    pub dead: u64,
    /// Those that the ledger may not have been told of yet.
    pub on_the_way: u64,
}

/// What can be amiss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmissKind {
    /// What was received is in no call; `call` is its session.
    EventInNoCall,
    /// An event of a call is not in the log.
    EventNotInLog,
    /// A finished call has no delivery in a connection that wants it.
    NoDelivery,
    /// The delivery of a finished call was not told of its last revision.
    DeliveryBehind,
    /// The journal has no such call.
    DeliveryWithoutCall,
}

/// One thing that is amiss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amiss {
    /// What.
    pub what: AmissKind,
    /// Of which call or session.
    pub call: String,
    /// The request's id, as it was told to the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub receipt: Option<Uuid>,
    /// The event's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventId>,
    /// In which connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// When it was received, the call began, or the delivery was first wanted.
    #[schemars(with = "String")]
    pub at: Timestamp,
}
