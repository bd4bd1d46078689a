//! Events: one thing a PBX said, verbatim and as it was read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{AccountId, CallKey, EventId, SourceId};
use crate::phone::Phone;
use crate::text::Text;
use crate::time::Timestamp;
use crate::unknown::Unknown;

/// Which way a call went, seen from the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The client called.
    #[default]
    Incoming,
    /// An employee called.
    Outgoing,
}

/// What an event says of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PbxState {
    /// An employee is being rung.
    Ringing,
    /// A talk began.
    Answered,
    /// The call, or a recorded talk of it, is over.
    Hangup,
    /// The call was lost.
    Missed,
    /// Nobody said that the call ended; its time is up. Said by the processor, never by a PBX.
    PresumedEnd,
    /// The call is to be derived anew, because an earlier version did it wrongly. Says nothing of it; said by an operator.
    Rebuilt,
}

impl PbxState {
    /// Said by a PBX, and not by Ringfold itself.
    pub fn of_the_pbx(self) -> bool {
        !matches!(self, Self::PresumedEnd | Self::Rebuilt)
    }
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The PBX, by a webhook.
    #[default]
    Webhook,
    /// The PBX, asked afterwards: fills what is blank, replaces nothing.
    Backfill,
    /// The processor's own clock.
    Clock,
}

/// An employee as PBXs name one; compared field by field with the mapping of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
pub struct Who {
    /// The short internal number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Text>,
    /// The SIP account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip: Option<Text>,
    /// The employee's own phone number, as said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Text>,
    /// The PBX's id of the employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pbx_id: Option<Text>,
}

impl Who {
    /// An employee known by the extension only.
    pub fn extension(extension: impl Into<Text>) -> Self {
        Self { extension: Some(extension.into()), ..Self::default() }
    }

    /// Nothing was said of who it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// For people: the first thing known.
    pub fn name(&self) -> &str {
        [&self.extension, &self.sip, &self.phone, &self.pbx_id].into_iter().flatten().next().map_or("?", |name| name)
    }
}

/// Marks of marketing that came with a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Marketing {
    /// UTM and related marks by their names in `fields` of the accounts file: `utm_source`, `google_client_id`, …
    #[serde(flatten)]
    pub marks: std::collections::BTreeMap<String, String>,
}

/// What was read from one body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// What happened.
    pub state: PbxState,
    /// Which way the call goes, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The person outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Phone>,
    /// The company's number that was called or calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Phone>,
    /// The employee it is about.
    #[serde(default, skip_serializing_if = "Who::is_empty")]
    pub who: Who,
    /// Where the recording is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// Where its other recordings are: a list of calls tells of several in one row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_recordings: Vec<String>,
    /// Seconds of talk, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_seconds: Option<u32>,
    /// Seconds the client waited, where said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// When the call began by the PBX's clock, where said; kept, never used to order events.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub started_at: Option<Timestamp>,
    /// Marks of marketing.
    #[serde(default, skip_serializing_if = "no_marks")]
    pub marketing: Marketing,
    /// Of a presumed end: what the call had last heard when its time was set. It counts only if nothing came since.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub heard_until: Option<Timestamp>,
    /// What a newer version read beside these.
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde takes")]
pub(crate) fn is_first(reading: &u32) -> bool {
    *reading == 0
}

fn no_marks(marketing: &Marketing) -> bool {
    marketing.marks.is_empty()
}

impl Said {
    /// Every recording it tells of.
    pub fn recordings(&self) -> impl Iterator<Item = &String> {
        self.recording.iter().chain(&self.more_recordings)
    }

    /// Only the state, all else unsaid.
    pub fn only(state: PbxState) -> Self {
        Self {
            state,
            direction: None,
            client: None,
            line: None,
            who: Who::default(),
            recording: None,
            more_recordings: Vec::new(),
            talk_seconds: None,
            wait_seconds: None,
            started_at: None,
            marketing: Marketing::default(),
            heard_until: None,
            unknown: Unknown::default(),
        }
    }
}

/// A body kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Verbatim {
    /// The body, where it is UTF-8.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The body in hexadecimal, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hex: String,
    /// The content type that came with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// What stood after the question mark of the address, still encoded, where a body came with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
}

/// A record of `calls.raw`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Event", bound = "B: JsonSchema + Default + Serialize")]
pub struct Event<B = Verbatim> {
    /// Told by what was said.
    pub id: EventId,
    /// One for each request, also where the same thing is said again: the books are kept by it.
    #[schemars(with = "String")]
    pub receipt: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// Which source said it.
    pub source: SourceId,
    /// The PBX's id of the session.
    pub session: Text,
    /// When it reached us.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// Who said it.
    #[serde(default)]
    pub origin: Origin,
    /// 0 as it was first read; a body that was read again, by a reader that was mended, counts from 1. Of two readings of one
    /// event the later one counts.
    #[serde(default, skip_serializing_if = "is_first")]
    pub reading: u32,
    /// What was read.
    pub said: Said,
    /// The body.
    #[serde(default)]
    pub body: B,
}

/// Stands for a body that was passed over: whoever has no use for bodies reads an `Event<Unread>`, which costs less.
pub use serde::de::IgnoredAny as Unread;

impl<B> Event<B> {
    /// Where the event belongs.
    pub fn key(&self) -> CallKey {
        CallKey { source: self.source.clone(), session: self.session.clone() }
    }
}

/// A record of `calls.rejected`: a body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// The request's id, told to the sender.
    #[schemars(with = "String")]
    pub receipt: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// Which source's URL it came to.
    pub source: SourceId,
    /// When it reached us.
    #[serde(with = "crate::rfc3339")]
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// Why it could not be read.
    pub reason: String,
    /// The body.
    pub body: Verbatim,
}
