//! Topics that are not as they must be.

use backbone::Error;
use backbone::kafka::{KafkaConfig, KafkaLog};
use futures_util::future::join_all;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;

use super::client;
use crate::make::config;

/// What opening says where this topic was made with these settings.
async fn refusal(topic: &str, partitions: i32, settings: &[(&str, &str)]) -> String {
    let config = config().await;
    let admin: AdminClient<DefaultClientContext> = client(&config).create().unwrap();
    let name = format!("{}{topic}", config.prefix);
    let mut new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
    new.config.extend(settings);
    admin.create_topics([&new], &AdminOptions::new()).await.unwrap()[0].as_ref().unwrap();
    match KafkaLog::open(config).await.map(drop) {
        Err(Error::Invalid(why)) => {
            assert!(why.contains(&name), "{why}");
            why
        }
        other => panic!("{topic} with {settings:?}: {other:?}"),
    }
}

const KEPT: (&str, &str) = ("retention.ms", "2592000000");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_another_number_of_partitions_is_refused() {
    let why = refusal("calls.state", 4, &[("cleanup.policy", "compact")]).await;
    assert!(why.contains("has 4 partitions") && why.contains("backbone.partitions = 4"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c8_a_shorter_retention_is_refused() {
    let why = refusal("calls.raw", 3, &[("retention.ms", "86400000")]).await;
    assert!(why.contains("retention.ms=86400000") && why.contains("--add-config retention.ms=2592000000"), "{why}");
    let why = refusal("calls.finished", 3, &[KEPT, ("retention.bytes", "1000000")]).await;
    assert!(why.contains("--add-config retention.bytes=-1"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_a_topic_compacted_wrongly_is_refused() {
    let why = refusal("calls.raw", 3, &[KEPT, ("cleanup.policy", "compact")]).await;
    assert!(why.contains("--add-config cleanup.policy=delete"), "{why}");
    let why = refusal("calls.state", 3, &[("cleanup.policy", "delete")]).await;
    assert!(why.contains("--add-config cleanup.policy=compact"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_stamps_of_the_broker_are_refused() {
    let why = refusal("calls.raw", 3, &[KEPT, ("message.timestamp.type", "LogAppendTime")]).await;
    assert!(why.contains("--add-config message.timestamp.type=CreateTime"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c3_more_copies_than_there_can_be_are_refused() {
    let three = KafkaConfig { replication: 3, ..config().await };
    let why = KafkaLog::open(three.clone()).await.map(drop).unwrap_err().to_string();
    assert!(why.contains("1 brokers") && why.contains("backbone.replication = 1"), "{why}");
    KafkaLog::open(KafkaConfig { replication: 1, ..three.clone() }).await.unwrap();
    let why = KafkaLog::open(three).await.map(drop).unwrap_err().to_string();
    assert!(why.contains("with 1 copies") && why.contains("kafka-reassign-partitions.sh"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_may_start_at_once() {
    let config = config().await;
    for opened in join_all((0..4).map(|_| KafkaLog::open(config.clone()))).await {
        opened.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_is_not_there_is_said_to_be_away() {
    let nowhere = KafkaConfig { brokers: "127.0.0.1:9".into(), ..config().await };
    let why = KafkaLog::open(nowhere).await.map(drop).unwrap_err();
    assert!(matches!(&why, Error::Unavailable { part: "log", why } if why.contains("127.0.0.1:9")), "{why:?}");
}
