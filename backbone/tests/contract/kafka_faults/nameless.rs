//! A cluster that names no broker for a moment, as one does whose only broker was just fenced after a stand-still.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backbone::Log as _;
use backbone::kafka::KafkaLog;
use backbone::log::Start;
use backbone::{Error, Topic};
use servers::Port;

use super::proxy::stand_before;
use crate::log::take;
use crate::make::{config_at, record};

const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c2_a_cluster_that_named_no_broker_for_a_moment_is_found_again() {
    let port = Port::free();
    let advertised = format!("advertised.listeners=PLAINTEXT://127.0.0.1:{}", port.number);
    let broker = tokio::task::spawn_blocking(move || servers::Kafka::start_with(&[&advertised])).await.unwrap();
    let nameless = Arc::new(AtomicBool::new(false));
    let hidden = stand_before(broker.address(), port.number, Arc::clone(&nameless)).await;
    let mut config = config_at(format!("127.0.0.1:{}", port.number));
    let more = [("topic.metadata.refresh.interval.ms", "200"), ("message.timeout.ms", "1500")];
    config.properties.extend(more.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let log = KafkaLog::open(config).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    appended(&log, "before").await;
    take(reader.as_mut(), 1).await;

    nameless.store(true, Ordering::Relaxed);
    let deadline = Instant::now() + PATIENCE;
    // Each of the two clients, at least once.
    while hidden.load(Ordering::Relaxed) < 2 || log.append(vec![record(Topic::Raw, "a/1", 1, "lost")]).await.is_ok() {
        assert!(Instant::now() < deadline, "nobody asked for the brokers");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    nameless.store(false, Ordering::Relaxed);

    appended(&log, "after").await;
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "what was appended is never read");
        // As a role does it: what fails is read again.
        match reader.poll(100, Duration::from_millis(500)).await {
            Ok(batch) if batch.records.iter().any(|stored| stored.record.value == b"after") => break,
            Ok(_) => {}
            Err(Error::Unavailable { .. } | Error::LeaseLost(_)) => drop(reader.rewind().await),
            Err(why) => panic!("{why}"),
        }
    }
}

async fn appended(log: &KafkaLog, value: &str) {
    let deadline = Instant::now() + PATIENCE;
    while let Err(why) = log.append(vec![record(Topic::Raw, "a/1", 1, value)]).await {
        assert!(Instant::now() < deadline, "appending never works: {why}");
    }
}
