//! A broker that goes away and comes back.

use std::time::{Duration, Instant};

use backbone::kafka::{KafkaConfig, KafkaLog};
use backbone::log::Start;
use backbone::{Error, Log as _, Topic};

use super::{keys, known, revisions};
use crate::log::{LONG, shown, take};
use crate::make::{config_at, record};

const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_everything_goes_on_when_the_broker_is_back() {
    let broker = tokio::task::spawn_blocking(servers::Kafka::start).await.unwrap();
    let mut config: KafkaConfig = config_at(broker.address());
    config.properties.insert("message.timeout.ms".into(), "2000".into());
    let log = KafkaLog::open(config).await.unwrap();
    let keys = keys(9);
    let deadline = Instant::now() + PATIENCE;
    let event = || keys.iter().map(|key| record(Topic::Raw, key, 1, "event")).collect();
    // The broker is new and slow, and the time-out short.
    while log.append(event()).await.is_err() {
        assert!(Instant::now() < deadline, "nothing is appended");
    }
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let mut sink = log.consumer("sink", Topic::Finished, Start::Oldest).await.unwrap();
    take(reader.as_mut(), keys.len()).await;
    let broker = tokio::task::spawn_blocking(move || {
        broker.kill();
        broker
    });
    let broker = broker.await.unwrap();
    let away = log.append(vec![record(Topic::Raw, "a/1", 2, "lost?")]).await;
    assert!(matches!(away, Err(Error::Unavailable { .. })), "{away:?}");
    let broker = tokio::task::spawn_blocking(move || {
        broker.start_again();
        broker
    });
    let _broker = broker.await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    // As a role does it: what fails is read again.
    let mut folded = 0;
    while folded < keys.len() {
        assert!(Instant::now() < deadline, "only {folded} were folded");
        let turn = match reader.commit(revisions(&keys, "state")).await {
            Ok(()) => Ok(keys.len()),
            Err(_) => reader.rewind().await.map(|()| 0),
        };
        folded = turn.unwrap_or(0);
        if folded == 0 {
            // The partitions may have to be given anew first.
            let _ = reader.poll(100, Duration::from_millis(200)).await;
        }
    }
    assert_eq!(shown(&log, Topic::Finished, keys.len()).await.len(), keys.len());
    assert_eq!(take(sink.as_mut(), keys.len()).await.len(), keys.len());
    assert_eq!(known(reader.as_mut(), &keys).await, keys);
    while log.append(vec![record(Topic::Raw, "a/1", 3, "after")]).await.is_err() {
        assert!(Instant::now() < deadline, "appending does not come back");
    }
    let mut last = Vec::new();
    while !last.iter().any(|value| value == b"after") {
        assert!(Instant::now() < deadline, "reading does not come back");
        last.extend(reader.poll(100, LONG).await.unwrap().records.into_iter().map(|stored| stored.record.value));
    }
}
