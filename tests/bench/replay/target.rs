//! The CRM: takes a call, finds it again by its id, and remembers when each came.

use std::collections::{HashSet, VecDeque};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use schemas::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::worker::LIVE;
use crate::stats::percentile;

/// The word that makes this program the server instead of the benchmarks.
pub const ROLE: &str = "replay-target";
/// How long it takes to answer.
const ANSWER: Duration = Duration::from_millis(20);
const MINUTE: Duration = Duration::from_mins(1);

/// What the server saw.
#[derive(Debug, Default, Clone, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    /// Calls made.
    pub requests: usize,
    /// Different ones among them.
    pub distinct: usize,
    /// Requests within a minute, at most.
    pub most_a_minute: usize,
    /// From the end of a live call until it came, median.
    pub live_p50_ms: f64,
    /// And 95th percentile.
    pub live_p95_ms: f64,
}

#[derive(Default)]
struct Side {
    calls: HashSet<String>,
    lately: VecDeque<Instant>,
    live_micros: Vec<u32>,
    seen: Seen,
}

impl Side {
    fn asked(&mut self) {
        let now = Instant::now();
        self.lately.push_back(now);
        while self.lately.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            self.lately.pop_front();
        }
        self.seen.most_a_minute = self.seen.most_a_minute.max(self.lately.len());
    }
}

type Shared = Arc<Mutex<Side>>;

fn lock(side: &Shared) -> MutexGuard<'_, Side> {
    side.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until it is killed.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        let app = Router::new().route("/calls", post(take)).route("/calls/{*id}", get(find)).route("/seen", get(tell));
        Ok(axum::serve(listener, app.with_state(Shared::default())).await?)
    })
}

async fn take(State(side): State<Shared>, Json(body): Json<Value>) -> Json<Value> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (call, started_at) = (text("call"), text("started_at").parse::<Timestamp>());
    {
        let mut side = lock(&side);
        side.asked();
        side.seen.requests += 1;
        if let Ok(started_at) = started_at
            && call.starts_with(LIVE)
        {
            let took = Timestamp::now().duration_since(started_at).as_micros();
            side.live_micros.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
        side.calls.insert(call.clone());
    }
    sleep(ANSWER).await;
    Json(json!({ "id": call }))
}

async fn find(State(side): State<Shared>, Path(id): Path<String>) -> Result<Json<Value>, StatusCode> {
    let mut side = lock(&side);
    side.asked();
    if side.calls.contains(&id) { Ok(Json(json!({ "id": id }))) } else { Err(StatusCode::NOT_FOUND) }
}

async fn tell(State(side): State<Shared>) -> Json<Seen> {
    let mut side = lock(&side);
    side.live_micros.sort_unstable();
    let of = |percent| percentile(&side.live_micros, percent) / 1000.0;
    Json(Seen { distinct: side.calls.len(), live_p50_ms: of(50), live_p95_ms: of(95), ..side.seen.clone() })
}
