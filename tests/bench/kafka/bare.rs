//! The least that any program must do for the same: a server that answers once Kafka has the body, and a copy of a topic in
//! transactions. Each a process of its own, so that its processor time is its own.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseRecord, FutureProducer, FutureRecord, Producer as _, ThreadedProducer};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::process::Side;
use crate::process::{cpu_seconds, resident_mib};
use crate::stats;

/// The server.
pub const INGEST: &str = "bare-kafka-ingest";
/// The same, each body under a key of its own: what is not keyed goes to one partition for a while.
pub const KEYED: &str = "bare-kafka-ingest-keyed";
const COPY: &str = "bare-kafka-copy";
/// The words that make this program one of them.
pub const ROLES: [&str; 3] = [INGEST, KEYED, COPY];
/// Where they write to.
pub const TOPICS: [&str; 2] = ["floor.raw", "floor.copy"];
const ANSWER: &str = "{\"receipt\":\"019ac1f4-7a7e-7b43-9d4e-0e6a2f3b5c6d\"}";
const TRANSACTION: Duration = Duration::from_millis(100);
const REQUEST: Duration = Duration::from_secs(30);

/// Runs as one of [`ROLES`]; `words` are the address of the brokers and one more.
pub fn run(role: &str, words: &[String]) -> Result<()> {
    let [brokers, word] = words else { bail!("{role} takes two words") };
    if role == COPY { copy_all(brokers, word.parse()?) } else { serve(brokers, word, role == KEYED) }
}

fn serve(brokers: &str, address: &str, keyed: bool) -> Result<()> {
    let producer: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("linger.ms", "0")
        .create()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let number = Arc::new(AtomicU64::new(0));
        let hook = post(async move |State(producer): State<FutureProducer>, body: Bytes| {
            let key = number.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            let mut record = FutureRecord::to(TOPICS[0]).payload(&*body);
            if keyed {
                record = record.key(&key[..]);
            }
            match producer.send(record, REQUEST).await {
                Ok(_) => Ok(([("content-type", "application/json")], ANSWER)),
                Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
            }
        });
        let app = Router::new().route("/hooks/{secret}", hook).route("/readyz", get(async || "ready"));
        Ok(axum::serve(listener, app.with_state(producer)).await?)
    })
}

/// Copies so many records of `calls.raw` in a process of its own.
pub async fn copy(brokers: &str, records: usize) -> Result<Side> {
    let mut child = tokio::process::Command::new(std::env::current_exe()?)
        .args([COPY, brokers, &records.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut said = String::new();
    let output = child.stdout.take().context("no output")?;
    tokio::time::timeout(REQUEST * 10, BufReader::new(output).read_line(&mut said)).await??;
    let mut figures = said.split_whitespace().map(str::parse::<f64>);
    let mut next = || figures.next().context("the copy said too little")?.context("no figure");
    Ok(Side { rate: next()?, cpu: next()?, resident_mib: next()? })
}

fn copy_all(brokers: &str, records: usize) -> Result<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    let producer: Arc<ThreadedProducer<_>> = Arc::new(
        config
            .clone()
            .set("transactional.id", "bare-copy")
            .set("queue.buffering.max.messages", "1000000")
            .create::<ThreadedProducer<rdkafka::producer::DefaultProducerContext>>()?,
    );
    let consumer: BaseConsumer = config
        .set("group.id", "bare-copy")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()?;
    consumer.subscribe(&["calls.raw"])?;
    producer.init_transactions(REQUEST)?;
    let (mut copied, mut begun) = (0, None);
    while copied < records {
        let until = Instant::now() + TRANSACTION;
        producer.begin_transaction()?;
        while copied < records && Instant::now() < until {
            let Some(message) = consumer.poll(Duration::from_millis(10)) else { continue };
            let message = message?;
            begun.get_or_insert_with(|| (Instant::now(), cpu_seconds("self").unwrap_or_default()));
            let record = BaseRecord::to(TOPICS[1]).key(message.key().unwrap_or_default());
            producer.send(record.payload(message.payload().unwrap_or_default())).map_err(|(why, _)| why)?;
            copied += 1;
        }
        let group = consumer.group_metadata().context("no group")?;
        producer.send_offsets_to_transaction(&consumer.position()?, &group, REQUEST)?;
        producer.commit_transaction(REQUEST)?;
    }
    let (at, cpu) = begun.context("nothing was copied")?;
    let records = stats::float(records);
    let rate = records / at.elapsed().as_secs_f64();
    println!("{rate} {} {}", (cpu_seconds("self")? - cpu) / records * 1e6, resident_mib("self")?);
    Ok(())
}
