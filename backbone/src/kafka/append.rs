//! Appends: one idempotent producer a process, acknowledged by all replicas in sync.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use super::config::{KafkaConfig, Role};
use super::context::Plain;
use super::fault::{fault, unavailable};
use super::partition::partition_of;
use super::record::headers;
use super::topics::Names;
use crate::Error;
use crate::log::Record;

/// A record waits so long for room in the producer's queue before the append is given up.
const ROOM: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

type Client = FutureProducer<Plain>;

/// Appends for the whole process.
pub struct Appender {
    config: KafkaConfig,
    names: Names,
    client: Mutex<Client>,
}

impl Appender {
    /// Connects in the background.
    pub fn new(config: KafkaConfig, names: Names) -> Result<Self, Error> {
        let client = Mutex::new(client(&config)?);
        Ok(Self { config, names, client })
    }

    /// Sends all, then waits for all. Where one fails the others may be there all the same: what is appended again is the
    /// same event again, by its id.
    pub async fn append(&self, records: &[Record]) -> Result<(), Error> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let deadline = Instant::now() + ROOM;
        let mut waiting = Vec::with_capacity(records.len());
        let mut failed = None;
        for record in records {
            match self.send(&client, record, deadline).await {
                Ok(delivery) => waiting.push(delivery),
                Err(why) => {
                    failed = Some(why);
                    break;
                }
            }
        }
        for delivery in waiting {
            match delivery.await {
                Ok(Ok(_)) => {}
                Ok(Err((why, _))) => failed = failed.or(Some(why)),
                Err(_) => failed = failed.or(Some(KafkaError::Canceled)),
            }
        }
        let Some(why) = failed else { return Ok(()) };
        self.replace_if_dead(&client)?;
        Err(match &why {
            KafkaError::MessageProduction(Code::QueueFull) => unavailable("appending: the queue to Kafka is full"),
            why => fault("appending", why),
        })
    }

    /// Queues a record; a full queue is waited for, so that whoever appends goes no faster than Kafka.
    async fn send(&self, client: &Client, record: &Record, deadline: Instant) -> Result<DeliveryFuture, KafkaError> {
        let mut to = FutureRecord::to(self.names.of(record.topic))
            .key(record.key.as_bytes())
            .partition(partition_of(&record.key, self.config.partitions))
            .timestamp(record.at.as_millisecond())
            .headers(headers(record));
        if !record.value.is_empty() {
            to = to.payload(record.value.as_slice());
        }
        loop {
            match client.send_result(to) {
                Ok(delivery) => return Ok(delivery),
                Err((KafkaError::MessageProduction(Code::QueueFull), back)) if Instant::now() < deadline => {
                    to = back;
                    tokio::time::sleep(PAUSE).await;
                }
                Err((why, _)) => return Err(why),
            }
        }
    }

    /// A producer that met an error it cannot pass (its order can no longer be kept) takes nothing any more.
    fn replace_if_dead(&self, used: &Client) -> Result<(), Error> {
        let Some((code, reason)) = used.client().fatal_error() else { return Ok(()) };
        let mut current = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if current.client().fatal_error().is_some() {
            tracing::error!(%code, reason, "the producer to Kafka is replaced");
            *current = client(&self.config)?;
        }
        Ok(())
    }
}

fn client(config: &KafkaConfig) -> Result<Client, Error> {
    config.client(Role::Producer).create_with_context(Plain).map_err(|why| config.refused(&why))
}
