//! What differs from one space to another, or is not public: values and codes that the CRM knows and we are told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::connector::Problem;
use crate::kit::settings::problem;

/// How a call ended, as the CRM's users tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody talked with the client, whoever called.
    Answered,
    /// An incoming call of a new client that nobody answered.
    Missed,
    /// The same of a client whose lead is open.
    MissedKnown,
    /// An outgoing call that the client did not answer.
    NotAnswered,
}

/// What is sent as `ended_call_status`: a text or a number; an empty text: the field is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StatusValues {
    /// Somebody talked with the client.
    pub answered: Value,
    /// A missed call of a new client.
    pub missed: Value,
    /// A missed call of a client whose lead is open.
    pub missed_known: Value,
    /// An outgoing call that was not answered.
    pub not_answered: Value,
}

impl Default for StatusValues {
    fn default() -> Self {
        Self {
            answered: "answered".into(),
            missed: "missed".into(),
            missed_known: "unsuccessful".into(),
            not_answered: "unsuccessful".into(),
        }
    }
}

impl StatusValues {
    /// What is sent; nothing: the field is left out.
    pub fn of(&self, status: Status) -> Option<Value> {
        let value = match status {
            Status::Answered => &self.answered,
            Status::Missed => &self.missed,
            Status::MissedKnown => &self.missed_known,
            Status::NotAnswered => &self.not_answered,
        };
        Some(value.clone()).filter(|value| value.as_str() != Some(""))
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let values = [
            ("answered", &self.answered),
            ("missed", &self.missed),
            ("missed_known", &self.missed_known),
            ("not_answered", &self.not_answered),
        ];
        let wrong = values.iter().filter(|(_, value)| !(value.is_string() || value.is_number()));
        wrong.map(|(key, _)| problem(&["settings", "status_values", key], "give a text or a number")).collect()
    }
}

/// As what `external_id` is sent: the vendor's own libraries disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExternalId {
    /// A number of up to 16 digits.
    #[default]
    Number,
    /// The same digits as a text.
    Text,
}

/// Fields of a lead that not every space has: used where the CRM lists them; an empty code: never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeadFields {
    /// A text that holds our mark. Without it a lead is found by its number.
    pub mark: String,
    /// The contacts of a lead.
    pub contacts: String,
    /// The companies of a lead.
    pub companies: String,
}

impl Default for LeadFields {
    fn default() -> Self {
        Self { mark: "comments".to_owned(), contacts: "contacts".to_owned(), companies: "companies".to_owned() }
    }
}

/// How entities are looked for by a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By the text search, `q`: the last nine digits.
    Text,
    /// By a filter of the field `phone`, which also finds numbers that are written in groups.
    Filter,
}
