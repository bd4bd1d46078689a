//! How a process reaches Kafka, and which of librdkafka's settings an operator may set.

mod client;

use std::collections::BTreeMap;
use std::fmt;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;

pub use client::Role;

use crate::Error;

/// The log on Kafka, as configured.
#[derive(Clone)]
pub struct KafkaConfig {
    /// `host:port`, or several with commas between.
    pub brokers: String,
    /// What names of topics, groups and transactions begin with.
    pub prefix: String,
    /// Partitions of each topic; must be what the topics have.
    pub partitions: i32,
    /// Copies of each partition.
    pub replication: i16,
    /// This process, and the same when it is started again: whoever comes with it puts an earlier one out.
    pub instance: String,
    /// Bytes of calls that one reader keeps in memory at most.
    pub memory: usize,
    /// Handed to librdkafka: TLS, SASL, time-outs.
    pub properties: BTreeMap<String, String>,
}

impl fmt::Debug for KafkaConfig {
    /// Of the properties only the names: among the values are passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("prefix", &self.prefix)
            .field("partitions", &self.partitions)
            .field("replication", &self.replication)
            .field("instance", &self.instance)
            .field("memory", &self.memory)
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// What the guarantees rest on: not for operators.
const OURS: [&str; 17] = [
    "acks",
    "request.required.acks",
    "allow.auto.create.topics",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "isolation.level",
    "max.in.flight.requests.per.connection",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "transactional.id",
];

impl KafkaConfig {
    /// Refuses what cannot work, with what to do instead.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |why: String| Err(Error::Invalid(why));
        if self.brokers.trim().is_empty() {
            return wrong("backbone.log names no broker: write kafka://host:port".to_owned());
        }
        if !(1..=10_000).contains(&self.partitions) || !(1..=100).contains(&self.replication) {
            let (partitions, replication) = (self.partitions, self.replication);
            return wrong(format!(
                "{partitions} partitions with {replication} copies cannot be: backbone.partitions takes 1 to 10000, \
                 backbone.replication 1 to 100"
            ));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !self.prefix.chars().all(plain) || self.prefix.len() > 100 || self.instance.is_empty() {
            return wrong(format!(
                "the prefix {:?} is not made of at most 100 letters, digits, '.', '_' and '-', or the instance has no name",
                self.prefix
            ));
        }
        for (key, value) in &self.properties {
            if OURS.contains(&key.as_str()) {
                return wrong(format!(
                    "backbone.kafka.{key} cannot be set: what is kept and read just once rests on it"
                ));
            }
            needs_tls(key, value)?;
        }
        // Wrong names and values are found here, not when the first client is needed.
        self.native(&self.client(Role::Consumer)).and_then(|()| self.native(&self.client(Role::Producer)))
    }

    /// A property's value where the operator gave one.
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }

    fn native(&self, config: &ClientConfig) -> Result<(), Error> {
        config.create_native_config().map(drop).map_err(|why| self.refused(&why))
    }

    /// An error of making a client, without the values that were given.
    pub fn refused(&self, why: &KafkaError) -> Error {
        if let KafkaError::ClientConfig(_, _, key, _) = why {
            return Error::Invalid(format!("backbone.kafka.{key}: librdkafka does not know it, or not this value"));
        }
        let mut why = why.to_string();
        for value in self.properties.values().filter(|value| value.len() > 3) {
            why = why.replace(value.as_str(), "[value]");
        }
        Error::Invalid(format!("no Kafka client can be made with backbone.kafka.*: {why}"))
    }
}

/// A build without OpenSSL knows neither TLS nor SCRAM.
fn needs_tls(key: &str, value: &str) -> Result<(), Error> {
    let value = value.to_ascii_lowercase();
    let asks = key.starts_with("ssl.")
        || (key == "security.protocol" && value.contains("ssl"))
        || (key.starts_with("sasl.mechanism") && value.contains("scram"));
    if asks && !cfg!(feature = "kafka-tls") {
        return Err(Error::Invalid(format!(
            "backbone.kafka.{key} needs TLS, which this build lacks: build with `cargo build --release --features kafka-tls`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
