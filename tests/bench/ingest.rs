//! Webhooks acknowledged by the real binary at 64 connections, beside what the HTTP library and the disk allow.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::time::{Instant, sleep};

use crate::disk::commits;
use crate::http::Client;
use crate::load::{self, Load};
use crate::process::Server;
use crate::stats::{self, Spread, line};
use crate::webhook;

const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(1);
const LOAD: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(2);
/// As many as the writer may find waiting.
const GROUP: usize = 256;
const FOLDED: &str = "ringfold_folded_total";
/// What the load left behind is folded within this.
const CATCH_UP: Duration = Duration::from_mins(5);

/// What the rounds showed.
#[derive(Default)]
struct Rounds {
    ours: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
    cpu: Vec<f64>,
    bare: Vec<f64>,
    bare_p99_ms: Vec<f64>,
    bare_cpu: Vec<f64>,
    groups: Vec<f64>,
    single: Vec<f64>,
    single_ms: Vec<f64>,
}

/// Measures and prints.
pub async fn run() -> Result<()> {
    let (bare, _) = Server::bare().await?;
    let (up, _) = Server::up(&webhook::accounts()).await?;
    let calls = Arc::new(AtomicU32::new(1));
    load::run(bare.address, &calls, WARM_UP).await?;
    let mut sent = load::run(up.address, &calls, WARM_UP).await?.acknowledged;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let (load, cpu) = measured(&bare, &calls, LIMIT).await?;
        rounds.bare.push(load.rate);
        rounds.bare_p99_ms.push(stats::percentile(&load.micros, 99) / 1000.0);
        rounds.bare_cpu.push(cpu);
        let single = commits(1, LIMIT).await?;
        rounds.single.push(single.rate);
        rounds.single_ms.push(single.median_ms);
        rounds.groups.push(commits(GROUP, LIMIT).await?.rate);
        let (load, cpu) = measured(&up, &calls, LOAD).await?;
        sent += load.acknowledged;
        rounds.ours.push(load.rate);
        rounds.p50_ms.push(stats::percentile(&load.micros, 50) / 1000.0);
        rounds.p99_ms.push(stats::percentile(&load.micros, 99) / 1000.0);
        rounds.cpu.push(cpu);
    }
    rounds.print();
    catch_up(&up, sent).await
}

/// The load, and the server's seconds of processor time per 100,000 acknowledged.
pub async fn measured(server: &Server, calls: &Arc<AtomicU32>, duration: Duration) -> Result<(Load, f64)> {
    let before = server.cpu_seconds()?;
    let load = load::run(server.address, calls, duration).await?;
    let used = server.cpu_seconds()? - before;
    ensure!(load.refused == 0, "{} of {} requests were refused", load.refused, load.refused + load.acknowledged);
    let cpu = used / stats::float(load.acknowledged) * 100_000.0;
    Ok((load, cpu))
}

impl Rounds {
    fn print(self) {
        println!("ingest: 64 kept connections, {ROUNDS} rounds of {LOAD:?}: median (least .. most)");
        line("acknowledged webhooks/s", Spread::of(self.ours.clone()));
        line("answered within, p50, ms", Spread::of(self.p50_ms));
        line("answered within, p99, ms", Spread::of(self.p99_ms));
        line("CPU-seconds per 100,000, with what is folded meanwhile", Spread::of(self.cpu));
        line("limit: bare HTTP server, requests/s", Spread::of(self.bare.clone()));
        line("  its p99, ms", Spread::of(self.bare_p99_ms));
        line("  its CPU-seconds per 100,000", Spread::of(self.bare_cpu));
        line("limit: SQLite, 256 rows a commit, rows/s", Spread::of(self.groups.clone()));
        line("limit: SQLite, one row a commit, rows/s", Spread::of(self.single.clone()));
        line("  its median commit, ms", Spread::of(self.single_ms));
        line("ratio to the bare HTTP server", Spread::ratio(&self.ours, &self.bare));
        line("ratio to groups of 256 rows", Spread::ratio(&self.ours, &self.groups));
        line("ratio to single rows", Spread::ratio(&self.ours, &self.single));
    }
}

/// How far the fold was when the load ended, and how long it took for the rest.
async fn catch_up(up: &Server, sent: usize) -> Result<()> {
    let mut client = Client::connect(up.address).await?;
    let begun = Instant::now();
    let appended = counted(&mut client, "ringfold_ingest_append_records_sum").await?;
    let appends = counted(&mut client, "ringfold_ingest_append_records_count").await?;
    line("events in one append to the log, mean", stats::number(appended / appends));
    let total = stats::float(sent);
    let behind = total - counted(&mut client, FOLDED).await?;
    line("events not folded yet when the load ended", format!("{behind} of {sent}"));
    while counted(&mut client, FOLDED).await? < total {
        ensure!(begun.elapsed() < CATCH_UP, "not all of {sent} events were folded within {CATCH_UP:?}");
        sleep(Duration::from_millis(20)).await;
    }
    line("seconds until all were folded", stats::number(begun.elapsed().as_secs_f64()));
    line("CPU-seconds per 100,000, all folded", stats::number(up.cpu_seconds()? / total * 100_000.0));
    line("resident after that, MiB", stats::number(up.resident_mib()?));
    Ok(())
}

/// A number on the server's page of metrics.
pub async fn counted(client: &mut Client, name: &str) -> Result<f64> {
    let (_, page) = client.get("/metrics").await?;
    let page = std::str::from_utf8(page)?;
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(value.with_context(|| format!("/metrics does not tell {name}"))?.trim().parse()?)
}
