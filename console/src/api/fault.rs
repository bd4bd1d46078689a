//! Errors as callers see them: `application/problem+json`, each with what to do next.

use std::fmt::Display;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::accounts::Refused;
use crate::wire::Problem;

/// The media type of RFC 9457.
pub const PROBLEM: &str = "application/problem+json";

/// What an error is answered with.
#[derive(Debug)]
pub struct Fault(Box<Problem>);

impl Fault {
    /// Any status.
    pub fn new(status: StatusCode, detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            todo: todo.into(),
            problems: Vec::new(),
        }))
    }

    /// 400: the request says something that cannot be.
    pub fn invalid(detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail, todo)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail, todo)
    }

    /// 404: there is no such thing, and this command lists what there is: `sources list`.
    pub fn none(thing: &str, id: &impl Display, command: &str) -> Self {
        Self::not_found(format!("there is no {thing} {id}"), format!("see `ringfold {command}`"))
    }

    /// 409: it cannot be done as things stand.
    pub fn conflict(detail: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail, todo)
    }

    /// 422: an accounts file with everything wrong with it.
    pub fn refused(file: &str, refused: Refused) -> Self {
        let Refused(problems) = refused;
        let count = problems.len();
        let detail = format!("{file} was not applied: {count} problem{}", if count == 1 { "" } else { "s" });
        let mut fault = Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail, "correct the file and apply it again");
        fault.0.problems = problems;
        fault
    }
}

impl From<backbone::Error> for Fault {
    fn from(why: backbone::Error) -> Self {
        match &why {
            backbone::Error::Invalid(_) => Self::conflict(why.to_string(), "change it and try again"),
            backbone::Error::Unavailable { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why.to_string(), "try again in a moment")
            }
            backbone::Error::Full { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why.to_string(), "make room on its disk, then try again")
            }
            _ => {
                tracing::error!(error = %why, "a request could not be answered");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string(), "see the log of the server")
            }
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ringfold\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
