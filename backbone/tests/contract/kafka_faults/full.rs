//! A client whose queue to the broker is full.

use std::collections::BTreeSet;

use backbone::kafka::KafkaConfig;
use backbone::log::Start;
use backbone::{Log as _, Record, Topic};
use futures_util::future::join_all;

use super::{events, keys, open, revisions};
use crate::log::{shown, take, values};
use crate::make::{at, config, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c4_with_a_full_queue_whoever_writes_waits_and_nothing_is_dropped() {
    let properties = [("queue.buffering.max.messages".to_owned(), "5".to_owned())].into();
    let config = KafkaConfig { properties, ..config().await };
    let log = open(&config, "first").await;
    let writers = (0..8).map(|writer| {
        let batch: Vec<Record> =
            (0..50).map(|n| record(Topic::Raw, &format!("w/{writer}"), n, &n.to_string())).collect();
        log.append(batch)
    });
    for appended in join_all(writers).await {
        appended.unwrap();
    }
    let in_order: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    for writer in 0..8 {
        let kept = log.history(Topic::Raw, &format!("w/{writer}"), at(0)).await.unwrap();
        assert_eq!(values(&kept), in_order, "writer {writer}");
    }

    // In a transaction too.
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 400).await;
    let calls = keys(100);
    events(&log, &calls).await;
    take(reader.as_mut(), 100).await;
    reader.commit(revisions(&calls, "call")).await.unwrap();
    let finished = shown(&log, Topic::Finished, calls.len()).await;
    let distinct: BTreeSet<&str> = finished.iter().map(|stored| stored.record.key.as_str()).collect();
    assert_eq!((finished.len(), distinct.len()), (100, 100));
}
