//! The far side: takes a call, answers a little later, remembers what it saw.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::time::{Instant, sleep, sleep_until};

/// The word that makes this program the server instead of the benchmarks.
pub const ROLE: &str = "sink-target";

/// What the server saw.
#[derive(Debug, Default, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// Requests.
    pub requests: usize,
    /// Different calls among them.
    pub distinct: usize,
    /// Requests at once, at most.
    pub most: usize,
}

#[derive(Default)]
struct Side {
    calls: HashSet<Bytes>,
    seen: Seen,
    now: usize,
}

type Shared = Arc<Mutex<Side>>;

/// Serves until it is killed.
pub fn serve(_: &[String]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let app = Router::new()
            .route("/calls", post(take))
            .route("/hang", post(hang))
            .route("/seen", get(tell))
            .with_state(Shared::default());
        Ok(axum::serve(listener, app).await?)
    })
}

async fn take(State(side): State<Shared>, body: Bytes) -> &'static str {
    // The timer rounds up to the next millisecond: half of one earlier is right on average.
    let answer = Instant::now() + Duration::from_millis(super::ANSWER_MS) - Duration::from_micros(500);
    {
        let mut side = side.lock().unwrap_or_else(PoisonError::into_inner);
        side.now += 1;
        side.seen.most = side.seen.most.max(side.now);
    }
    sleep_until(answer).await;
    let mut side = side.lock().unwrap_or_else(PoisonError::into_inner);
    side.now -= 1;
    side.seen.requests += 1;
    side.calls.insert(body);
    "{\"id\":\"1\"}"
}

/// Answers after half a minute.
async fn hang() -> &'static str {
    sleep(Duration::from_secs(30)).await;
    "{\"id\":\"1\"}"
}

async fn tell(State(side): State<Shared>) -> Json<Seen> {
    let side = side.lock().unwrap_or_else(PoisonError::into_inner);
    Json(Seen { distinct: side.calls.len(), ..side.seen })
}
