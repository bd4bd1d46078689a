//! Reading of requests: query and body, with an error that names the field and repeats no value of a body.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::wire::{DEFAULT_LIMIT, MAX_LIMIT};

/// The query of a request.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        let Query(query) = read.map_err(|why| {
            Fault::invalid(why.body_text(), "see the parameters of this address in /api/v1/openapi.json")
        })?;
        Ok(Self(query))
    }
}

/// The JSON body of a request.
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let body = Bytes::from_request(request, state).await.map_err(|why| {
            let big = why.status() == StatusCode::PAYLOAD_TOO_LARGE;
            let todo = if big { "send at most 1 MiB" } else { "send it again" };
            Fault::new(why.status(), "the body could not be taken", todo)
        })?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        serde_path_to_error::deserialize(&mut reader).map(Self).map_err(|why| {
            let todo = "send JSON as /api/v1/openapi.json describes it";
            Fault::invalid(format!("the body is not what this address takes: {}", told(&why)), todo)
        })
    }
}

/// What is wrong and where. serde repeats values it does not like, and a value may be a secret: only messages that speak
/// of names are passed on.
fn told(why: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let (path, inner) = (why.path().to_string(), why.inner());
    let message = inner.to_string();
    match inner.classify() {
        serde_json::error::Category::Data if message.starts_with("unknown field") => message,
        serde_json::error::Category::Data if message.starts_with("missing field") => message,
        serde_json::error::Category::Data => format!("{path} has the wrong type"),
        _ => format!("no JSON at line {}, column {}", inner.line(), inner.column()),
    }
}

/// How many rows to give.
pub fn limit(asked: Option<u32>) -> Result<u32, Fault> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => Err(Fault::invalid("limit is out of bounds", format!("ask for 1 to {MAX_LIMIT}"))),
    }
}
