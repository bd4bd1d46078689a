//! What an idle line costs: memory, and the time from its start until it is ready.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::process::Server;
use crate::stats::{Spread, line};
use crate::webhook;

const RUNS: usize = 5;
const SETTLE: Duration = Duration::from_secs(5);
const MEMORY_TARGET_MIB: f64 = 40.0;
const READY_TARGET_SECONDS: f64 = 1.0;

/// Measures and prints.
pub async fn run() -> Result<()> {
    let (mut resident, mut ready) = (Vec::new(), Vec::new());
    let (mut bare_resident, mut bare_ready) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (up, started) = Server::up(&webhook::accounts()).await?;
        ready.push(started.as_secs_f64());
        let (bare, started) = Server::bare().await?;
        bare_ready.push(started.as_secs_f64());
        sleep(SETTLE).await;
        resident.push(up.resident_mib()?);
        bare_resident.push(bare.resident_mib()?);
    }
    let (memory, time) = (Spread::of(resident.clone()), Spread::of(ready.clone()));
    println!("memory: a fresh data directory, {RUNS} starts: median (least .. most)");
    line("resident 5 s after it was ready, MiB", memory);
    line("target, MiB", verdict(memory.median, MEMORY_TARGET_MIB));
    line("limit: bare HTTP server, MiB", Spread::of(bare_resident.clone()));
    line("ratio", Spread::ratio(&resident, &bare_resident));
    line("from start to ready, seconds", time);
    line("target, seconds", verdict(time.median, READY_TARGET_SECONDS));
    line("limit: bare HTTP server, seconds", format!("{:.3}", Spread::of(bare_ready.clone()).median));
    line("ratio", Spread::ratio(&ready, &bare_ready));
    Ok(())
}

fn verdict(value: f64, target: f64) -> String {
    format!("under {target}: {}", if value < target { "met" } else { "missed" })
}
