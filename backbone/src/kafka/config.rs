//! How a process reaches Kafka, and which of librdkafka's settings an operator may set.

use std::collections::BTreeMap;
use std::fmt;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

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
/// Read by consumers only, or by producers only; librdkafka warns of the others.
const CONSUMERS: [&str; 5] = ["session.", "heartbeat.", "max.poll.", "fetch.", "queued."];
const PRODUCERS: [&str; 8] = [
    "linger.",
    "batch.",
    "message.timeout",
    "delivery.",
    "compression.",
    "queue.buffering.",
    "transaction.",
    "message.send.",
];

/// What a client is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads.
    Consumer,
    /// Writes, or administers.
    Producer,
}

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

    /// What every client starts from: our defaults, then the operator's word, then what nobody may change.
    pub fn client(&self, role: Role) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set_log_level(RDKafkaLogLevel::Warning);
        for (key, value) in defaults(role) {
            config.set(*key, *value);
        }
        let others: &[&str] = if role == Role::Consumer { &PRODUCERS } else { &CONSUMERS };
        for (key, value) in &self.properties {
            if !others.iter().any(|start| key.starts_with(start)) {
                config.set(key, value);
            }
        }
        config.set("bootstrap.servers", self.brokers.trim()).set("client.id", format!("ringfold-{}", self.instance));
        config.set("allow.auto.create.topics", "false");
        if role == Role::Consumer {
            config
                .set("enable.auto.commit", "false")
                .set("enable.auto.offset.store", "false")
                .set("enable.partition.eof", "true")
                .set("auto.offset.reset", "error")
                .set("isolation.level", "read_committed")
                .set("partition.assignment.strategy", "cooperative-sticky");
        } else {
            config
                .set("enable.idempotence", "true")
                .set("acks", "all")
                .set("max.in.flight.requests.per.connection", "5");
        }
        config
    }

    /// A property's value where the operator gave one.
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }

    fn native(&self, config: &ClientConfig) -> Result<(), Error> {
        config.create_native_config().map(drop).map_err(|why| self.refused(&why))
    }

    /// An error of making a client, without the values that were given.
    pub fn refused(&self, why: &rdkafka::error::KafkaError) -> Error {
        if let rdkafka::error::KafkaError::ClientConfig(_, _, key, _) = why {
            return Error::Invalid(format!("backbone.kafka.{key}: librdkafka does not know it, or not this value"));
        }
        let mut why = why.to_string();
        for value in self.properties.values().filter(|value| value.len() > 3) {
            why = why.replace(value.as_str(), "[value]");
        }
        Error::Invalid(format!("no Kafka client can be made with backbone.kafka.*: {why}"))
    }
}

fn defaults(role: Role) -> &'static [(&'static str, &'static str)] {
    const BOTH: (&str, &str) = ("reconnect.backoff.max.ms", "1000");
    match role {
        Role::Consumer => &[
            BOTH,
            ("session.timeout.ms", "10000"),
            ("heartbeat.interval.ms", "3000"),
            ("socket.timeout.ms", "15000"),
            // What waits in memory to be polled.
            ("queued.max.messages.kbytes", "16384"),
            ("fetch.queue.backoff.ms", "20"),
            ("fetch.wait.max.ms", "250"),
        ],
        Role::Producer => &[
            BOTH,
            // Waiting for company would make every single append wait; under load batches form by themselves.
            ("linger.ms", "0"),
            ("message.timeout.ms", "10000"),
            ("message.max.bytes", "4000000"),
            ("queue.buffering.max.messages", "100000"),
            ("queue.buffering.max.kbytes", "65536"),
        ],
    }
}

#[cfg(feature = "kafka-tls")]
fn needs_tls(_: &str, _: &str) -> Result<(), Error> {
    Ok(())
}

/// A build without OpenSSL knows neither TLS nor SCRAM.
#[cfg(not(feature = "kafka-tls"))]
fn needs_tls(key: &str, value: &str) -> Result<(), Error> {
    let value = value.to_ascii_lowercase();
    let asks = key.starts_with("ssl.")
        || (key == "security.protocol" && value.contains("ssl"))
        || (key.starts_with("sasl.mechanism") && value.contains("scram"));
    if asks {
        return Err(Error::Invalid(format!(
            "backbone.kafka.{key} needs TLS, which this build lacks: build with `cargo build --release --features kafka-tls`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(properties: &[(&str, &str)]) -> KafkaConfig {
        KafkaConfig {
            brokers: "localhost:9092".to_owned(),
            prefix: "test-".to_owned(),
            partitions: 12,
            replication: 3,
            instance: "one".to_owned(),
            memory: 1 << 20,
            properties: properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn what_the_guarantees_rest_on_is_refused() {
        for key in OURS {
            let why = config(&[(key, "1")]).check().unwrap_err().to_string();
            assert!(why.contains(&format!("backbone.kafka.{key} cannot be set")), "{why}");
        }
        config(&[("session.timeout.ms", "6000"), ("linger.ms", "5")]).check().unwrap();
    }

    #[test]
    fn no_value_is_shown() {
        let with = config(&[("sasl.password", "hunter22"), ("sasl.username", "ringfold")]);
        with.check().unwrap();
        assert!(!format!("{with:?}").contains("hunter22"));
        let why = config(&[("sasl.passwort", "hunter22")]).check().unwrap_err().to_string();
        assert!(why.contains("backbone.kafka.sasl.passwort") && !why.contains("hunter22"), "{why}");
        let why = config(&[("session.timeout.ms", "hunter22")]).check().unwrap_err().to_string();
        assert!(why.contains("backbone.kafka.session.timeout.ms") && !why.contains("hunter22"), "{why}");
    }

    #[cfg(not(feature = "kafka-tls"))]
    #[test]
    fn tls_says_which_build_it_needs() {
        for pair in [("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512"), ("ssl.ca.location", "/ca")]
        {
            let why = config(&[pair]).check().unwrap_err().to_string();
            assert!(why.contains("--features kafka-tls"), "{why}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for change in [
            |config: &mut KafkaConfig| config.brokers.clear(),
            |config: &mut KafkaConfig| config.partitions = 0,
            |config: &mut KafkaConfig| config.replication = 0,
            |config: &mut KafkaConfig| config.prefix = "a b".to_owned(),
            |config: &mut KafkaConfig| config.instance.clear(),
        ] {
            let mut wrong = config(&[]);
            change(&mut wrong);
            assert!(matches!(wrong.check(), Err(Error::Invalid(_))), "{wrong:?}");
        }
    }
}
