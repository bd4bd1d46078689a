//! Answers to requests that were not taken, as RFC 9457 describes them. Knows no reason but what it is told.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use crate::batcher::Refusal;
use crate::sources::Unreadable;

/// A request that was not taken.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    /// The last part of the type: what a program may act on.
    kind: &'static str,
    title: &'static str,
    detail: String,
    retry_after_seconds: Option<u32>,
    /// The receipt, where it is known whose the request is.
    instance: Option<Uuid>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), retry_after_seconds: None, instance: None }
    }

    fn later(kind: &'static str, title: &'static str, detail: &str, seconds: u32) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, title, detail);
        Self { retry_after_seconds: Some(seconds), ..problem }
    }

    /// The same answer for every secret that no source has.
    pub fn no_such_hook() -> Self {
        let detail = "no source has this address; copy the webhook URL from the source's settings again";
        Self::new(StatusCode::NOT_FOUND, "no-such-hook", "No such hook", detail)
    }

    /// Only POST and GET are taken.
    pub fn method() -> Self {
        let detail = "send notifications with POST or GET";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed", detail)
    }

    /// Larger than any notification.
    pub fn too_large(bytes_max: usize) -> Self {
        let detail = format!("a notification has at most {bytes_max} bytes; this one is not kept");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "Body too large", detail)
    }

    /// The body did not come to its end.
    pub fn broken_off() -> Self {
        let detail = "the connection broke before the body was complete; send it again";
        Self::new(StatusCode::BAD_REQUEST, "body-incomplete", "Body incomplete", detail)
    }

    /// The body came too slowly.
    pub fn slow(seconds: u64) -> Self {
        let detail = format!("the body did not arrive within {seconds} s; send it again");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-slow", "Body too slow", detail)
    }

    /// Kept, but it cannot be read.
    pub fn unreadable(unreadable: Unreadable) -> Self {
        let title = "Notification cannot be read";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", title, unreadable.reason)
    }

    /// Who it is from cannot be told now.
    pub fn sources_away() -> Self {
        Self::later(
            "sources-unavailable",
            "Sources unavailable",
            "the list of sources cannot be asked now; send it again",
            5,
        )
    }

    /// With the receipt by which it can be found.
    pub fn of(self, receipt: Uuid) -> Self {
        Self { instance: Some(receipt), ..self }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => {
                Self::later("log-full", "No space left", "there is no space left to keep the notification", 60)
            }
            Refusal::Unavailable => Self::later(
                "log-unavailable",
                "Log unavailable",
                "the notification could not be kept; send it again",
                5,
            ),
            Refusal::Late => {
                Self::later("too-slow", "Not in time", "the notification could not be kept in time; send it again", 5)
            }
            Refusal::Crowded => Self::later(
                "crowded",
                "Too many at once",
                "too many notifications of this source wait; send it later",
                10,
            ),
            Refusal::Stopping => Self::later("stopping", "Stopping", "this process stops; send it again", 5),
            Refusal::Invalid => {
                let detail = "the log does not take this notification; tell the operator the instance";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "not-kept", "Notification cannot be kept", detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:ringfold:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(receipt) = self.instance {
            body["instance"] = json!(format!("urn:uuid:{receipt}"));
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
