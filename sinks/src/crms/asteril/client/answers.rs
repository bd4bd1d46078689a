//! What Asteril says in its own way; all else is as [`kit`] has it. Nothing of its errors is public, so every shape that PHP
//! systems of this kind answer in is read. Pure.
//!
//! | what came back | to a read | to a write |
//! |---|---|---|
//! | 200 with `success: false`, or with `error` or `errors`; 400, 422: of the key or of access | token dead | token dead |
//! | the same of too many requests | quota | quota |
//! | the same of anything else | not understood | refused |
//! | a web page with a log-in, or that speaks of the key or of access | token dead | token dead |
//! | any other web page, such as a PHP error | not understood | outcome unknown |
//! | of one record: 404, 410, or that it is not found; of a read also 405 and any refusal | it is not there | it is gone |
//! | a new record without its id | | outcome unknown |

use schemas::Timestamp;
use serde_json::Value;

use crate::crms::asteril::found;
use crate::failure::Failure;
use crate::kit::answers::{self as kit, Kind, unclear, word};
use crate::kit::http::Reply;

/// Words that speak of the key and of access, and of no record.
const OF_ACCESS: [&str; 17] = [
    "api_key",
    "api-key",
    "api key",
    "apikey",
    "invalid key",
    "wrong key",
    "unknown key",
    "invalid token",
    "access denied",
    "authoriz",
    "forbidden",
    "ключ",
    "авториз",
    "немає доступу",
    "нет доступа",
    "доступ заборонен",
    "доступ запрещ",
];
/// What stands in a page on which people log in.
const OF_LOG_IN: [&str; 3] = ["type=\"password\"", "type='password'", "пароль"];
const OF_PACE: [&str; 3] = ["too many requests", "забагато запитів", "слишком много запросов"];
const OF_ABSENCE: [&str; 3] = ["not found", "не знайден", "не найден"];

/// The JSON of an answer, or what kind of failure it is.
pub fn read(kind: Kind, reply: Reply, now: Timestamp) -> Result<Value, Failure> {
    if let Some(complaint) = Complaint::in_reply(&reply) {
        return Err(complaint.failure(kind));
    }
    match &reply {
        Reply::Answer(answer) if (200..=299).contains(&answer.status) && is_page(&answer.body) => {
            Err(page_instead(kind, &answer.body))
        }
        _ => kit::json(kind, reply, now),
    }
}

/// The id of a new record.
pub fn new_id(said: &Value) -> Result<String, Failure> {
    let id = said.get("id").and_then(found::id);
    id.ok_or_else(|| Failure::OutcomeUnknown("the answer names no id of the new record".to_owned()))
}

/// The one record that was to be changed is no longer there.
pub fn is_gone(reply: &Reply) -> bool {
    let said = |complaint: Complaint| complaint.is_any_of(&OF_ABSENCE) && !complaint.is_any_of(&OF_ACCESS);
    match reply.status() {
        404 | 410 => true,
        200..=299 => Complaint::in_reply(reply).is_some_and(said),
        _ => false,
    }
}

/// The one record that was asked for is not there, or the CRM knows no such question.
pub fn is_nothing(reply: &Reply) -> bool {
    let said = |complaint: Complaint| matches!(complaint.failure(Kind::Read), Failure::NotUnderstood(_));
    [404, 405, 410].contains(&reply.status()) || Complaint::in_reply(reply).is_some_and(said)
}

fn is_page(body: &str) -> bool {
    body.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// Whether it is said. A key is a word of its own: it ends or begins many others (исключение, виключено).
fn says(lower: &str, known: &str) -> bool {
    lower.match_indices(known).any(|(at, _)| known != "ключ" || !lower[..at].ends_with(char::is_alphabetic))
}

fn page_instead(kind: Kind, body: &str) -> Failure {
    let lower = body.to_lowercase();
    let why = format!("a web page came instead of an answer: {}", word(body));
    if OF_ACCESS.iter().chain(&OF_LOG_IN).any(|known| says(&lower, known)) {
        Failure::TokenDead(why)
    } else {
        unclear(kind, why)
    }
}

/// What the CRM does not take.
struct Complaint {
    /// Of which field.
    field: Option<String>,
    /// In its own words.
    words: String,
}

impl Complaint {
    fn in_reply(reply: &Reply) -> Option<Self> {
        let said = kit::peek(reply);
        let is_one = match reply.status() {
            200..=299 => Self::is_one(&said),
            400 | 422 => said.is_object(),
            _ => false,
        };
        is_one.then(|| Self::of(&said))
    }

    /// Whether an answer with a 2xx is one.
    fn is_one(said: &Value) -> bool {
        match said.get("success") {
            Some(Value::Bool(success)) => !success,
            Some(Value::Number(success)) => success.as_u64() == Some(0),
            Some(Value::String(success)) => ["false", "0", ""].contains(&success.as_str()),
            Some(Value::Null) => true,
            _ => ["error", "errors"].iter().any(|key| said.get(key).is_some_and(is_said)),
        }
    }

    fn of(said: &Value) -> Self {
        let errors = said.get("errors").and_then(Value::as_object);
        let field = errors.and_then(|errors| errors.keys().next().cloned());
        let texts = ["errors", "error", "message"].iter().filter_map(|key| said.get(key)).filter(|said| is_said(said));
        let words = texts.map(flat).collect::<Vec<_>>().join("; ");
        let words = if words.is_empty() { "it does not say why".to_owned() } else { words };
        Self { field, words }
    }

    fn failure(&self, kind: Kind) -> Failure {
        if self.is_any_of(&OF_ACCESS) {
            Failure::TokenDead(word(&self.words))
        } else if self.is_any_of(&OF_PACE) {
            Failure::Quota { said: word(&self.words), retry_after: None }
        } else {
            kit::refused(kind, self.field.clone(), &self.words)
        }
    }

    /// Words of one field of a record say nothing of the key, nor of the record itself.
    fn is_any_of(&self, words: &[&str]) -> bool {
        let lower = self.words.to_lowercase();
        self.field.as_deref().is_none_or(|field| field == "api_key") && words.iter().any(|known| says(&lower, known))
    }
}

fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_u64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) => true,
    }
}

/// All texts within, with the names of the fields they stand in.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(field, said)| format!("{field}: {}", flat(said))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
