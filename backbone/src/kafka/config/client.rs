//! librdkafka's settings: our defaults, the operator's word, and what nobody may change.

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use super::KafkaConfig;

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
            ("queued.max.messages.kbytes", "8192"),
            ("fetch.queue.backoff.ms", "20"),
            ("fetch.wait.max.ms", "250"),
        ],
        Role::Producer => &[
            BOTH,
            // Waiting for company would make every single append wait; under load batches form by themselves.
            ("linger.ms", "0"),
            // A transaction begun while Kafka still ends the one before is asked for again after so long, doubled each time.
            ("retry.backoff.ms", "5"),
            ("message.timeout.ms", "10000"),
            ("message.max.bytes", "4000000"),
            ("queue.buffering.max.messages", "100000"),
            ("queue.buffering.max.kbytes", "65536"),
        ],
    }
}
