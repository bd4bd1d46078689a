//! At a steady 2,000 events a second: from the event that ends a call sent to Kafka, to the finished call readable by whoever
//! reads only what is committed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use backbone::Log as _;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::Message as _;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use schemas::Timestamp;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::process::raw;
use super::site::{PARTITIONS, Site};
use crate::fold::records::Records;
use crate::stats::{self, line};

const EVERY: Duration = Duration::from_millis(10);
const EVENTS_AT_ONCE: usize = 20;
const WARM_UP: usize = 20_000;
const EVENTS: usize = 60_000;
/// After the last event, all that can be readable is.
const PATIENCE: Duration = Duration::from_secs(5);

type Sent = Arc<Mutex<HashMap<String, Instant>>>;

/// Measures and prints.
pub async fn run(site: &Site) -> Result<()> {
    let log = Arc::new(site.log().await?);
    let ours = site.role(&["process"]).await?;
    let sent = Sent::default();
    let reader = tokio::spawn(read(site.kafka.address(), Arc::clone(&sent)));
    let before = ours.cpu_seconds()?;
    let mut records = Records::since(Timestamp::now())?;
    let mut sending = JoinSet::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for _ in 0..(WARM_UP + EVENTS) / EVENTS_AT_ONCE {
        ticks.tick().await;
        let batch = records.batch(EVENTS_AT_ONCE)?.into_iter().map(raw).collect::<Result<Vec<_>>>()?;
        let now = Instant::now();
        {
            let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
            sent.extend(batch.iter().map(|record| (record.key.clone(), now)));
        }
        let log = Arc::clone(&log);
        sending.spawn(async move { log.append(batch).await });
        while let Some(done) = sending.try_join_next() {
            done??;
        }
    }
    while let Some(done) = sending.join_next().await {
        done??;
    }
    let cpu = (ours.cpu_seconds()? - before) / stats::float(WARM_UP + EVENTS) * 1e6;
    let mut micros = timeout(PATIENCE * 12, reader).await.context("the finished calls are not readable")???;
    // The first ones met a processor that was still starting.
    micros.drain(..micros.len().min(WARM_UP / 3));
    let calls = micros.len();
    micros.sort_unstable();
    println!("kafka-latency: 2,000 events/s, the end of a call sent to the finished call readable, {calls} calls");
    line("p50, ms", stats::number(stats::percentile(&micros, 50) / 1000.0));
    line("p99, ms (target: 50)", stats::number(stats::percentile(&micros, 99) / 1000.0));
    line("CPU-seconds per million events", stats::number(cpu));
    line("resident, MiB", stats::number(ours.resident_mib()?));
    Ok(())
}

/// The time that each finished call took, in the order of reading; ends when nothing came for a while.
async fn read(brokers: String, sent: Sent) -> Result<Vec<u32>> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "bench")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "500")
        .create()?;
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset("calls.finished", partition, Offset::Beginning)?;
    }
    consumer.assign(&all)?;
    let mut micros = Vec::new();
    loop {
        let wait = if micros.is_empty() { PATIENCE * 12 } else { PATIENCE };
        let Ok(message) = timeout(wait, consumer.recv()).await else { return Ok(micros) };
        let message = message?;
        let key = std::str::from_utf8(message.key().context("a finished call without a key")?)?;
        let begun = sent.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(begun) = begun {
            micros.push(u32::try_from(begun.elapsed().as_micros())?);
        }
    }
}
