//! The calls that a reader keeps.

use backbone::kafka::{KafkaConfig, KafkaLog};
use backbone::log::Start;
use backbone::{Log as _, Topic};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::{client, events, keys, known, open, revisions};
use crate::log::{LONG, nothing_left, take};
use crate::make::{at, config, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_the_bound_of_memory_are_read_from_the_log() {
    let config = KafkaConfig { memory: 2000, ..config().await };
    let log = KafkaLog::open(config).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(reader.as_mut()).await;
    let keys = keys(300);
    for round in 0..3 {
        let states = keys.iter().enumerate().map(|(n, key)| {
            let mut state = record(Topic::State, key, n as u64, &format!("{key} {round}"));
            state.due = Some(at(n as u64));
            state
        });
        reader.commit(states.collect()).await.unwrap();
    }
    let expected: Vec<Vec<u8>> = keys.iter().map(|key| format!("{key} 2").into_bytes()).collect();
    let latest = reader.latest(&keys).await.unwrap();
    assert_eq!(latest.into_iter().map(|found| found.unwrap().value).collect::<Vec<_>>(), expected);
    let due = reader.due(at(100_000), 1000).await.unwrap();
    assert_eq!(due.into_iter().map(|record| record.value).collect::<Vec<_>>(), expected, "the most overdue first");
    drop(reader);
    let mut next = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(next.as_mut()).await;
    assert_eq!(known(next.as_mut(), &keys[..20]).await, keys[..20], "and restored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_what_a_dead_process_left_undecided_is_no_state() {
    let config = config().await;
    let log = open(&config, "first").await;
    let keys = keys(12);
    events(&log, &keys).await;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), keys.len()).await;
    // Another process began a transaction and died; what the reader then commits stands above it in the log.
    let mut settings = client(&config);
    settings.set("transactional.id", "dead").set("transaction.timeout.ms", "1000");
    let dead: BaseProducer = settings.create().unwrap();
    let topic = format!("{}calls.state", config.prefix);
    let dead = tokio::task::spawn_blocking(move || {
        dead.init_transactions(LONG).unwrap();
        dead.begin_transaction().unwrap();
        for partition in 0..3 {
            let to = BaseRecord::to(&topic).partition(partition).key("a/dead").payload("never committed");
            dead.send(to).map_err(|(why, _)| why).unwrap();
        }
        dead.flush(LONG).unwrap();
        dead
    });
    let dead = dead.await.unwrap();
    reader.commit(revisions(&keys, "state")).await.unwrap();
    drop(reader);
    let mut next = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    nothing_left(next.as_mut()).await;
    assert_eq!(known(next.as_mut(), &keys).await, keys);
    assert_eq!(next.latest(&["a/dead".into()]).await.unwrap(), [None]);
    drop(dead);
}
