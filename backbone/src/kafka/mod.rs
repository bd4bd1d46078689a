//! The log on Apache Kafka: an idempotent producer acknowledged by all replicas in sync, groups of readers, and for the reader
//! of `calls.raw` transactions that hold its outputs and its offsets together. librdkafka's calls that wait run in threads
//! that may block.

mod append;
mod config;
mod context;
mod fault;
mod lag;
mod offsets;
mod partition;
mod reach;
mod read;
mod reader;
mod record;
mod scan;
mod topics;

use std::sync::Arc;
use std::time::Duration;

use schemas::Timestamp;
use tokio_util::task::TaskTracker;

pub use config::KafkaConfig;

use self::append::Appender;
use self::lag::Lags;
use self::reader::{Begin, Reader};
use self::scan::{Pool, blocking};
use self::topics::Names;
use crate::log::{Consumer, Cursor, Lag, Log, Record, Start, Stored, Topic};
use crate::{Error, Fut};

/// Kafka ends a transaction that is open for so long, where nothing else is configured.
const TRANSACTION: Duration = Duration::from_secs(10);

/// What the parts of the log share.
struct Shared {
    config: KafkaConfig,
    names: Names,
    pool: Pool,
    lags: Lags,
    /// One task for each reader that has not left its group yet.
    readers: TaskTracker,
}

impl Shared {
    fn transaction_timeout(&self) -> Duration {
        let configured = self.config.property("transaction.timeout.ms").and_then(|millis| millis.parse().ok());
        configured.map_or(TRANSACTION, Duration::from_millis)
    }
}

/// The log on Kafka.
pub struct KafkaLog {
    shared: Arc<Shared>,
    appender: Arc<Appender>,
}

impl KafkaLog {
    /// A log that connects in the background; nothing is asked of the cluster. Refuses a configuration that cannot work.
    pub fn new(config: KafkaConfig) -> Result<Self, Error> {
        config.check()?;
        let names = Names::new(&config.prefix);
        let appender = Arc::new(Appender::new(config.clone(), names.clone())?);
        let (pool, lags, readers) = (Pool::new(config.clone()), Lags::default(), TaskTracker::new());
        readers.close();
        Ok(Self { shared: Arc::new(Shared { config, names, pool, lags, readers }), appender })
    }

    /// A log whose topics are there and as they must be.
    pub async fn open(config: KafkaConfig) -> Result<Self, Error> {
        let log = Self::new(config)?;
        log.prepare().await?;
        Ok(log)
    }

    /// Makes the topics that are missing and verifies those that are there. Several processes may do so at once.
    pub async fn prepare(&self) -> Result<(), Error> {
        topics::prepare(&self.shared.config, &self.shared.names).await
    }

    /// Waits at most `wait` until every reader that was dropped has left its group, so that others take over at once.
    pub async fn left(&self, wait: Duration) {
        if tokio::time::timeout(wait, self.shared.readers.wait()).await.is_err() {
            tracing::warn!("a reader has not left its group; others take over when its session ends");
        }
    }
}

impl Log for KafkaLog {
    /// Where it fails, a part may be there all the same.
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move { self.appender.append(records).await })
    }

    fn consumer(&self, group: &str, topic: Topic, start: Start) -> Fut<'_, Box<dyn Consumer>> {
        let (shared, group) = (Arc::clone(&self.shared), group.to_owned());
        Box::pin(async move {
            let reader = blocking(move || {
                let begin = match start {
                    // What comes from now on, and not from when the group has sorted itself out.
                    Start::Newest => {
                        let all: Vec<i32> = (0..shared.config.partitions).collect();
                        Begin::Ends(
                            shared.pool.with(|client| offsets::begin(client, shared.names.of(topic), &all, start))?,
                        )
                    }
                    other => Begin::At(other),
                };
                Reader::start(shared, &group, topic, begin)
            });
            Ok(Box::new(reader.await??) as Box<dyn Consumer>)
        })
    }

    fn read<'a>(&'a self, topic: Topic, start: Start, after: &'a Cursor, max: usize) -> Fut<'a, Vec<Stored>> {
        let (shared, after) = (Arc::clone(&self.shared), after.clone());
        Box::pin(async move { blocking(move || read::read(&shared, topic, start, &after, max)).await? })
    }

    fn history<'a>(&'a self, topic: Topic, key: &'a str, since: Timestamp) -> Fut<'a, Vec<Stored>> {
        let (shared, key) = (Arc::clone(&self.shared), key.to_owned());
        Box::pin(async move { blocking(move || read::history(&shared, topic, &key, since)).await? })
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { blocking(move || lag::look(&shared)).await? })
    }

    /// Enough that the next batch is on its way before the one before is acknowledged.
    fn appends_at_once(&self) -> usize {
        16
    }

    /// Kafka drops what is over by itself.
    fn expire(&self, _: Timestamp) -> Fut<'_, u64> {
        Box::pin(std::future::ready(Ok(0)))
    }
}
