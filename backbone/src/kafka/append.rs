//! Appends: one idempotent producer a process, acknowledged by all replicas in sync.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::future_producer::DeliveryFuture;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use super::config::{KafkaConfig, Role};
use super::context::Plain;
use super::fault::{code, fault, is_connection, unavailable};
use super::partition::partition_of;
use super::reach::Reach;
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
    current: Mutex<Current>,
}

struct Current {
    client: Client,
    reach: Reach,
}

impl Appender {
    /// Connects in the background.
    pub fn new(config: KafkaConfig, names: Names) -> Result<Self, Error> {
        let current = Mutex::new(Current { client: client(&config)?, reach: Reach::new() });
        Ok(Self { config, names, current })
    }

    /// Sends all, then waits for all. Where one fails the others may be there all the same: what is appended again is the
    /// same event again, by its id. Goes on where the caller gives up: a client that answers nobody in the time that callers have is
    /// known by what becomes of it then.
    pub async fn append(self: &Arc<Self>, records: Vec<Record>) -> Result<(), Error> {
        let appender = Arc::clone(self);
        let appending = tokio::spawn(async move { appender.deliver(&records).await });
        appending.await.unwrap_or_else(|why| Err(unavailable(format!("appending broke off: {why}"))))
    }

    async fn deliver(&self, records: &[Record]) -> Result<(), Error> {
        let client = self.current().client.clone();
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
        let Some(why) = failed else {
            self.current().reach.heard();
            return Ok(());
        };
        self.replace_if_dead(&why)?;
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

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A producer that met an error it cannot pass (its order can no longer be kept) takes nothing any more; one that reached
    /// nobody for long may never do so.
    fn replace_if_dead(&self, why: &KafkaError) -> Result<(), Error> {
        let mut current = self.current();
        let fatal = current.client.client().fatal_error();
        let lost = code(why).is_some_and(is_connection) && current.reach.failed();
        if fatal.is_some() || lost {
            tracing::error!(?fatal, "the producer to Kafka is replaced");
            *current = Current { client: client(&self.config)?, reach: Reach::new() };
        }
        Ok(())
    }
}

fn client(config: &KafkaConfig) -> Result<Client, Error> {
    config.client(Role::Producer).create_with_context(Plain).map_err(|why| config.refused(&why))
}

#[cfg(test)]
mod tests {
    use tokio::time::{sleep, timeout};
    use uuid::Uuid;

    use super::*;
    use crate::log::Topic;

    #[tokio::test]
    async fn c2_an_append_that_its_caller_gave_up_counts_against_the_client_all_the_same() {
        // Connections to it are taken, and never answered.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = KafkaConfig {
            brokers: silent.local_addr().unwrap().to_string(),
            prefix: String::new(),
            partitions: 1,
            replication: 1,
            instance: "test".to_owned(),
            memory: 0,
            properties: [("message.timeout.ms".to_owned(), "300".to_owned())].into(),
        };
        let appender = Arc::new(Appender::new(config, Names::new("")).unwrap());
        let at = schemas::Timestamp::UNIX_EPOCH;
        let record =
            Record { topic: Topic::Raw, key: "a/1".to_owned(), id: Uuid::nil(), at, due: None, value: b"x".to_vec() };
        // As the spool does, whose patience is less than the client's.
        timeout(Duration::from_millis(20), appender.append(vec![record])).await.unwrap_err();
        let counted = async {
            while !appender.current().reach.is_failing() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(30), counted).await.unwrap();
    }
}
