//! Readers that come, go, fall silent, or have been replaced.

use std::time::{Duration, Instant};

use backbone::log::Start;
use backbone::{Error, Log as _, Topic};
use rdkafka::producer::{BaseProducer, Producer as _};

use super::{client, events, keys, known, open, revisions};
use crate::log::{LONG, all, nothing_left, shown, take, values};
use crate::make::config;

const SHORT: Duration = Duration::from_millis(50);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_reader_takes_over_partitions_and_calls() {
    let config = config().await;
    let (first, second) = (open(&config, "first").await, open(&config, "second").await);
    let keys = keys(30);
    events(&first, &keys).await;
    let mut a = first.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(a.as_mut(), keys.len()).await;
    a.commit(revisions(&keys, "state")).await.unwrap();
    let mut b = second.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let deadline = Instant::now() + LONG;
    let (mut of_a, mut of_b) = (known(a.as_mut(), &keys).await, Vec::new());
    assert_eq!(of_a, keys);
    while of_b.is_empty() || of_a.len() + of_b.len() < keys.len() {
        assert!(Instant::now() < deadline, "{of_a:?} {of_b:?}");
        for reader in [&mut a, &mut b] {
            assert!(reader.poll(9, SHORT).await.unwrap().records.is_empty(), "what was committed is not read again");
        }
        (of_a, of_b) = (known(a.as_mut(), &keys).await, known(b.as_mut(), &keys).await);
    }
    assert!(!of_a.is_empty() && of_a.iter().all(|key| !of_b.contains(key)), "{of_a:?} {of_b:?}");
    let stranger = a.commit(revisions(&of_b[..1], "by another")).await;
    assert!(matches!(stranger, Err(Error::LeaseLost(_))), "{stranger:?}");
    let before = b.generation();
    drop(a);
    first.left(LONG).await;
    while known(b.as_mut(), &keys).await.len() < keys.len() {
        assert!(Instant::now() < deadline, "the first one's partitions did not come");
        b.poll(9, SHORT).await.unwrap();
    }
    assert!(b.generation() > before);
    assert_eq!(shown(&first, Topic::Finished, keys.len()).await.len(), keys.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_a_zombies_commit_is_refused_and_invisible() {
    let config = config().await;
    let log = open(&config, "first").await;
    let keys = keys(1);
    events(&log, &keys).await;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 1).await;
    // The same process, started again: from here on this one is the zombie.
    let name = format!("{}g-first", config.prefix);
    let newer: BaseProducer = client(&config).set("transactional.id", name).create().unwrap();
    tokio::task::spawn_blocking(move || newer.init_transactions(LONG).map(|()| newer)).await.unwrap().unwrap();
    let refused = reader.commit(revisions(&keys, "by the zombie")).await;
    assert!(matches!(refused, Err(Error::LeaseLost(_))), "{refused:?}");
    assert!(all(&log, Topic::Finished).await.is_empty() && all(&log, Topic::State).await.is_empty());
    let early = reader.commit(revisions(&keys, "again, unread")).await;
    assert!(matches!(early, Err(Error::LeaseLost(_))), "{early:?}");
    reader.rewind().await.unwrap();
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["event"], "c6: what was not committed is read again");
    reader.commit(revisions(&keys, "by its successor")).await.unwrap();
    assert_eq!(values(&shown(&log, Topic::Finished, 1).await), ["by its successor"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_what_a_zombie_handed_over_is_refused_and_all_since_is_read_again() {
    let config = config().await;
    let log = open(&config, "first").await;
    let keys = keys(2);
    for key in &keys {
        events(&log, std::slice::from_ref(key)).await;
    }
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 1).await;
    let name = format!("{}g-first", config.prefix);
    let newer: BaseProducer = client(&config).set("transactional.id", name).create().unwrap();
    tokio::task::spawn_blocking(move || newer.init_transactions(LONG).map(|()| newer)).await.unwrap().unwrap();
    reader.hand_over(revisions(&keys[..1], "by the zombie")).await.unwrap();
    take(reader.as_mut(), 1).await;
    let refused = reader.committed().await;
    assert!(matches!(refused, Err(Error::LeaseLost(_))), "{refused:?}");
    // Without being told: it knows by itself that it is behind.
    assert_eq!(take(reader.as_mut(), 2).await.len(), 2);
    reader.commit(revisions(&keys, "by its successor")).await.unwrap();
    assert_eq!(values(&shown(&log, Topic::Finished, 2).await), ["by its successor"; 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_a_reader_silent_for_too_long_commits_nothing() {
    let mut config = config().await;
    config.properties.insert("session.timeout.ms".into(), "1500".into());
    config.properties.insert("heartbeat.interval.ms".into(), "300".into());
    config.properties.insert("max.poll.interval.ms".into(), "1500".into());
    let silent = open(&config, "silent").await;
    config.properties.remove("max.poll.interval.ms");
    let other = open(&config, "other").await;
    let keys = keys(1);
    events(&silent, &keys).await;
    let mut older = silent.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(older.as_mut(), 1).await;
    let mut newer = other.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(newer.as_mut(), 1).await;
    newer.commit(revisions(&keys, "by the newer")).await.unwrap();
    let lost = older.commit(revisions(&keys, "by the older")).await;
    assert!(matches!(lost, Err(Error::LeaseLost(_))), "{lost:?}");
    assert_eq!(values(&shown(&other, Topic::Finished, 1).await), ["by the newer"]);
    drop(newer);
    other.left(LONG).await;
    older.rewind().await.unwrap();
    nothing_left(older.as_mut()).await;
    assert_eq!(known(older.as_mut(), &keys).await, keys, "with the call as the other left it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_a_reader_gone_before_its_commit_leaves_all_to_the_next() {
    let config = config().await;
    let log = open(&config, "first").await;
    for (topic, outputs) in [(Topic::Raw, revisions(&keys(1), "state")), (Topic::Rejected, vec![])] {
        log.append(vec![crate::make::record(topic, "a/0", 1, "event")]).await.unwrap();
        let mut gone = log.consumer(topic.name(), topic, Start::Oldest).await.unwrap();
        take(gone.as_mut(), 1).await;
        drop(gone);
        let mut next = log.consumer(topic.name(), topic, Start::Oldest).await.unwrap();
        assert_eq!(values(&take(next.as_mut(), 1).await), ["event"]);
        next.commit(outputs).await.unwrap();
        drop(next);
        nothing_left(log.consumer(topic.name(), topic, Start::Oldest).await.unwrap().as_mut()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_after_a_poll_given_up_all_is_read_again_before_anything_is_committed() {
    let config = config().await;
    let log = open(&config, "first").await;
    let keys = keys(1);
    events(&log, &keys).await;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    take(reader.as_mut(), 1).await;
    tokio::time::timeout(SHORT, reader.poll(9, LONG)).await.unwrap_err();
    let early = reader.commit(revisions(&keys, "of what is read again")).await;
    assert!(matches!(early, Err(Error::LeaseLost(_))), "{early:?}");
    assert_eq!(values(&take(reader.as_mut(), 1).await), ["event"]);
    reader.commit(revisions(&keys, "once")).await.unwrap();
    assert_eq!(values(&shown(&log, Topic::Finished, 1).await), ["once"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_readers_of_events_write() {
    let config = config().await;
    let log = open(&config, "first").await;
    log.append(vec![crate::make::record(Topic::Finished, "a/0", 1, "call")]).await.unwrap();
    let mut sink = log.consumer("sink", Topic::Finished, Start::Oldest).await.unwrap();
    take(sink.as_mut(), 1).await;
    assert!(matches!(sink.latest(&keys(1)).await, Err(Error::Invalid(_))));
    assert!(matches!(sink.commit(revisions(&keys(1), "x")).await, Err(Error::Invalid(_))));
}
