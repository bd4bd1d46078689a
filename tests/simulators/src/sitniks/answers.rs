//! Errors in the framework's shape, and bodies read against what a record may have.

use serde_json::{Map, Value, json};

use crate::rest::{Answer, Record, Request};

/// An error with one message.
pub(super) fn error(status: u16, message: &str) -> Answer {
    let mut body = json!({ "statusCode": status, "message": message });
    let name = match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        _ => return Answer::json(status, &body),
    };
    body["error"] = name.into();
    Answer::json(status, &body)
}

/// A 400 with one message.
pub(super) fn invalid(message: &str) -> Answer {
    error(400, message)
}

/// A 400 with all that is wrong.
pub(super) fn all_invalid(messages: &[String]) -> Answer {
    Answer::json(400, &json!({ "statusCode": 400, "message": messages, "error": "Bad Request" }))
}

/// The framework's word for a path, or a method on it, that it does not have.
pub(super) fn no_such_path(request: &Request) -> Answer {
    error(404, &format!("Cannot {} {}", request.method, request.path))
}

/// A record as the API gives it.
pub(super) fn shown(record: &Record) -> Value {
    let mut fields = Map::from_iter([("id".to_owned(), Value::from(record.id))]);
    fields.extend(record.fields.clone());
    Value::Object(fields)
}

/// The body of a request, which must be a JSON object with none but `known` fields; what is wrong with the values, `check`
/// says.
pub(super) fn body(
    request: &Request,
    known: &[&str],
    check: impl FnOnce(&Map<String, Value>) -> Vec<String>,
) -> Result<Map<String, Value>, Answer> {
    let body = request.object().ok_or_else(|| invalid("Unexpected token in JSON at position 0"))?;
    let strange = body.keys().filter(|key| !known.contains(&key.as_str()));
    let mut wrong: Vec<String> = strange.map(|key| format!("property {key} should not exist")).collect();
    wrong.extend(check(&body));
    if wrong.is_empty() { Ok(body) } else { Err(all_invalid(&wrong)) }
}
