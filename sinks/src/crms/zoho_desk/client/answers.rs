//! The table from Zoho Desk's answers to kinds of failure, on top of `kit::answers`. Pure. The code in the body decides, whatever
//! the status: a 403 can be a missing scope, a 429 the day's credits, and a 200 can carry an error.
//!
//! | code | kind |
//! |---|---|
//! | `INVALID_OAUTH` after a new token, `UNAUTHORIZED` | token dead |
//! | `SCOPE_MISMATCH`, `OAUTH_ORG_MISMATCH`, `FORBIDDEN`, `LICENSE_ACCESS_LIMITED` | token dead, with what to do |
//! | `TOO_MANY_REQUESTS` | quota, a moment |
//! | `THRESHOLD_EXCEEDED` | quota, as long as it says |
//! | `URL_NOT_FOUND`, 404 | of one record: gone; else not understood |
//! | `INVALID_DATA` and like | refused, naming the field; a duplicate: it may be there, so it is looked for |
//! | `INTERNAL_SERVER_ERROR` | outcome unknown |

use std::time::Duration;

use schemas::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::kit::answers::{self, Kind, peek, refused, retry_after, word};
use crate::kit::http::{Answer, Reply};

/// After too many requests at once.
const MOMENT: Duration = Duration::from_secs(5);
/// After the day's credits are spent, where it does not say for how long.
const CREDITS: Duration = Duration::from_mins(10);
/// Errors of one answer that are told.
const ERRORS_MAX: usize = 3;

/// What to do where even a new token is refused.
pub const NO_TOKEN: &str = "it takes no token of this refresh token: give consent again";

/// The access token is over: a new one may do.
pub fn is_token_over(reply: &Reply) -> bool {
    peek(reply).get("errorCode").and_then(Value::as_str) == Some("INVALID_OAUTH")
}

/// What was answered; null where there is nothing. `item`: the request was about one record.
pub fn read(kind: Kind, item: bool, reply: Reply, now: Timestamp) -> Result<Value, Failure> {
    let body = peek(&reply);
    if let (Some(code), Reply::Answer(answer)) = (body.get("errorCode").and_then(Value::as_str), &reply) {
        return Err(by_code(kind, item, code, &body, answer, now));
    }
    if item && reply.status() == 404 {
        return Err(Failure::Gone("status 404".to_owned()));
    }
    answers::json(kind, reply, now)
}

fn by_code(kind: Kind, item: bool, code: &str, body: &Value, answer: &Answer, now: Timestamp) -> Failure {
    let said = said(code, body);
    let dead = |what: &str| Failure::TokenDead(format!("{said}; {what}"));
    match code {
        "INVALID_OAUTH" | "UNAUTHORIZED" => dead(NO_TOKEN),
        "SCOPE_MISMATCH" => dead("the consent lacks a scope: give it again with all scopes that the connector names"),
        "OAUTH_ORG_MISMATCH" => dead("org_id is none of the organisations of the user who gave consent: correct it"),
        "FORBIDDEN" => dead("the user who gave consent may not do this: give the user's profile the permission"),
        "LICENSE_ACCESS_LIMITED" => dead(&format!(
            "the edition does not allow it{}: change the edition, or do without",
            body.get("feature")
                .and_then(Value::as_str)
                .map(|feature| format!(" ({})", word(feature)))
                .unwrap_or_default()
        )),
        "TOO_MANY_REQUESTS" => Failure::Quota { said, retry_after: retry_after(answer, now).or(Some(MOMENT)) },
        "THRESHOLD_EXCEEDED" => Failure::Quota { said, retry_after: retry_after(answer, now).or(Some(CREDITS)) },
        "URL_NOT_FOUND" if item => Failure::Gone(said),
        "INVALID_DATA" if kind == Kind::Write && is_duplicate(body) => Failure::OutcomeUnknown(said),
        "BAD_REQUEST"
        | "INVALID_DATA"
        | "UNPROCESSABLE_ENTITY"
        | "EMPTY_PAYLOAD"
        | "RESOURCE_SIZE_EXCEEDED"
        | "UNSUPPORTED_MEDIA_TYPE" => refused(kind, field(body), &said),
        "INTERNAL_SERVER_ERROR" => answers::lost(kind, said),
        // A code that is not known says less than its status.
        _ => match answers::text(kind, Reply::Answer(answer.clone()), now) {
            Ok(_) => answers::unclear(kind, said),
            Err(failure) => failure,
        },
    }
}

/// The code, and what is wrong with which field.
fn said(code: &str, body: &Value) -> String {
    let message = body.get("message").and_then(Value::as_str).unwrap_or_default();
    let errors = errors(body).take(ERRORS_MAX).map(|error| {
        let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("; {} {} {}", text("fieldName"), text("errorType"), text("errorMessage"))
    });
    word(format!("{code}: {message}{}", errors.collect::<String>()))
}

/// A JSON Pointer, as the record's content names it: `/cf/cf_x` is `cf.cf_x`.
fn field(body: &Value) -> Option<String> {
    let pointer = errors(body).find_map(|error| error.get("fieldName")?.as_str())?;
    Some(word(pointer.trim_start_matches('/').replace('/', "."))).filter(|field| !field.is_empty())
}

fn is_duplicate(body: &Value) -> bool {
    errors(body).any(|error| error.get("errorType").and_then(Value::as_str) == Some("duplicate"))
}

fn errors(body: &Value) -> impl Iterator<Item = &Value> {
    body.get("errors").and_then(Value::as_array).into_iter().flatten()
}

/// An id, which Zoho writes as a text or as a number.
pub fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    super::is_id(&id).then_some(id)
}

/// The id of a record that was made.
pub fn new_id(said: &Value) -> Result<String, Failure> {
    let made = said.get("id").and_then(id);
    made.ok_or_else(|| Failure::OutcomeUnknown("the answer to a new record names no id".to_owned()))
}

#[cfg(test)]
mod tests;
