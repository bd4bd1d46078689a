//! A row in the register of calls, as a customer's API may have it: its fields, what they are called, and its words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::connector::Problem;
use crate::kit::settings::problem;

/// A field's name is no longer than this.
const NAME_MAX: usize = 64;

/// A field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Our call id, by which a row is found again.
    ExternalId,
    /// Which way the call went.
    Direction,
    /// The client's number.
    Phone,
    /// The client's card.
    ClientId,
    /// The responsible manager.
    ManagerId,
    /// Where the call stands.
    Status,
    /// When it began.
    StartedAt,
    /// Seconds of talk.
    Duration,
    /// Where the recording is.
    RecordUrl,
}

impl Field {
    /// All of them, in the order they are documented.
    pub const ALL: [Self; 9] = [
        Self::ExternalId,
        Self::Direction,
        Self::Phone,
        Self::ClientId,
        Self::ManagerId,
        Self::Status,
        Self::StartedAt,
        Self::Duration,
        Self::RecordUrl,
    ];

    /// What the API is assumed to call it.
    pub fn usual_name(self) -> &'static str {
        match self {
            Self::ExternalId => "externalId",
            Self::Direction => "direction",
            Self::Phone => "phone",
            Self::ClientId => "clientId",
            Self::ManagerId => "managerId",
            Self::Status => "status",
            Self::StartedAt => "startedAt",
            Self::Duration => "duration",
            Self::RecordUrl => "recordUrl",
        }
    }

    /// Its key in the accounts file.
    fn key(self) -> String {
        let text = serde_json::to_value(self).ok();
        text.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }

    /// No row is one without it: it could not be found again, or says nothing.
    fn required(self) -> bool {
        matches!(self, Self::ExternalId | Self::Phone | Self::Status | Self::StartedAt)
    }
}

/// The words for where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Statuses {
    /// It goes on.
    pub active: String,
    /// Somebody talked.
    pub completed: String,
    /// Nobody did.
    pub cancelled: String,
}

impl Default for Statuses {
    fn default() -> Self {
        let word = str::to_owned;
        Self { active: word("active"), completed: word("completed"), cancelled: word("cancelled") }
    }
}

impl Statuses {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let words = [("active", &self.active), ("completed", &self.completed), ("cancelled", &self.cancelled)];
        word_problems("statuses", &words)
    }
}

/// The words for which way a call went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Directions {
    /// The client called.
    pub incoming: String,
    /// An employee called.
    pub outgoing: String,
}

impl Default for Directions {
    fn default() -> Self {
        Self { incoming: "in".to_owned(), outgoing: "out".to_owned() }
    }
}

impl Directions {
    pub(super) fn problems(&self) -> Vec<Problem> {
        word_problems("directions", &[("incoming", &self.incoming), ("outgoing", &self.outgoing)])
    }
}

/// The method by which a row is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Change {
    /// `PATCH`.
    Patch,
    /// `PUT`, as clients are changed.
    Put,
}

/// What is wrong with the names of fields.
pub(super) fn name_problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, field) in Field::ALL.into_iter().enumerate() {
        let key = field.key();
        let mut wrong = |message: String| problems.push(problem(&["settings", "names", &key], message));
        let Some(name) = settings.name(field) else {
            if field.required() {
                wrong("no row can do without it: give the field's name".to_owned());
            }
            continue;
        };
        let other = Field::ALL[..index].iter().find(|other| settings.name(**other) == Some(name));
        if !is_name(name) {
            wrong(format!("{name:?} is no field of the API: use 1 to {NAME_MAX} Latin letters, digits and '_'"));
        } else if let Some(other) = other {
            wrong(format!("{name:?} is taken by {} already", other.key()));
        }
    }
    if settings.changeable.contains(&Field::ExternalId) {
        let message = "external_id never changes: a row is found by it; leave it out";
        problems.push(problem(&["settings", "changeable"], message));
    }
    problems
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_MAX && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn word_problems(table: &str, words: &[(&str, &String)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, (key, word)) in words.iter().enumerate() {
        let at = ["settings", table, key];
        if word.trim().is_empty() {
            problems.push(problem(&at, "give the API's word"));
        } else if let Some((other, _)) = words[..index].iter().find(|(_, earlier)| earlier == word) {
            problems.push(problem(&at, format!("{word:?} is the word for {other} already")));
        }
    }
    problems
}
