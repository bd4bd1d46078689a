//! The HTTP side: who is it from, read the body, read what it says, keep it, answer. Every answer but 2xx is a problem
//! document. The path holds the secret and is never logged.

use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use backbone::{Record, Topic};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use schemas::{Event, Origin, PbxState, Rejected, Source, Timestamp};
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use crate::Ingest;
use crate::directory::NoSource;
use crate::metrics::{EventLabels, SourceLabel};
use crate::problem::Problem;
use crate::sources::{self, Reading, Unreadable};

const BODY_BYTES_MAX: usize = 64 * 1024;
/// Of a body too large, so much is read and thrown away, so that its sender gets to read the answer.
const DISCARD_BYTES_MAX: usize = 16 * 1024 * 1024;
const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// `POST /hooks/{secret}`, and GET for PBXs that are set up so.
pub fn router(ingest: Ingest) -> Router {
    let hook = get(hook).post(hook).fallback(async || Problem::method());
    Router::new().route("/hooks/{secret}", hook).with_state(ingest)
}

/// One request, as far as it is known when its head arrives.
struct Arrival {
    receipt: Uuid,
    received_at: Timestamp,
    deadline: Instant,
}

#[derive(Serialize)]
struct Taken {
    receipt: Uuid,
}

async fn hook(State(ingest): State<Ingest>, secret: Result<Path<String>, PathRejection>, request: Request) -> Response {
    // GET routes answer HEAD too, but a HEAD says nothing that could be kept.
    if request.method() == Method::HEAD {
        return Problem::method().into_response();
    }
    let began = Instant::now();
    let arrival =
        Arrival { receipt: Uuid::now_v7(), received_at: ingest.parts.clock.now(), deadline: began + REQUEST_TIMEOUT };
    let response = match take(&ingest, secret.ok(), request, &arrival).await {
        Ok(()) => Json(Taken { receipt: arrival.receipt }).into_response(),
        Err(problem) => problem.into_response(),
    };
    ingest.parts.metrics.request_seconds.observe(began.elapsed().as_secs_f64());
    response
}

async fn take(
    ingest: &Ingest,
    secret: Option<Path<String>>,
    request: Request,
    arrival: &Arrival,
) -> Result<(), Problem> {
    let secret = secret.map(|Path(secret)| secret).unwrap_or_default();
    let source = ingest.parts.directory.source(&secret).await.map_err(|none| match none {
        NoSource::Unknown => {
            ingest.parts.metrics.unknown_secrets.inc();
            Problem::no_such_hook()
        }
        NoSource::Unavailable => Problem::sources_away(),
    })?;
    keep(ingest, &source, request, arrival).await.map_err(|problem| problem.of(arrival.receipt))
}

async fn keep(ingest: &Ingest, source: &Source, request: Request, arrival: &Arrival) -> Result<(), Problem> {
    let (head, body) = request.into_parts();
    if announced_bytes(&head.headers) > BODY_BYTES_MAX as u64 {
        // Whoever waits for leave to send is simply not given it.
        if !head.headers.contains_key(header::EXPECT) {
            discard(body).await;
        }
        return Err(Problem::too_large(BODY_BYTES_MAX));
    }
    let room = ingest.parts.batcher.room(&source.id, arrival.deadline).await?;
    let body = read_body(body, arrival.deadline).await?;
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = sources::Request {
        method: head.method.as_str(),
        query: head.uri.query().unwrap_or_default(),
        content_type,
        body: &body,
    };
    let metrics = &ingest.parts.metrics;
    match sources::read(source, &said) {
        Ok(reading) => {
            let state = state_label(reading.said.state);
            room.append(event(source, arrival, reading, &said)?, arrival.deadline).await?;
            metrics.events.get_or_create(&EventLabels { source: source.id.to_string(), state }).inc();
            Ok(())
        }
        Err(unreadable) => {
            room.append(rejected(source, arrival, &unreadable, &said)?, arrival.deadline).await?;
            metrics.rejected.get_or_create(&SourceLabel { source: source.id.to_string() }).inc();
            tracing::debug!(source = %source.id, receipt = %arrival.receipt, "a notification could not be read");
            if unreadable.no_call { Ok(()) } else { Err(Problem::unreadable(unreadable)) }
        }
    }
}

fn event(source: &Source, arrival: &Arrival, reading: Reading, said: &sources::Request<'_>) -> Result<Record, Problem> {
    let event = Event {
        id: reading.event_id(&source.id),
        receipt: arrival.receipt,
        account: source.account.clone(),
        source: source.id.clone(),
        session: reading.session.into(),
        received_at: arrival.received_at,
        origin: Origin::Webhook,
        reading: 0,
        said: reading.said,
        body: said.verbatim(),
    };
    record(Topic::Raw, event.key().to_string(), arrival, &event)
}

fn rejected(
    source: &Source,
    arrival: &Arrival,
    unreadable: &Unreadable,
    said: &sources::Request<'_>,
) -> Result<Record, Problem> {
    let rejected = Rejected {
        receipt: arrival.receipt,
        account: source.account.clone(),
        source: source.id.clone(),
        received_at: arrival.received_at,
        reason: unreadable.reason.clone(),
        body: said.verbatim(),
    };
    record(Topic::Rejected, source.id.to_string(), arrival, &rejected)
}

fn record(topic: Topic, key: String, arrival: &Arrival, value: &impl Serialize) -> Result<Record, Problem> {
    let value = serde_json::to_vec(value).map_err(|_| crate::batcher::Refusal::Invalid)?;
    Ok(Record { topic, key, id: arrival.receipt, at: arrival.received_at, due: None, value })
}

fn announced_bytes(headers: &HeaderMap) -> u64 {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

async fn read_body(mut body: Body, deadline: Instant) -> Result<Bytes, Problem> {
    let by = deadline.min(Instant::now() + BODY_TIMEOUT);
    match timeout_at(by, Limited::new(&mut body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            discard(body).await;
            Err(Problem::too_large(BODY_BYTES_MAX))
        }
        Ok(Err(_)) => Err(Problem::broken_off()),
        Err(_) => Err(Problem::slow(BODY_TIMEOUT.as_secs())),
    }
}

async fn discard(mut body: Body) {
    let reading = async {
        let mut left = DISCARD_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            let Some(rest) = left.checked_sub(bytes) else { break };
            left = rest;
        }
    };
    // Either way the answer is the same.
    let _ = timeout(DISCARD_TIMEOUT, reading).await;
}

fn state_label(state: PbxState) -> &'static str {
    match state {
        PbxState::Ringing => "ringing",
        PbxState::Answered => "answered",
        PbxState::Hangup => "hangup",
        PbxState::Missed => "missed",
        PbxState::PresumedEnd => "presumed_end",
        PbxState::Rebuilt => "rebuilt",
    }
}
