//! Accounts, their sources and connections, as every role knows them. Secrets are not among them: see the backbone's store.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::event::Who;
use crate::ids::{AccountId, ConnectionId, SourceId};
use crate::phone::digits;
use crate::text::Text;
use crate::time::{Span, Timestamp};

/// One customer company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, for people.
    pub name: String,
}

/// When a call without an end is taken to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// After the last word of a talk.
    pub talk_without_end: Duration,
    /// After the last word of a call that nobody answered.
    pub ring_without_end: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { talk_without_end: Duration::from_mins(30), ring_without_end: Duration::from_mins(5) }
    }
}

/// One PBX account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Whose it is.
    pub account: AccountId,
    /// Which PBX: `uis`, `ringostat`.
    pub kind: String,
    /// Two letters (ISO 3166): where numbers without a country code are from.
    pub region: String,
    /// IANA name: for times a PBX writes without a zone.
    pub timezone: String,
    /// Replaces the PBX API's own address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// A talk with no word of its end is closed after this.
    pub talk_without_end: Span,
    /// A ringing call likewise.
    pub ring_without_end: Span,
    /// The number that click-to-call shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_number: Option<String>,
    /// What the PBX calls its report of the notifications it sent, where that is to be asked for too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications_report: Option<String>,
    /// How often the PBX is asked for what its webhooks did not say; `0`: never.
    pub backfill_every: Span,
    /// Where the PBX lets its customers name the fields of webhooks: a field of this one, and which documented value it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

impl Source {
    /// The two spans that end a call by time.
    pub fn timing(&self) -> Timing {
        Timing {
            talk_without_end: self.talk_without_end.duration(),
            ring_without_end: self.ring_without_end.duration(),
        }
    }
}

/// Whether deliveries of a connection are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// They are.
    Active,
    /// Held by a person.
    Paused,
    /// The CRM no longer takes the credentials.
    Broken,
    /// Not in use.
    Off,
}

impl ConnectionStatus {
    /// The word in the API and the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Broken => "broken",
            Self::Off => "off",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Broken, Self::Off].into_iter().find(|status| status.word() == word)
    }
}

/// One line of a connection's mapping: a CRM user and how PBXs name that person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Employee {
    /// The CRM's id of the user.
    pub crm_user: String,
    /// How PBXs name the employee.
    #[serde(flatten)]
    pub who: Who,
    /// Only in calls of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
}

impl Employee {
    /// Whether `who`, in a call of `source`, is this employee: one thing said of both is the same. Phone numbers are compared by
    /// their digits, however they are written.
    pub fn is(&self, who: &Who, source: &SourceId) -> bool {
        let same = |a: &Option<Text>, b: &Option<Text>| a.is_some() && a == b;
        let number = |phone: &Option<Text>| phone.as_deref().map(digits).filter(|digits| !digits.is_empty());
        self.source.as_ref().is_none_or(|only| only == source)
            && (same(&self.who.extension, &who.extension)
                || same(&self.who.sip, &who.sip)
                || number(&self.who.phone).is_some_and(|phone| number(&who.phone) == Some(phone))
                || same(&self.who.pbx_id, &who.pbx_id))
    }
}

/// One CRM account joined to one or more sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub account: AccountId,
    /// Which CRM: `rbs-crm`.
    pub kind: String,
    /// The sources whose calls it gets.
    pub sources: Vec<SourceId>,
    /// IANA name: in which the CRM shows and takes times.
    pub timezone: String,
    /// The CRM's address.
    pub base_url: String,
    /// Whether deliveries are tried.
    pub status: ConnectionStatus,
    /// Why it has that status, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Per kind; checked by the connector.
    pub settings: Map<String, Value>,
    /// CRM users and how PBXs name them; the order counts.
    pub employees: Vec<Employee>,
    /// It gets the calls from then on.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Grows with every change: what was opened with an older one is opened again.
    pub version: i64,
}

impl Connection {
    /// Whether a call is one of the connection's: of its sources, and begun since it was made.
    pub fn wants(&self, call: &Call) -> bool {
        self.sources.contains(&call.source) && self.created_at <= call.started_at
    }
}
