//! Connections: CRM accounts and how they fare.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use schemas::{AccountId, ConnectionId, ConnectionStatus, Employee, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `GET /api/v1/connections`: all of them, by account and id.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionList {
    /// The rows.
    pub connections: Vec<ConnectionRow>,
}

/// How many deliveries of a connection stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backlog {
    /// To be tried, or being tried: the connection is active.
    pub pending: u64,
    /// Kept, and not tried: the connection is not active.
    pub parked: u64,
    /// The CRM holds what it should.
    pub done: u64,
    /// Not to be tried: a person, or a rule, decided so.
    pub skipped: u64,
    /// Tried for as long as `retry_for`, or refused.
    pub dead: u64,
    /// When the oldest of the pending and parked was first wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub oldest: Option<Timestamp>,
}

/// A connection in a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionRow {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub account: AccountId,
    /// Which CRM: `rbs-crm`.
    pub kind: String,
    /// Whether its deliveries are tried.
    pub status: ConnectionStatus,
    /// Why it has that status, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Its deliveries.
    pub backlog: Backlog,
    /// The last word on a delivery that did not succeed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_error: String,
    /// Its CRM does not answer: nothing is sent to it but probes, and what waits costs no tries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
}

/// A CRM that does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outage {
    /// Since when.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// What the last try before that met.
    pub said: String,
}

/// `GET /api/v1/connections/{id}`: one connection, without its secrets.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionView {
    /// As in the list.
    #[serde(flatten)]
    pub row: ConnectionRow,
    /// The CRM's name, for people.
    pub title: String,
    /// The sources whose calls it gets.
    pub sources: Vec<SourceId>,
    /// The CRM's address.
    pub base_url: String,
    /// IANA name: in which the CRM shows and takes times.
    pub timezone: String,
    /// Per kind, as set; what is not here has its default.
    pub settings: Map<String, Value>,
    /// Which credentials are set.
    pub credentials: Vec<CredentialView>,
    /// CRM users and how PBXs name them, in their order.
    pub employees: Vec<Employee>,
    /// It gets the calls from then on.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// That a credential is set; never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialView {
    /// Its key in the accounts file.
    pub name: String,
    /// `env:NAME`, where the accounts file said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// The answer of `POST /api/v1/connections/{id}/check`, and of `POST /api/v1/sources/{id}/check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// The CRM, or the PBX, takes the credentials.
    pub connected: bool,
    /// Connected: as whom. Not: its own word.
    pub said: String,
    /// The CRM's id of the account that answered, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What to do next, where it is not connected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub todo: String,
}

/// `POST /api/v1/connections/{id}/pause`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Why, for people: 1 to 500 characters.
    pub reason: String,
}

/// `PUT /api/v1/connections/{id}/credentials`: all that the kind takes, by the names of the accounts file.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCredentials {
    /// Name and value.
    pub credentials: BTreeMap<String, String>,
}

impl fmt::Debug for NewCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.credentials.keys()).finish()
    }
}
