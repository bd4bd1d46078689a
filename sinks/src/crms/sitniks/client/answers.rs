//! What Sitniks says in its own way, on top of the table of [`crate::kit::answers`]. Pure.
//!
//! | what came back | to a list | to one record | to a change | to a making |
//! |---|---|---|---|---|
//! | 401, 403 (a trial plan) | token dead | token dead | token dead | token dead |
//! | 404, `Cannot GET /…`: no such path | not understood | not understood | not understood | not understood |
//! | 404 | not understood | gone | gone | not understood: what it refers to is gone, the plan looks again |
//! | 409 | not understood | not understood | not understood | already there |
//! | 400, 422 | not understood | not understood | refused | refused |
//! | 200 with an error in it | as that status | … | … | … |

use schemas::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::kit::answers::{self, Kind, word};
use crate::kit::http::Reply;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Records by a filter.
    List,
    /// A record by its id.
    One,
    /// A change of a record.
    Change,
    /// A new record.
    Make,
}

/// What came back, or what kind of failure it is. [`Failure::AlreadyThere`] has an empty id where the CRM names none.
pub fn read(ask: Ask, mut reply: Reply, now: Timestamp) -> Result<Value, Failure> {
    let kind = if matches!(ask, Ask::Change | Ask::Make) { Kind::Write } else { Kind::Read };
    let body = answers::peek(&reply);
    if let Reply::Answer(answer) = &mut reply
        && (200..300).contains(&answer.status)
        && let Some(status) = error_inside(&body)
    {
        answer.status = status;
    }
    let status = reply.status();
    let said = || format!("status {status}: {}", word(said(&body)));
    match (status, ask) {
        (403, _) => Err(Failure::TokenDead(format!(
            "it closes the API to this token, as to every company on a trial plan: the API needs a paid one ({})",
            said()
        ))),
        (404, _) if no_such_path(&body) => {
            Err(Failure::NotUnderstood(format!("the API has no such path, look at settings.paths: {}", said())))
        }
        (404, Ask::One | Ask::Change) if body.is_object() => Err(Failure::Gone(said())),
        (409, Ask::Make) => Err(Failure::AlreadyThere { crm_id: existing(&body).unwrap_or_default() }),
        (400 | 422, _) if body.is_object() => Err(answers::refused(kind, field(&body), &said())),
        _ => answers::json(kind, reply, now),
    }
}

/// The id of a record just made.
pub fn new_id(said: &Value) -> Result<String, Failure> {
    id(object(said)).ok_or_else(|| answers::unclear(Kind::Write, "the answer names no id of the new record"))
}

/// The CRM says that it has the record, and shows it to no search: it may in a while.
pub fn hidden() -> Failure {
    Failure::NotUnderstood("the CRM has it already, and does not say as what; no search shows it yet".to_owned())
}

/// The rows of a list: in `data`, under the list's own name, or the list itself.
pub fn rows<'v>(said: &'v Value, name: &str) -> Result<&'v [Value], Failure> {
    let rows = [said.get("data"), said.get(name), Some(said)].into_iter().flatten().find_map(Value::as_array);
    let missing =
        || answers::unclear(Kind::Read, format!("a list of {name} was asked for: {}", word(said.to_string())));
    rows.map(Vec::as_slice).ok_or_else(missing)
}

/// How many rows there are in all, where the list says so.
pub fn count(said: &Value) -> Option<usize> {
    let count = said.get("count").or_else(|| said.get("total"))?.as_u64()?;
    usize::try_from(count).ok()
}

/// One record, bare or in `data`.
pub fn object(said: &Value) -> &Value {
    said.get("data").filter(|data| data.is_object()).unwrap_or(said)
}

/// A record's id.
pub fn id(record: &Value) -> Option<String> {
    text(record.get("id")?)
}

/// A text, or a number as one.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id as a part of a path. One of another shape is none of this CRM's.
pub fn segment(id: &str) -> Result<&str, Failure> {
    let fits = !id.is_empty() && id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let said = || format!("{:?} is no id of the CRM", word(id));
    if fits { Ok(id) } else { Err(Failure::Gone(said())) }
}

/// The status of an error that came as if all were well.
fn error_inside(body: &Value) -> Option<u16> {
    body.get("message")?;
    let status = u16::try_from(body.get("statusCode")?.as_u64()?).ok()?;
    (400..600).contains(&status).then_some(status)
}

/// What is wrong, in the CRM's words: one, or a list of them.
fn said(body: &Value) -> String {
    match body.get("message") {
        Some(Value::String(message)) => message.clone(),
        Some(Value::Array(messages)) => {
            messages.iter().filter_map(Value::as_str).take(10).collect::<Vec<_>>().join("; ")
        }
        _ => body.to_string(),
    }
}

/// `Cannot POST /open-api/calls`: the server's word for a path that it does not have.
fn no_such_path(body: &Value) -> bool {
    let mut words = body.get("message").and_then(Value::as_str).unwrap_or_default().split(' ');
    words.next() == Some("Cannot")
        && words.next().is_some_and(|method| ["GET", "POST", "PUT", "PATCH"].contains(&method))
        && words.next().is_some_and(|path| path.starts_with('/'))
}

/// `managerId must be a number`, `property colour should not exist`: which field.
fn field(body: &Value) -> Option<String> {
    let said = said(body);
    let mut words = said.split_whitespace().skip_while(|word| *word == "property");
    let field = words.next().map(word)?;
    words.next().filter(|verb| ["must", "should"].contains(verb)).map(|_| field)
}

/// The id of the record that is in the way.
fn existing(body: &Value) -> Option<String> {
    let places = [body.get("id"), body.get("existingId"), body.get("data").and_then(|data| data.get("id"))];
    places.into_iter().flatten().find_map(text)
}

#[cfg(test)]
mod tests;
