//! What librdkafka tells its user: log lines, errors, partitions given and taken, records delivered.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Message as _, TopicPartitionList};

use crate::log::Position;

/// What is said again and again while Kafka is away is said once in so long, by all clients of the process together.
const SILENCE: Duration = Duration::from_secs(30);
/// So many different sayings are remembered.
const SAYINGS: usize = 64;

/// Whether this is to be said now. How often and for how long something happened stands in brackets, and makes no
/// difference.
fn is_news(what: &str, text: &str) -> bool {
    static SAID: Mutex<BTreeMap<String, Instant>> = Mutex::new(BTreeMap::new());
    let saying = format!("{what} {}", text.split('(').next().unwrap_or_default());
    let now = Instant::now();
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.get(&saying).is_some_and(|at| now.duration_since(*at) < SILENCE) {
        return false;
    }
    if said.len() >= SAYINGS {
        said.clear();
    }
    said.insert(saying, now);
    true
}

/// Hands librdkafka's words on.
fn log(level: RDKafkaLogLevel, what: &str, text: &str) {
    if !is_news(what, text) {
        return;
    }
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::error!(target: "kafka", what, "{text}");
        }
        RDKafkaLogLevel::Warning => tracing::warn!(target: "kafka", what, "{text}"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => tracing::info!(target: "kafka", what, "{text}"),
        RDKafkaLogLevel::Debug => tracing::debug!(target: "kafka", what, "{text}"),
    }
}

fn error(error: &KafkaError, reason: &str) {
    // The end of a partition, which readers ask to be told.
    if error.rdkafka_error_code() == Some(RDKafkaErrorCode::PartitionEOF) {
        return;
    }
    // The reason counts brokers, which come and go one by one.
    if is_news("error", &error.to_string()) {
        tracing::warn!(target: "kafka", %error, "{reason}");
    }
}

/// Of clients that only ask, write without transactions, or read outside groups.
#[derive(Clone, Copy)]
pub struct Plain;

impl ClientContext for Plain {
    fn log(&self, level: RDKafkaLogLevel, what: &str, text: &str) {
        log(level, what, text);
    }
    fn error(&self, why: KafkaError, reason: &str) {
        error(&why, reason);
    }
    fn stats(&self, _: Statistics) {}
}

impl ConsumerContext for Plain {}

/// What happened to a reader's partitions since it last looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Given: nothing of them is read before [`Consumer::incremental_assign`](rdkafka::consumer::Consumer) says where.
    Given(Vec<i32>),
    /// Taken, and by now given up.
    Taken(Vec<i32>),
}

/// Of a member of a group.
#[derive(Default)]
pub struct Member {
    changes: Mutex<Vec<Change>>,
    leaving: Mutex<bool>,
}

impl Member {
    /// What happened since the last look, in order.
    pub fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on nothing is taken on any more.
    pub fn leave(&self) {
        *self.leaving.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, what: &str, text: &str) {
        log(level, what, text);
    }
    fn error(&self, why: KafkaError, reason: &str) {
        error(&why, reason);
    }
    fn stats(&self, _: Statistics) {}
}

impl ConsumerContext for Member {
    /// Runs within a poll. What is taken is given up at once, or leaving the group would wait for it forever; what is
    /// given waits until the reader has found out where to begin.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, what: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let partitions =
            list.elements().iter().map(rdkafka::topic_partition_list::TopicPartitionListElem::partition).collect();
        let leaving = *self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        let change = if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !leaving {
            Change::Given(partitions)
        } else {
            // While leaving, librdkafka takes any answer to a given partition for giving it up.
            if let Err(why) = consumer.incremental_unassign(list) {
                tracing::warn!(target: "kafka", error = %why, "partitions could not be given up");
            }
            Change::Taken(partitions)
        };
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }
}

/// What became of the records of one transaction. Whoever waits is woken once: when all are delivered, or one is not.
pub struct Delivered {
    so_far: Mutex<SoFar>,
    known: Condvar,
}

struct SoFar {
    places: Vec<Position>,
    left: usize,
    failed: Option<RDKafkaErrorCode>,
}

impl Delivered {
    /// None of so many.
    pub fn none(count: usize) -> Arc<Self> {
        let so_far = SoFar { places: vec![Position { partition: -1, offset: -1 }; count], left: count, failed: None };
        Arc::new(Self { so_far: Mutex::new(so_far), known: Condvar::new() })
    }

    fn tell(&self, number: usize, place: Result<Position, RDKafkaErrorCode>) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.left -= 1;
        match place {
            Ok(place) => so_far.places[number] = place,
            Err(why) => {
                so_far.failed.get_or_insert(why);
            }
        }
        if so_far.left == 0 || so_far.failed.is_some() {
            self.known.notify_one();
        }
    }

    /// Where all of them are, in their order.
    pub fn all(&self, wait: Duration) -> Result<Vec<Position>, RDKafkaErrorCode> {
        let so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = |so_far: &mut SoFar| so_far.left > 0 && so_far.failed.is_none();
        let (mut so_far, _) =
            self.known.wait_timeout_while(so_far, wait, unknown).unwrap_or_else(PoisonError::into_inner);
        match so_far.failed {
            Some(why) => Err(why),
            None if so_far.left > 0 => Err(RDKafkaErrorCode::MessageTimedOut),
            None => Ok(std::mem::take(&mut so_far.places)),
        }
    }
}

/// Which of the records of a transaction one is.
pub struct Receipt {
    /// Its number.
    pub number: usize,
    /// All of them.
    pub of: Arc<Delivered>,
}

/// Of a producer whose records are waited for in a thread.
pub struct Deliveries;

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, what: &str, text: &str) {
        log(level, what, text);
    }
    fn error(&self, why: KafkaError, reason: &str) {
        error(&why, reason);
    }
    fn stats(&self, _: Statistics) {}
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<Receipt>;

    fn delivery(&self, result: &DeliveryResult<'_>, receipt: Box<Receipt>) {
        let place = match result {
            Ok(message) => Ok(Position { partition: message.partition(), offset: message.offset() }),
            Err((why, _)) => Err(why.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown)),
        };
        receipt.of.tell(receipt.number, place);
    }
}
