//! What Uspacy says in its own way, on top of [`crate::kit::answers`]. Pure.
//!
//! | what came back | to a read | to a write |
//! |---|---|---|
//! | 400, 422: `{"errors":{"field":["…"]},"status":false}`, `{"status":…,"error":"…"}` | not understood | refused, with the field |
//! | 2xx with such a body | not understood | refused |
//! | 2xx, 4xx: `{"error":"Unauthorized."}`, and like words | token dead | token dead |
//! | 404 of a record | nothing is found | gone |
//! | a new record without an id | – | outcome unknown |

use schemas::Timestamp;
use serde_json::Value;

use super::rows;
use crate::failure::Failure;
use crate::kit::answers::{self, Kind, word};
use crate::kit::http::Reply;

/// What is said of a token that is not taken; the first is known, the others are what such systems say.
const OF_ACCESS: [&str; 6] =
    ["unauthorized", "unauthenticated", "token has expired", "token is expired", "invalid token", "jwt expired"];
/// Words of one field that are passed on.
const WORDS: usize = 3;

/// What an answer says of what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Which field, where it says so.
    pub field: Option<String>,
    /// In its own words; empty: it says nothing.
    pub word: String,
}

impl Said {
    /// Reads a body.
    pub fn of(body: &Value) -> Self {
        let (field, errors) = match body.get("errors") {
            Some(Value::Object(fields)) => match fields.iter().next() {
                Some((field, errors)) => (Some(field.clone()), texts(errors)),
                None => (None, Vec::new()),
            },
            Some(other) => (None, texts(other)),
            None => (None, Vec::new()),
        };
        let own = ["error", "message"].iter().find_map(|key| body.get(*key)?.as_str().map(str::to_owned));
        let words: Vec<String> = if errors.is_empty() { own.into_iter().collect() } else { errors };
        Self { field, word: word(words.join("; ")) }
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).take(WORDS).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The JSON of an answer, or what kind of failure it is.
pub fn read(kind: Kind, reply: Reply, now: Timestamp) -> Result<Value, Failure> {
    let (status, body) = (reply.status(), answers::peek(&reply));
    let said = Said::of(&body);
    let unauthorized = said.field.is_none() && speaks_of_access(&said.word);
    match status {
        200..=499 if unauthorized => Err(Failure::TokenDead(format!("status {status}: {}", said.word))),
        400 | 422 if !said.word.is_empty() => Err(answers::refused(kind, said.field, &said.word)),
        200..=299 if is_failure(&body) => Err(answers::refused(kind, said.field, &said.word)),
        _ => answers::json(kind, reply, now),
    }
}

/// Of a record that is changed: 404 says that it is gone.
pub fn gone(reply: &Reply) -> Result<(), Failure> {
    match reply.status() {
        404 => Err(Failure::Gone(format!("status 404: {}", Said::of(&answers::peek(reply)).word))),
        _ => Ok(()),
    }
}

/// The id of a new record. Without one it may be there or not.
pub fn new_id(made: &Value) -> Result<String, Failure> {
    let id = rows::id(made).or_else(|| rows::id(made.get("data")?));
    id.ok_or_else(|| answers::unclear(Kind::Write, "the answer to a new record names no id"))
}

/// Whether it is the token that is wrong, whatever the status.
fn speaks_of_access(word: &str) -> bool {
    let lower = word.to_lowercase();
    OF_ACCESS.iter().any(|known| lower.starts_with(known))
}

fn is_failure(body: &Value) -> bool {
    let errors = match body.get("errors") {
        Some(Value::Object(errors)) => !errors.is_empty(),
        Some(Value::Array(errors)) => !errors.is_empty(),
        _ => false,
    };
    let error = body.get("error").and_then(Value::as_str).is_some_and(|error| !error.is_empty());
    body.get("status") == Some(&Value::Bool(false)) || errors || error
}

#[cfg(test)]
mod tests;
