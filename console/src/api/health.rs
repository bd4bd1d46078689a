//! `/healthz`, `/readyz`, `/metrics`: for whoever watches the process; no token is needed.

use std::sync::PoisonError;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::fault::Fault;
use crate::readiness::Waiting;
use crate::state::Health;

/// How long the backbone may take to count.
const COUNT: Duration = Duration::from_secs(10);

/// The three routes, for a process without an API. It sets no fallback, so that other routers can be merged with it.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

async fn alive() -> &'static str {
    "ok"
}

/// Every part that the process needs is able to work. What it can do without is told as well.
async fn ready(State(health): State<Health>) -> Response {
    let waiting = health.readiness.waiting();
    let told = |waiting: &[Waiting]| {
        let told: Vec<String> = waiting.iter().map(|one| format!("{}: {}", one.part, one.why)).collect();
        told.join("; ")
    };
    if waiting.iter().any(|one| one.needed) {
        let todo = "wait; if it stays so, see the log of the process";
        return Fault::new(StatusCode::SERVICE_UNAVAILABLE, told(&waiting), todo).into_response();
    }
    if waiting.is_empty() {
        return "ready".into_response();
    }
    format!("ready, without {}", told(&waiting)).into_response()
}

/// Prometheus text.
async fn metrics(State(health): State<Health>) -> Response {
    if let Some(figures) = &health.figures {
        match tokio::time::timeout(COUNT, figures.refresh()).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::warn!(error = %why, "the gauges were not refreshed"),
            Err(_) => {
                figures.clear();
                tracing::warn!("the gauges were not refreshed in time");
            }
        }
    }
    let mut text = String::new();
    let encoded = {
        let registry = health.registry.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registry)
    };
    if encoded.is_err() {
        return Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written", "see the log")
            .into_response();
    }
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
