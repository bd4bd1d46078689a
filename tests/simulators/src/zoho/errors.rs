//! Errors as Zoho Desk words them.

use serde_json::{Value, json};

use crate::rest::Answer;

/// An error with a code.
pub fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"errorCode": code, "message": message}))
}

/// What is wrong with one field of a body or one key of a query; `kind` is `invalid`, `missing` or `duplicate`.
pub fn invalid(field: &str, kind: &str, message: &str) -> Answer {
    let errors = json!([{"fieldName": format!("/{field}"), "errorType": kind, "errorMessage": message}]);
    let message = "The data is invalid due to validation restrictions";
    Answer::json(422, &json!({"errorCode": "INVALID_DATA", "message": message, "errors": errors}))
}

/// Nothing is there.
pub fn not_found() -> Answer {
    error(404, "URL_NOT_FOUND", "The URL you've sent is wrong. Check the URL or the API document.")
}

/// Something is there, and does not take this method.
pub fn method_not_allowed() -> Answer {
    error(405, "METHOD_NOT_ALLOWED", "The method is not allowed for this URL.")
}

/// A list or search; of nothing there is no body.
pub fn rows(rows: &[Value], count: Option<usize>) -> Answer {
    match (rows.is_empty(), count) {
        (true, _) => Answer::empty(204),
        (false, None) => Answer::json(200, &json!({ "data": rows })),
        (false, Some(count)) => Answer::json(200, &json!({"data": rows, "count": count})),
    }
}
