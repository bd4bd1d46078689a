//! Webhooks acknowledged by `ringfold ingest` on Kafka, at 64 connections, beside a bare HTTP server that answers when an
//! idempotent send to all replicas is acknowledged; and beside the same with a key for each record.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use anyhow::Result;

use super::bare;
use super::site::Site;
use crate::ingest::measured;
use crate::load;
use crate::process::Server;
use crate::stats::{self, Spread, line};

const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(2);
const LOAD: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Side {
    rate: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
    cpu: Vec<f64>,
}

/// Measures and prints.
pub async fn run(site: &Site) -> Result<()> {
    let bare = async |role| Ok::<_, anyhow::Error>(Server::of_this_program(&[role, &site.kafka.address()]).await?.0);
    let (floor, keyed) = (bare(bare::INGEST).await?, bare(bare::KEYED).await?);
    let ours = site.role(&["ingest"]).await?;
    let calls = Arc::new(AtomicU32::new(1));
    for server in [&floor, &keyed, &ours] {
        load::run(server.address, &calls, WARM_UP).await?;
    }
    let (mut theirs, mut with_keys, mut own) = (Side::default(), Side::default(), Side::default());
    for _ in 0..ROUNDS {
        for (server, side) in [(&floor, &mut theirs), (&keyed, &mut with_keys), (&ours, &mut own)] {
            let (load, cpu) = measured(server, &calls, LOAD).await?;
            side.rate.push(load.rate);
            side.p50_ms.push(stats::percentile(&load.micros, 50) / 1000.0);
            side.p99_ms.push(stats::percentile(&load.micros, 99) / 1000.0);
            side.cpu.push(cpu);
        }
    }
    println!("kafka-ingest: 64 kept connections, {ROUNDS} rounds of {LOAD:?}: median (least .. most)");
    line("ratio to the floor (target: 0.90)", Spread::ratio(&own.rate, &theirs.rate));
    line("ratio to the floor with a key for each", Spread::ratio(&own.rate, &with_keys.rate));
    for (whose, side) in [("ringfold ingest", own), ("floor", theirs), ("floor with keys", with_keys)] {
        line(&format!("{whose}: acknowledged/s"), Spread::of(side.rate));
        line(&format!("{whose}: p50, ms"), Spread::of(side.p50_ms));
        line(&format!("{whose}: p99, ms"), Spread::of(side.p99_ms));
        line(&format!("{whose}: CPU-seconds per 100,000"), Spread::of(side.cpu));
    }
    line("ringfold ingest: resident, MiB", stats::number(ours.resident_mib()?));
    Ok(())
}
