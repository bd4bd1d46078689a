//! Outputs and offsets as one: the transactional producer of a reader.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};

use crate::Error;
use crate::kafka::Shared;
use crate::kafka::config::Role;
use crate::kafka::context::{Delivered, Deliveries, Receipt};
use crate::kafka::fault::{fault, is_lost, unavailable};
use crate::kafka::partition::partition_of;
use crate::kafka::record::headers;
use crate::log::{Position, Record};

/// Until the coordinator has put an earlier producer of the same name out and ended what it left open.
const INIT: Duration = Duration::from_secs(20);
/// One step of a transaction.
const STEP: Duration = Duration::from_secs(10);
/// Until the outcome of a commit is known.
const OUTCOME: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);
/// Between looks whether the producer has put away what was told of its records.
const SETTLING: Duration = Duration::from_micros(20);

type Producer = ThreadedProducer<Deliveries>;

/// Writes in transactions, under a name that is this reader's alone.
pub struct Transactions {
    shared: Arc<Shared>,
    name: String,
    producer: Option<Producer>,
}

impl Transactions {
    /// Not connected yet.
    pub fn new(shared: Arc<Shared>, group: &str) -> Self {
        let name = format!("{group}-{}", shared.config.instance);
        Self { shared, name, producer: None }
    }

    /// Has a producer whose earlier transactions are all ended, here and in an earlier process.
    pub fn ready(&mut self) -> Result<(), Error> {
        if self.producer.is_some() {
            return Ok(());
        }
        let timeout = self.shared.transaction_timeout().as_millis().to_string();
        let mut config = self.shared.config.client(Role::Producer);
        config.set("transactional.id", &self.name).set("transaction.timeout.ms", &timeout);
        // A record must not outlive its transaction.
        config.set("message.timeout.ms", &timeout);
        // Calls are alike, and many in one transaction: less to send, less on Kafka's disk, and Kafka is done sooner.
        if self.shared.config.property("compression.type").is_none() {
            config.set("compression.type", "lz4");
        }
        let producer: Producer =
            config.create_with_context(Deliveries).map_err(|why| self.shared.config.refused(&why))?;
        producer.init_transactions(INIT).map_err(|why| fault("beginning to write in transactions", &why))?;
        self.producer = Some(producer);
        Ok(())
    }

    /// Writes the records and notes the offsets, all or nothing; says where the records are. After an error nothing of it is
    /// to be seen, unless the outcome could not be learned: [`Self::ready`] then settles it.
    pub fn commit(
        &mut self,
        records: &[Record],
        offsets: &TopicPartitionList,
        member: &ConsumerGroupMetadata,
    ) -> Result<Vec<Position>, Error> {
        self.ready()?;
        let Some(producer) = &self.producer else { return Err(unavailable("no producer")) };
        let done = self.run(producer, records, offsets, member);
        done.map_err(|why| {
            let lost = crate::kafka::fault::code(&why).is_some_and(is_lost);
            if !self.abort(&why) {
                self.producer = None;
            }
            if lost {
                Error::LeaseLost(format!("{} ({why})", self.name))
            } else {
                fault("committing a transaction", &why)
            }
        })
    }

    fn run(
        &self,
        producer: &Producer,
        records: &[Record],
        offsets: &TopicPartitionList,
        member: &ConsumerGroupMetadata,
    ) -> KafkaResult<Vec<Position>> {
        producer.begin_transaction()?;
        let delivered = Delivered::none(records.len());
        for (number, record) in records.iter().enumerate() {
            self.send(producer, record, Receipt { number, of: Arc::clone(&delivered) })?;
        }
        let deadline = Instant::now() + STEP;
        repeat(deadline, || producer.send_offsets_to_transaction(offsets, member, STEP))?;
        // Also because the client's own flush waits in steps of 100 ms. A record counts until what told of it was dropped, in
        // the thread that polls: some microseconds after it was told.
        let left = deadline.saturating_duration_since(Instant::now());
        let places = delivered.all(left).map_err(KafkaError::MessageProduction)?;
        while producer.in_flight_count() > 0 && Instant::now() < deadline {
            std::thread::park_timeout(SETTLING);
        }
        repeat(Instant::now() + OUTCOME, || producer.commit_transaction(STEP))?;
        Ok(places)
    }

    fn send(&self, producer: &Producer, record: &Record, receipt: Receipt) -> KafkaResult<()> {
        let deadline = Instant::now() + STEP;
        let mut to = BaseRecord::with_opaque_to(self.shared.names.of(record.topic), Box::new(receipt))
            .key(record.key.as_bytes())
            .partition(partition_of(&record.key, self.shared.config.partitions))
            .timestamp(record.at.as_millisecond())
            .headers(headers(record));
        if !record.value.is_empty() {
            to = to.payload(record.value.as_slice());
        }
        loop {
            match producer.send(to) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(Code::QueueFull), back)) if Instant::now() < deadline => {
                    to = back;
                    std::thread::park_timeout(PAUSE);
                }
                Err((why, _)) => return Err(why),
            }
        }
    }

    /// Takes back what was written; false where the producer is of no use any more.
    fn abort(&self, why: &KafkaError) -> bool {
        let fatal = matches!(why, KafkaError::Transaction(why) if why.is_fatal());
        // A commit that timed out may yet go through: only a new producer of the same name settles it.
        let unknown = matches!(why, KafkaError::Transaction(why) if why.is_retriable());
        let Some(producer) = self.producer.as_ref().filter(|_| !fatal && !unknown) else { return false };
        match repeat(Instant::now() + STEP, || producer.abort_transaction(STEP)) {
            Ok(()) => true,
            Err(why) => {
                tracing::warn!(target: "kafka", error = %why, "a transaction could not be taken back, Kafka will do so");
                false
            }
        }
    }
}

/// Again while librdkafka says that the same call may succeed.
fn repeat(deadline: Instant, call: impl Fn() -> KafkaResult<()>) -> KafkaResult<()> {
    loop {
        match call() {
            Err(KafkaError::Transaction(why)) if why.is_retriable() && Instant::now() < deadline => {
                std::thread::park_timeout(PAUSE);
            }
            done => return done,
        }
    }
}
