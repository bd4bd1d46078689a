//! What every request passes: the token, the bounds of time and number, and that every error is a problem document.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use backbone::sealed::Secret;

use super::fault::{Fault, PROBLEM};
use crate::state::Console;

/// Longer than any single wait within a request: the longest is a check of a CRM's credentials.
const DEADLINE: Duration = Duration::from_secs(45);

/// Lets through who shows the token.
pub async fn token(State(console): State<Console>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = given.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
    });
    let token = &console.parts.token;
    if !token.expose().is_empty() && shown.is_some_and(|shown| shown == *token) {
        return next.run(request).await;
    }
    let detail = if given.is_some() { "the token is not the one of this server" } else { "a token is needed" };
    Fault::new(
        StatusCode::UNAUTHORIZED,
        detail,
        "send the header Authorization: Bearer TOKEN; the token is in the file api-token of the data directory",
    )
    .into_response()
}

/// So many at once, and each only so long.
pub async fn bounds(State(console): State<Console>, request: Request, next: Next) -> Response {
    let Ok(_room) = console.room.try_acquire() else {
        return Fault::new(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once", "try again in a moment")
            .into_response();
    };
    let answered = tokio::time::timeout(DEADLINE, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let todo = "try again; if it stays so, see the log of the server";
        Fault::new(StatusCode::GATEWAY_TIMEOUT, "the backbone did not answer in time", todo).into_response()
    })
}

/// Errors of the HTTP layer itself become problem documents too; no answer is kept by what stands between.
pub async fn problems(request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri().path());
    let mut response = next.run(request).await;
    let (status, is_problem) = (response.status(), media_type(&response) == Some(PROBLEM.as_bytes()));
    if !is_problem && (status.is_client_error() || status.is_server_error()) {
        response = as_problem(&asked, &response);
    }
    // Answers hold names, numbers and webhook secrets.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn media_type(response: &Response) -> Option<&[u8]> {
    response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes)
}

fn as_problem(asked: &str, response: &Response) -> Response {
    let status = response.status();
    let todo = match status {
        StatusCode::METHOD_NOT_ALLOWED => "use a method that this address takes: see /api/v1/openapi.json",
        StatusCode::PAYLOAD_TOO_LARGE => "send at most 1 MiB",
        _ => "see /api/v1/openapi.json",
    };
    let mut problem = Fault::new(status, format!("{asked} was refused"), todo).into_response();
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    problem
}
