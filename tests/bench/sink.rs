//! Finished calls delivered by a sink worker, one request each, to a server that answers in 20 ms, 64 in flight: beside what
//! such a server takes from a bare HTTP client. Worker, server and client are processes of their own.

mod bare;
mod child;
pub mod connector;
mod hangers;
mod target;
pub mod worker;

use anyhow::{Context as _, Result, ensure};
use servers::Postgres;

use crate::process::directory;
use crate::stats::{line, number};
use child::Target;

pub use bare::ROLE as BARE;
pub use hangers::{ROLE as HANGERS, run as run_hangers};
pub use target::ROLE as TARGET;
pub use worker::ROLE as WORKER;

/// Requests at once.
const IN_FLIGHT: u32 = 64;
/// How long the server takes to answer.
const ANSWER_MS: u64 = 20;
/// Calls, where no number is given.
const CALLS: usize = 100_000;
/// What 64 requests of 20 ms each can be.
const ALL_THERE_IS: f64 = 3_200.0;

/// What a child measured of itself.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    seconds: f64,
    /// Until half of it was done, which shows whether the rate holds.
    first_half_seconds: Option<f64>,
    cpu_seconds: f64,
    resident_mib: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// One of the roles that this program has in this benchmark.
pub fn serve(role: &str, words: &[String]) -> Result<()> {
    match role {
        TARGET => target::serve(words),
        BARE => bare::serve(words),
        HANGERS => hangers::serve(words),
        _ => worker::serve(words),
    }
}

/// Measures and prints.
pub async fn run(calls: Option<&str>) -> Result<()> {
    let calls: usize = calls.map_or(Ok(CALLS), str::parse).context("the number of calls")?;
    println!("sink: {calls} calls, {IN_FLIGHT} in flight to a server that answers in {ANSWER_MS} ms");
    let limit = measure("limit: bare HTTP client", calls / 4, None, &["bare"]).await?;
    let postgres = tokio::task::spawn_blocking(Postgres::start).await?;
    for (what, from) in [("PostgreSQL, already in the ledger", "ledger"), ("PostgreSQL, from the log", "log")] {
        let database = postgres.database();
        measure(what, calls, Some(limit), &["worker", from, &database.socket_url]).await?;
    }
    measure("SQLite, already in the ledger", calls, Some(limit), &["worker", "ledger", "embedded"]).await?;
    Ok(())
}

async fn measure(what: &str, calls: usize, limit: Option<f64>, words: &[&str]) -> Result<f64> {
    let (dir, target) = (directory()?, Target::start().await?);
    let role = if words[0] == "bare" { BARE } else { WORKER };
    let fixed = [target.address.to_string(), calls.to_string(), dir.path().display().to_string()];
    let words: Vec<&str> = fixed.iter().map(String::as_str).chain(words[1..].iter().copied()).collect();
    let measured: Measured = child::run(role, &words).await?;
    let seen = target.seen().await?;
    ensure!((seen.requests, seen.distinct) == (calls, calls), "{what}: {seen:?} of {calls}");
    ensure!(seen.most <= IN_FLIGHT as usize, "{what}: {} at once", seen.most);
    let rate = crate::stats::float(calls) / measured.seconds;
    println!(" {what}");
    line("deliveries/s", number(rate));
    if let Some(seconds) = measured.first_half_seconds {
        line("  of the first half", number(crate::stats::float(calls / 2) / seconds));
    }
    line("  of what 64 requests of 20 ms can be, %", number(rate / ALL_THERE_IS * 100.0));
    if let Some(limit) = limit {
        line("  of the bare client, %", number(rate / limit * 100.0));
    }
    line("CPU-seconds per 100,000", number(measured.cpu_seconds / crate::stats::float(calls) * 100_000.0));
    line("request, p50 / p99, ms", format!("{} / {}", number(measured.p50_ms), number(measured.p99_ms)));
    line("most at once, as the server saw it", seen.most);
    line("resident at the end, MiB", number(measured.resident_mib));
    Ok(rate)
}
