//! A million events of 357,000 calls, folded exactly once by `ringfold process`, beside a plain copy of the same records in
//! transactions of 100 ms.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use backbone::{Log as _, Record, Topic};
use schemas::{Event, Timestamp, Unread};
use tokio::time::{Instant, sleep};

use super::bare;
use super::site::Site;
use crate::fold::records::Records;
use crate::http::Client;
use crate::ingest::counted;
use crate::stats::{self, line};

const EVENTS: usize = 1_000_000;
const CHUNK: usize = 10_000;
const PATIENCE: Duration = Duration::from_mins(10);

/// An event as ingest writes it.
pub fn raw((key, value): (String, Vec<u8>)) -> Result<Record> {
    let event: Event<Unread> = serde_json::from_slice(&value)?;
    let (id, at) = (event.receipt, event.received_at);
    Ok(Record { topic: Topic::Raw, key, id, at, due: None, value })
}

/// Measures and prints.
pub async fn run(site: &Site) -> Result<()> {
    let log = site.log().await?;
    let mut records = Records::since(Timestamp::now())?;
    for _ in 0..EVENTS / CHUNK {
        let chunk = records.batch(CHUNK)?.into_iter().map(raw).collect::<Result<Vec<_>>>()?;
        log.append(chunk).await?;
    }
    println!("kafka-process: {EVENTS} events, read, folded and written in transactions");
    let copy = bare::copy(&site.kafka.address(), EVENTS).await?;
    let ours = fold(site).await?;
    line("ratio to the copy (target: 0.60)", stats::number(ours.rate / copy.rate));
    line("ringfold process: events/s", stats::number(ours.rate));
    line("ringfold process: CPU-seconds per million (target: 6)", stats::number(ours.cpu));
    line("ringfold process: resident at the end, MiB (target: 150)", stats::number(ours.resident_mib));
    line("copy: records/s", stats::number(copy.rate));
    line("copy: CPU-seconds per million", stats::number(copy.cpu));
    line("copy: resident at the end, MiB", stats::number(copy.resident_mib));
    Ok(())
}

/// What one side did.
pub struct Side {
    pub rate: f64,
    pub cpu: f64,
    pub resident_mib: f64,
}

async fn fold(site: &Site) -> Result<Side> {
    let ours = site.role(&["process"]).await?;
    let mut client = Client::connect(ours.address).await?;
    let begun = Instant::now();
    let mut first = None;
    loop {
        let folded = counted(&mut client, "ringfold_folded_total").await?;
        if folded > 0.0 && first.is_none() {
            first = Some((Instant::now(), folded, ours.cpu_seconds()?));
        }
        if folded >= stats::float(EVENTS) {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "only {folded} of {EVENTS} events were folded");
        sleep(Duration::from_millis(10)).await;
    }
    let (at, before, cpu) = first.context("nothing was folded")?;
    let events = stats::float(EVENTS) - before;
    let rate = events / at.elapsed().as_secs_f64();
    let cpu = (ours.cpu_seconds()? - cpu) / events * 1e6;
    Ok(Side { rate, cpu, resident_mib: ours.resident_mib()? })
}
