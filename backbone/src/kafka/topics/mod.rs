//! The topics: made where they are missing, verified where they are there. A setting under which something acknowledged
//! could be lost, or a key could move to another partition, is refused with the command that mends it.

mod verify;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::consumer::Consumer as _;
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::metadata::{Metadata, MetadataTopic};

use super::config::{KafkaConfig, Role};
use super::context::Plain;
use super::fault::{code, fault, unavailable};
use super::scan::{Client, blocking, client};
use crate::Error;
use crate::log::Topic;

/// One request to the cluster.
const REQUEST: Duration = Duration::from_secs(10);
/// Until every partition of a new topic has its leader.
const MADE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);
/// Of what a client was told while it could not reach the cluster, so much is looked at.
const TOLD: usize = 5;

/// What the topics are called in this cluster.
#[derive(Debug, Clone)]
pub struct Names([String; 4]);

impl Names {
    /// With a prefix.
    pub fn new(prefix: &str) -> Self {
        Self(Topic::ALL.map(|topic| format!("{prefix}{}", topic.name())))
    }

    /// One of them.
    pub fn of(&self, topic: Topic) -> &str {
        &self.0[topic as usize]
    }
}

/// Makes the topics that are missing and verifies all.
pub async fn prepare(config: &KafkaConfig, names: &Names) -> Result<(), Error> {
    let admin: AdminClient<Plain> =
        config.client(Role::Producer).create_with_context(Plain).map_err(|why| config.refused(&why))?;
    let reader = Arc::new(client(config, "read_committed")?);
    let done = Preparing { config, names, admin: &admin, reader: &reader }.prepare().await;
    // Their threads are waited for.
    blocking(move || drop((admin, reader))).await?;
    done
}

struct Preparing<'a> {
    config: &'a KafkaConfig,
    names: &'a Names,
    admin: &'a AdminClient<Plain>,
    reader: &'a Arc<Client>,
}

impl Preparing<'_> {
    async fn prepare(&self) -> Result<(), Error> {
        let metadata = self.metadata().await?;
        if Topic::ALL.into_iter().any(|topic| self.find(&metadata, topic).is_none()) {
            self.make(&metadata).await?;
        }
        let metadata = self.await_made().await?;
        let specifiers: Vec<_> =
            Topic::ALL.iter().map(|topic| ResourceSpecifier::Topic(self.names.of(*topic))).collect();
        let settings = self
            .admin
            .describe_configs(&specifiers, &options())
            .await
            .map_err(|why| fault("reading the topics' settings", &why))?;
        for (topic, settings) in Topic::ALL.into_iter().zip(settings) {
            let settings = settings
                .map_err(|code| unavailable(format!("reading the settings of {}: {code}", self.names.of(topic))))?;
            if let Some(found) = self.find(&metadata, topic) {
                self.verify(topic, found, &settings)?;
            }
        }
        Ok(())
    }

    async fn metadata(&self) -> Result<Metadata, Error> {
        let (reader, brokers) = (Arc::clone(self.reader), self.config.brokers.clone());
        blocking(move || metadata(&reader, &brokers)).await?
    }

    fn find<'m>(&self, metadata: &'m Metadata, topic: Topic) -> Option<&'m MetadataTopic> {
        let name = self.names.of(topic);
        metadata.topics().iter().find(|found| found.name() == name && !found.partitions().is_empty())
    }

    async fn make(&self, metadata: &Metadata) -> Result<(), Error> {
        let (brokers, replication) = (metadata.brokers().len(), self.config.replication);
        if brokers < usize::from(replication.unsigned_abs()) {
            return Err(Error::Invalid(format!(
                "the cluster at {} has {brokers} brokers, too few for {replication} copies of each partition: add brokers, or \
                 set backbone.replication = 1 and know that then the loss of one broker's disk loses what was acknowledged",
                self.config.brokers
            )));
        }
        let wanted: Vec<_> = Topic::ALL.into_iter().map(|topic| self.wanted(topic)).collect();
        let topics = Topic::ALL.iter().zip(&wanted).map(|(topic, settings)| {
            let replication = TopicReplication::Fixed(replication.into());
            let new = NewTopic::new(self.names.of(*topic), self.config.partitions, replication);
            settings.iter().fold(new, |new, (key, value)| new.set(key, value))
        });
        let topics: Vec<_> = topics.collect();
        let made =
            self.admin.create_topics(&topics, &options()).await.map_err(|why| fault("making the topics", &why))?;
        for result in made {
            match result {
                // Another process was faster.
                Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
                Err((name, code @ (Code::PolicyViolation | Code::InvalidConfig | Code::TopicAuthorizationFailed))) => {
                    return Err(Error::Invalid(format!("the cluster does not let the topic {name} be made: {code}")));
                }
                Err((name, code)) => return Err(unavailable(format!("making the topic {name}: {code}"))),
            }
        }
        Ok(())
    }

    /// The settings of a new topic. Those that [`Self::verify`] does not ask for are for comfort.
    fn wanted(&self, topic: Topic) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("min.insync.replicas", self.in_sync().to_string()),
            ("message.timestamp.type", "CreateTime".to_owned()),
            // A clock that is ahead must not have events refused.
            ("message.timestamp.after.max.ms", i64::MAX.to_string()),
            ("max.message.bytes", "4194304".to_owned()),
        ];
        if let Some(kept) = topic.retention() {
            settings.push(("cleanup.policy", "delete".to_owned()));
            settings.push(("retention.ms", kept.as_millis().to_string()));
            settings.push(("retention.bytes", "-1".to_owned()));
        } else {
            settings.push(("cleanup.policy", "compact".to_owned()));
            // The segment being written is never compacted: small ones keep the restoring of state short.
            settings.push(("segment.ms", "21600000".to_owned()));
            settings.push(("segment.bytes", "134217728".to_owned()));
            settings.push(("min.cleanable.dirty.ratio", "0.2".to_owned()));
        }
        settings
    }

    /// How many replicas must have a record before it is acknowledged.
    fn in_sync(&self) -> i64 {
        if self.config.replication >= 3 { 2 } else { 1 }
    }

    async fn await_made(&self) -> Result<Metadata, Error> {
        let deadline = Instant::now() + MADE;
        loop {
            let metadata = self.metadata().await?;
            let led = |topic| {
                self.find(&metadata, topic).is_some_and(|found| {
                    found.partitions().iter().all(|partition| partition.error().is_none() && partition.leader() >= 0)
                })
            };
            if Topic::ALL.into_iter().all(led) {
                return Ok(metadata);
            }
            if Instant::now() > deadline {
                return Err(unavailable("not every partition of the topics has a leader"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Asked of a client that reads, because one that administers is never told why it was not let in.
fn metadata(reader: &Client, brokers: &str) -> Result<Metadata, Error> {
    reader.fetch_metadata(None, REQUEST).map_err(|why| {
        let mut told = std::iter::repeat_with(|| reader.poll(PAUSE)).take(TOLD).flatten().filter_map(Result::err);
        if told.any(|told| code(&told) == Some(Code::Authentication)) {
            return Error::Invalid(format!(
                "{brokers} does not take the credentials: set backbone.kafka.\"sasl.username\", \"sasl.password\" and \
                 \"sasl.mechanism\" as the cluster has them"
            ));
        }
        fault(&format!("reaching {brokers}"), &why)
    })
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(REQUEST)).operation_timeout(Some(REQUEST))
}
