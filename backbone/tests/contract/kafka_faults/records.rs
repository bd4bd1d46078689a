//! Records that are not as they should be, or not where they should be.

use std::time::Duration;

use backbone::kafka::KafkaConfig;
use backbone::log::{Start, Stored};
use backbone::{Error, Log as _, Topic};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, Headers as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{Message as _, Offset, TopicPartitionList};

use super::{client, open};
use crate::log::{LONG, all, take, values};
use crate::make::{at, config, record};

/// As another program writes it.
async fn foreign(
    config: &KafkaConfig,
    partition: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: OwnedHeaders,
) {
    let topic = format!("{}calls.raw", config.prefix);
    let writer: FutureProducer = client(config).create().unwrap();
    let mut to =
        FutureRecord::<[u8], [u8]>::to(&topic).partition(partition).headers(headers).timestamp(1_800_000_123_000);
    to.key = key;
    to.payload = value;
    writer.send(to, LONG).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c10_a_poison_record_passes() {
    let config = config().await;
    let log = open(&config, "first").await;
    let header = |key, value: &'static [u8]| OwnedHeaders::new().insert(Header { key, value: Some(value) });
    foreign(&config, 0, None, None, OwnedHeaders::new()).await;
    foreign(&config, 0, Some(b"\xff\xfe"), Some(b"\x00\x01"), header("ce_id", b"no uuid")).await;
    foreign(&config, 0, Some(b"a/1"), Some(b"{"), header("ce_time", b"\xff")).await;
    foreign(
        &config,
        0,
        Some(b"a/1"),
        Some(b"{}"),
        OwnedHeaders::new().insert(Header::<&str> { key: "ce_id", value: None }),
    )
    .await;
    log.append((0..9).map(|n| record(Topic::Raw, &format!("a/{n}"), 1, "event")).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let read = take(reader.as_mut(), 13).await;
    let (foreign, own): (Vec<Stored>, Vec<Stored>) =
        read.into_iter().partition(|stored| stored.record.value != b"event");
    assert_eq!((foreign.len(), own.len()), (4, 9));
    assert_eq!(foreign[0].record.key, "");
    assert!(foreign.iter().all(|stored| stored.record.at == at(123)), "the broker's stamp, where there is no other");
    let mut ids: Vec<_> = foreign.iter().map(|stored| stored.record.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    reader.commit(vec![]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c10_an_event_in_a_partition_that_is_not_its_keys_is_handed_out_empty() {
    let config = config().await;
    let log = open(&config, "first").await;
    log.append(vec![record(Topic::Raw, "a/1", 1, "event")]).await.unwrap();
    let place = all(&log, Topic::Raw).await[0].position;
    let elsewhere = (place.partition + 1) % config.partitions;
    foreign(&config, elsewhere, Some(b"a/1"), Some(b"astray"), OwnedHeaders::new()).await;
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let mut read = take(reader.as_mut(), 2).await;
    read.sort_by_key(|stored| stored.position.partition != place.partition);
    assert_eq!(values(&read), ["event", ""]);
    assert_eq!(values(&log.history(Topic::Raw, "a/1", at(0)).await.unwrap()), ["event"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_a_record_that_is_too_large_is_refused_alone() {
    let config = config().await;
    let log = open(&config, "first").await;
    let refused = log.append(vec![record(Topic::Raw, "a/1", 1, &"x".repeat(5_000_000))]).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    log.append(vec![record(Topic::Raw, "a/1", 1, &"x".repeat(3_000_000))]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_what_was_dropped_unread_stops_the_reader() {
    let config = config().await;
    let log = open(&config, "first").await;
    log.append((0..4).map(|n| record(Topic::Raw, "a/1", n, &n.to_string())).collect()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    let first = take(reader.as_mut(), 1).await.remove(0);
    reader.commit(vec![]).await.unwrap();
    drop(reader);
    log.left(LONG).await;
    let admin: AdminClient<DefaultClientContext> = client(&config).create().unwrap();
    let mut upto = TopicPartitionList::new();
    upto.add_partition_offset(&format!("{}calls.raw", config.prefix), first.position.partition, Offset::Offset(3))
        .unwrap();
    admin.delete_records(&upto, &AdminOptions::new()).await.unwrap();
    let mut reader = log.consumer("g", Topic::Raw, Start::Oldest).await.unwrap();
    // At once, and again at every try: neither the next record nor the newest is taken for it.
    for _ in 0..2 {
        let stopped = loop {
            match reader.poll(9, Duration::from_secs(1)).await {
                Ok(batch) => assert!(batch.records.is_empty(), "{:?}", values(&batch.records)),
                Err(why) => break why,
            }
        };
        assert!(matches!(&stopped, Error::Unreadable(why) if why.contains("--reset-offsets")), "{stopped:?}");
        reader.rewind().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_cloudevents() {
    let config = config().await;
    let log = open(&config, "first").await;
    let mut state = record(Topic::State, "a/1", 7, "{}");
    state.due = Some(at(99));
    log.append(vec![state.clone()]).await.unwrap();
    let topic = format!("{}calls.state", config.prefix);
    let reader: BaseConsumer = client(&config).set("group.id", "a stranger").create().unwrap();
    let mut all = TopicPartitionList::new();
    (0..config.partitions).for_each(|n| all.add_partition_offset(&topic, n, Offset::Beginning).unwrap());
    reader.assign(&all).unwrap();
    let told = tokio::task::spawn_blocking(move || {
        let message = reader.poll(LONG).unwrap().unwrap();
        assert_eq!((message.key().unwrap(), message.payload().unwrap()), (&b"a/1"[..], &b"{}"[..]));
        assert_eq!(message.timestamp().to_millis(), Some(at(7).as_millisecond()));
        let headers = message.headers().unwrap().iter();
        headers.map(|h| (h.key.to_owned(), String::from_utf8(h.value.unwrap().to_vec()).unwrap())).collect::<Vec<_>>()
    });
    let trace = format!("00-{}-{:016x}-00", state.id.simple(), state.id.as_u64_pair().1);
    let expected = [
        ("ce_specversion", "1.0"),
        ("ce_id", &state.id.to_string()),
        ("ce_type", "ringfold.call"),
        ("ce_source", "ringfold"),
        ("ce_time", &at(7).to_string()),
        ("content-type", "application/json"),
        ("traceparent", &trace),
        ("ce_due", &at(99).to_string()),
    ];
    assert_eq!(told.await.unwrap(), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}
