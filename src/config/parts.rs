//! Where the parts of the backbone are. The three are embedded together or servers together: a log that several processes
//! read with a store that only one can open would lose work in silence.

use std::collections::BTreeMap;

use backbone::kafka::KafkaConfig;
use backbone::sealed::Secret;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::kafka::Properties;
use super::values::{Count, Size, Text, read_by};

/// `backbone` in one layer.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Parts {
    pub log: Option<LogAt>,
    pub queue: Option<QueueAt>,
    pub store: Option<StoreAt>,
    pub kafka: Properties,
    pub prefix: Option<Prefix>,
    pub partitions: Option<Count<1, 1000>>,
    pub replication: Option<Count<1, 9>>,
    pub processor_memory: Option<Size>,
    pub spool_max: Option<Size>,
    pub store_connections: Option<Count<2, 500>>,
}

/// What a process stands on.
#[derive(Clone)]
pub enum Backbone {
    /// All three parts in the data directory.
    Embedded,
    /// All three are servers.
    Servers(Box<Servers>),
}

/// Servers, and how they are used.
#[derive(Clone)]
pub struct Servers {
    /// Kafka's brokers: `host:port,host:port`.
    pub brokers: String,
    /// Properties of librdkafka.
    pub properties: BTreeMap<String, String>,
    /// Of each topic.
    pub partitions: i32,
    /// Of each topic.
    pub replication: i16,
    /// Bytes of ended calls that a processor keeps in memory for late events.
    pub processor_memory: usize,
    /// RabbitMQ's URL.
    pub queue: Secret,
    /// PostgreSQL's URL.
    pub store: Secret,
    /// Connections to PostgreSQL at most, of one process.
    pub store_connections: u32,
    /// What names of topics, groups and queues begin with.
    pub prefix: String,
    /// Bytes that the spool of an ingest may take on disk.
    pub spool_max: u64,
}

impl Servers {
    /// The log's configuration, for the process of this name.
    pub fn kafka(&self, instance: &str) -> KafkaConfig {
        KafkaConfig {
            brokers: self.brokers.clone(),
            prefix: self.prefix.clone(),
            partitions: self.partitions,
            replication: self.replication,
            instance: instance.to_owned(),
            memory: self.processor_memory,
            properties: self.properties.clone(),
        }
    }
}

/// The word for a part in the data directory.
pub const EMBEDDED: &str = "embedded";

/// Where the log is: brokers, or nothing where it is embedded.
#[derive(Debug, Clone)]
pub struct LogAt(pub Option<String>);
read_by!(LogAt, |text| {
    let wrong = "write \"embedded\", or \"kafka://host:port,host:port\"; names and passwords go into backbone.kafka";
    if text == EMBEDDED {
        return Ok(LogAt(None));
    }
    let brokers = text.strip_prefix("kafka://").map(|brokers| brokers.trim_end_matches('/'));
    let brokers = brokers.filter(|brokers| brokers.split(',').all(is_broker));
    brokers.map(|brokers| LogAt(Some(brokers.to_owned()))).ok_or_else(|| wrong.to_owned())
});

fn is_broker(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host_is_one = !host.is_empty() && !host.contains(['@', '/', '?', '#', ' ']);
    host_is_one && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Where the queue is: a URL, or nothing where it is embedded.
#[derive(Debug, Clone)]
pub struct QueueAt(pub Option<Secret>);
read_by!(QueueAt, |text| {
    let wrong = "write \"embedded\", or \"amqp://user:password@host:5672/vhost\" (amqps:// with TLS)";
    if text == EMBEDDED {
        return Ok(QueueAt(None));
    }
    // It may hold a password, so it is not repeated.
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "amqp" | "amqps") && url.has_host());
    url.map(|_| QueueAt(Some(Secret::new(text)))).ok_or_else(|| wrong.to_owned())
});

/// Where the store is: a URL, or nothing where it is embedded.
#[derive(Debug, Clone)]
pub struct StoreAt(pub Option<Secret>);
read_by!(StoreAt, |text| {
    let wrong = "write \"embedded\", or \"postgres://user:password@host:5432/database\"";
    if text == EMBEDDED {
        return Ok(StoreAt(None));
    }
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    let url = url.filter(|url| url.path().len() > 1);
    url.map(|_| StoreAt(Some(Secret::new(text)))).ok_or_else(|| wrong.to_owned())
});

/// What names begin with.
#[derive(Debug, Clone)]
pub struct Prefix(pub String);
read_by!(Prefix, |text| {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let wrong =
        || format!("{text:?} cannot begin the names of topics: write at most 40 letters, digits, dots, _ and -");
    if plain && text.len() <= 40 { Ok(Prefix(text.to_owned())) } else { Err(wrong()) }
});

/// A URL as it may be shown: without its password, and without what follows a `?`.
pub fn shown(url: &Secret) -> String {
    let Ok(mut url) = reqwest::Url::parse(url.expose()) else { return "***".to_owned() };
    if url.password().is_some() {
        // Refused only where there is no host, and then there is no password.
        let _ = url.set_password(Some("***"));
    }
    if url.query().is_some() {
        url.set_query(Some("***"));
    }
    url.set_fragment(None);
    url.to_string()
}
