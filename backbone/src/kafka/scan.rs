//! Reading outside groups: a client that is given partitions and offsets, and reads on until there is no more. Making one
//! costs threads and milliseconds, so a few are kept for the next call.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message as _, Offset, TopicPartitionList};

use super::config::{KafkaConfig, Role};
use super::context::Plain;
use super::fault::{fault, unavailable};
use crate::Error;

/// How many readers without work are kept.
const KEPT: usize = 3;
/// One wait for messages; between two of them the deadline is looked at.
const SLICE: Duration = Duration::from_millis(100);
const PAUSE: Duration = Duration::from_millis(50);

/// A client that reads what it is told to.
pub type Client = BaseConsumer<Plain>;

/// What a reading does after a record.
#[derive(PartialEq, Eq)]
pub enum Go {
    /// Reads on.
    On,
    /// Has enough of this partition.
    NextPartition,
    /// Has enough.
    Stop,
}

/// What is done in a thread that may block.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| unavailable("the process is stopping"))
}

/// Readers of what is committed, kept for the next call.
pub struct Pool {
    config: KafkaConfig,
    idle: Mutex<Vec<Client>>,
}

impl Pool {
    /// Empty.
    pub fn new(config: KafkaConfig) -> Self {
        Self { config, idle: Mutex::default() }
    }

    /// Works with a reader; one that met an error is not used again.
    pub fn with<T>(&self, work: impl FnOnce(&Client) -> Result<T, Error>) -> Result<T, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let client = idle.map_or_else(|| client(&self.config, "read_committed"), Ok)?;
        let done = work(&client)?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(client);
        }
        Ok(done)
    }
}

/// A reader outside groups. librdkafka wants a group's name even so; nothing is ever committed under it.
pub fn client(config: &KafkaConfig, isolation: &str) -> Result<Client, Error> {
    let mut settings = config.client(Role::Consumer);
    settings
        .set("group.id", format!("{}outside", config.prefix))
        .set("isolation.level", isolation)
        // At a partition's end the answer must come at once, not when something is written.
        .set("fetch.wait.max.ms", "10")
        // What was told to begin with may have expired meanwhile.
        .set("auto.offset.reset", "earliest");
    settings.create_with_context(Plain).map_err(|why| config.refused(&why))
}

/// Reads from these offsets on, each partition until its end or until `take` has enough. Within a partition in order.
pub fn scan(
    client: &Client,
    topic: &str,
    from: &[(i32, i64)],
    deadline: Instant,
    mut take: impl FnMut(&BorrowedMessage<'_>) -> Go,
) -> Result<(), Error> {
    let doing = format!("reading {topic}");
    client.assign(&list(topic, from.iter().copied())?).map_err(|why| fault(&doing, &why))?;
    let mut open: BTreeSet<i32> = from.iter().map(|(partition, _)| *partition).collect();
    while !open.is_empty() {
        if Instant::now() > deadline {
            return Err(unavailable(format!("{doing} took too long")));
        }
        match client.poll(SLICE) {
            None => {}
            // Of a partition that is done with, some more may be on the way.
            Some(Ok(message)) if !open.contains(&message.partition()) => {}
            Some(Ok(message)) => match take(&message) {
                Go::On => {}
                Go::Stop => break,
                Go::NextPartition => drop(open.remove(&message.partition())),
            },
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
            Some(Err(why)) if passing(&why) => {}
            Some(Err(why)) => return Err(fault(&doing, &why)),
        }
    }
    client.unassign().map_err(|why| fault(&doing, &why))
}

/// Partitions and offsets as the client takes them.
pub fn list(topic: &str, of: impl IntoIterator<Item = (i32, i64)>) -> Result<TopicPartitionList, Error> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in of {
        let added = list.add_partition_offset(topic, partition, Offset::Offset(offset));
        added.map_err(|why| fault(&format!("{topic}, partition {partition}, offset {offset}"), &why))?;
    }
    Ok(list)
}

/// Asks again while the cluster is only not ready: new topics and new leaders take a moment to be known everywhere.
pub fn persist<T>(within: Duration, ask: impl Fn() -> KafkaResult<T>) -> KafkaResult<T> {
    let deadline = Instant::now() + within;
    loop {
        match ask() {
            Err(why) if passing(&why) && Instant::now() < deadline => std::thread::park_timeout(PAUSE),
            done => return done,
        }
    }
}

/// Whether librdkafka goes on by itself after this.
pub fn passing(why: &KafkaError) -> bool {
    use rdkafka::error::RDKafkaErrorCode as Code;
    let known = super::fault::code(why);
    known.is_some_and(super::fault::is_connection)
        || matches!(
            known,
            Some(
                Code::LeaderNotAvailable
                    | Code::NotLeaderForPartition
                    | Code::ReplicaNotAvailable
                    | Code::KafkaStorageError
                    | Code::CoordinatorLoadInProgress
                    | Code::CoordinatorNotAvailable
                    | Code::NotCoordinator
                    | Code::WaitingForCoordinator
                    | Code::OffsetNotAvailable
                    | Code::UnknownLeaderEpoch
                    | Code::FencedLeaderEpoch
            )
        )
}
