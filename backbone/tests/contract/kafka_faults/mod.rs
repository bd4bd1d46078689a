//! Faults of the log on Kafka, on a real broker.

mod full;
mod groups;
mod nameless;
mod proxy;
mod records;
mod restarts;
mod state;
mod topics;

use backbone::kafka::{KafkaConfig, KafkaLog};
use backbone::{Consumer, Log as _, Record, Topic};
use rdkafka::ClientConfig;

use crate::make::record;

/// The log as another process has it.
pub async fn open(config: &KafkaConfig, instance: &str) -> KafkaLog {
    KafkaLog::open(KafkaConfig { instance: instance.into(), ..config.clone() }).await.unwrap()
}

/// A client past the log.
pub fn client(config: &KafkaConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", &config.brokers);
    client
}

/// One event for each of so many keys.
pub async fn events(log: &KafkaLog, keys: &[String]) {
    log.append(keys.iter().map(|key| record(Topic::Raw, key, 1, "event")).collect()).await.unwrap();
}

pub fn keys(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("a/{n}")).collect()
}

/// A new revision of each of these calls, ended.
pub fn revisions(keys: &[String], value: &str) -> Vec<Record> {
    keys.iter().flat_map(|key| [record(Topic::State, key, 1, value), record(Topic::Finished, key, 1, value)]).collect()
}

/// Which of the keys a reader has the calls of.
pub async fn known(reader: &mut dyn Consumer, keys: &[String]) -> Vec<String> {
    let mut known = Vec::new();
    for key in keys {
        if let Ok(found) = reader.latest(std::slice::from_ref(key)).await
            && found[0].is_some()
        {
            known.push(key.clone());
        }
    }
    known
}
