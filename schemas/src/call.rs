//! Calls: what the events of one session amount to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Direction, Marketing, Origin, Said, Who};
use crate::ids::{AccountId, CallId, CallKey, EventId, SourceId};
use crate::phone::Phone;
use crate::text::Text;
use crate::time::Timestamp;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Employees are being rung.
    Ringing,
    /// Somebody answered.
    Talking,
    /// It is over: [`Call::outcome`] says how.
    Ended,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody of the company talked with the client.
    Answered,
    /// Nobody did.
    Missed,
}

/// One employee's part in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leg {
    /// Who.
    pub who: Who,
    /// When this employee was first rung.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub rang_at: Option<Timestamp>,
    /// When this employee first answered; nothing where another one did.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub answered_at: Option<Timestamp>,
}

/// One talk: an employee and when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Talk {
    /// Who talked.
    pub who: Who,
    /// When it began, as received.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub began_at: Timestamp,
}

/// A recording of a talk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recording {
    /// Where it is.
    pub url: String,
    /// When we heard of it.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub heard_at: Timestamp,
}

/// Whether two addresses are of one recording: the same, or the last parts of their paths are. A PBX may give another address
/// when asked than it gave by itself.
pub fn same_recording(a: &str, b: &str) -> bool {
    let file = |url: &str| {
        let path = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        path.rsplit_once('/').map(|(_, file)| file.to_owned()).filter(|file| !file.is_empty())
    };
    a == b || file(a).is_some() && file(a) == file(b)
}

/// One distinct event of a call, as folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heard {
    /// The event.
    pub id: EventId,
    /// When it was first received.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Who said it.
    #[serde(default)]
    pub origin: Origin,
    /// Of two readings of it the later one counts: see the event.
    #[serde(default, skip_serializing_if = "crate::event::is_first")]
    pub reading: u32,
    /// What it said.
    pub said: Said,
}

/// A record of `calls.state` and `calls.finished`: the whole call at one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The call.
    pub id: CallId,
    /// Whose it is.
    pub account: AccountId,
    /// Which source it came from.
    pub source: SourceId,
    /// The PBX's id of the session.
    pub session: Text,
    /// How often this session id was used, from 1.
    pub use_number: u32,
    /// The number of distinct events folded: grows with every change.
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
    /// The person outside, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Phone>,
    /// The company's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Phone>,
    /// Every employee who was rung or answered, in that order.
    pub legs: Vec<Leg>,
    /// Every talk, in order.
    pub talks: Vec<Talk>,
    /// Recordings, in the order heard of.
    pub recordings: Vec<Recording>,
    /// Marks of marketing.
    #[serde(default)]
    pub marketing: Marketing,
    /// When we first heard of it; where that was by asking the PBX, when it says the call began.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub started_at: Timestamp,
    /// When somebody first answered.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub answered_at: Option<Timestamp>,
    /// When we first heard of its end; where that was by asking the PBX, when it says the call ended.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
    /// Seconds of talk, where the PBX said them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<u32>,
    /// Seconds the client waited, where the PBX said them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// The last thing heard of it, but for presumed ends.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub last_heard_at: Timestamp,
    /// What did not fit together, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<String>,
    /// The distinct events, in order: what the call was folded from.
    pub events: Vec<Heard>,
}

impl Call {
    /// Deliveries of one connection and one lane run one after another: the client's number; a call of nobody known waits for
    /// no other.
    pub fn lane(&self) -> String {
        match self.client.as_ref().and_then(|client| client.e164.as_ref()) {
            Some(number) => number.to_string(),
            None => self.id.to_string(),
        }
    }

    /// The key of the session that the call belongs to.
    pub fn key(&self) -> CallKey {
        CallKey { source: self.source.clone(), session: self.session.clone() }
    }

    /// The employee a CRM record belongs to where somebody talked: who talked last.
    pub fn talked_last(&self) -> Option<&Who> {
        self.talks.last().map(|talk| &talk.who)
    }

    /// It is over.
    pub fn ended(&self) -> bool {
        self.state == CallState::Ended
    }

    /// Somebody talked with the client.
    pub fn answered(&self) -> bool {
        self.outcome == Some(Outcome::Answered)
    }
}
