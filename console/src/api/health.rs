//! `/healthz`, `/readyz`, `/metrics`: for whoever watches the process; no token is needed.

use std::sync::PoisonError;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::fault::Fault;
use crate::state::Console;

/// How long the store may take to say that it is there.
const STORE: Duration = Duration::from_secs(2);
/// How long the backbone may take to count.
const COUNT: Duration = Duration::from_secs(10);

/// The process is alive.
pub async fn alive() -> &'static str {
    "ok"
}

/// Every part of the process is able to work, and the store answers.
pub async fn ready(State(console): State<Console>) -> Response {
    let mut waiting = console.readiness.waiting();
    match tokio::time::timeout(STORE, console.backbone().directory.version()).await {
        Ok(Ok(_)) => {}
        Ok(Err(why)) => waiting.push(("store", why.to_string())),
        Err(_) => waiting.push(("store", "does not answer".to_owned())),
    }
    if waiting.is_empty() {
        return "ready".into_response();
    }
    let told: Vec<String> = waiting.iter().map(|(part, why)| format!("{part}: {why}")).collect();
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, told.join("; "), "wait; if it stays so, see the log of the process")
        .into_response()
}

/// Prometheus text.
pub async fn metrics(State(console): State<Console>) -> Response {
    let refreshed = console.gauges.refresh(console.backbone(), console.parts.clock.now());
    match tokio::time::timeout(COUNT, refreshed).await {
        Ok(Ok(())) => {}
        Ok(Err(why)) => tracing::warn!(error = %why, "the gauges were not refreshed"),
        Err(_) => {
            console.gauges.clear();
            tracing::warn!("the gauges were not refreshed in time");
        }
    }
    let mut text = String::new();
    let encoded = {
        let registry = console.parts.registry.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registry)
    };
    if encoded.is_err() {
        return Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written", "see the log")
            .into_response();
    }
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
