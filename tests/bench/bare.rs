//! The bare server: the same HTTP library, reads a body, answers at once, keeps nothing. What is left of it is the limit.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};

/// The word that makes this program the server instead of the benchmarks.
pub const ROLE: &str = "bare-server";

const ANSWER: &str = "{\"receipt\":\"019ac1f4-7a7e-7b43-9d4e-0e6a2f3b5c6d\"}";

/// Serves until it is killed.
pub fn serve(address: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener =
            tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot bind {address}"))?;
        let hook = post(async |_body: Bytes| ([("content-type", "application/json")], ANSWER));
        let app = Router::new().route("/hooks/{secret}", hook).route("/readyz", get(async || "ready"));
        Ok(axum::serve(listener, app).await?)
    })
}
