//! Kafka, RabbitMQ and PostgreSQL: the backbone that many processes share. Each is reached in the background, again and
//! again; what is wrong in how it is configured ends the process.

mod reach;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backbone::kafka::KafkaLog;
use backbone::rabbit::RabbitQueue;
use backbone::sealed::SecretKey;
use backbone::spool::{SpoolConfig, Spooled};
use backbone::{Backbone, Error, Log};
use console::Readiness;
use ingest::{Ingest, SourcesOnDisk, SpoolMetrics};
use schemas::Clock;

use super::dir;
use super::later::{Later, LaterQueue, LaterStore, WatchedLog};
use super::metrics::Metrics;
use super::retry::refused;
use super::roles::{INGEST, QUEUE, Roles};
use super::work::Work;
use crate::config::{self, Config};
use crate::exit::Exit;

/// Readers that were dropped have so long to leave their groups, so that others take over at once.
const LEAVE: Duration = Duration::from_secs(5);
/// A spool with less room than this is full: a record may take so much.
const ROOM: u64 = 128 * 1024;
/// What is spooled has so long to be brought over when the process stops; the rest stays for the next start.
const BRING_OVER: Duration = Duration::from_secs(5);

/// The servers, as far as they are reached.
pub struct Servers {
    /// Their parts.
    pub backbone: Backbone,
    log: Arc<KafkaLog>,
    spool: Option<Arc<Spooled>>,
    queue: Option<Later<RabbitQueue>>,
    key: SecretKey,
    data_dir: PathBuf,
    readiness: Readiness,
    _lock: File,
}

impl Servers {
    /// Begins to reach what these roles need.
    pub async fn open(
        config: &Config,
        servers: &config::Servers,
        roles: &Roles,
        readiness: &Readiness,
        work: &mut Work,
    ) -> Result<Self, Exit> {
        let lock = backbone::dir::lock(&config.data_dir).map_err(refused)?;
        let key = config.secret_key.clone().ok_or_else(|| Exit::configuration("secret_key: is missing"))?;
        let instance = dir::instance(&config.data_dir)?;
        let kafka = Arc::new(KafkaLog::new(servers.kafka(&instance)).map_err(refused)?);
        let later = reach::log(&kafka, work);
        let log: Arc<dyn Log> = Arc::new(WatchedLog::new(later, readiness.clone(), "log"));
        let spool = if roles.ingest {
            let spool = SpoolConfig { max_bytes: servers.spool_max, ..SpoolConfig::new(&config.data_dir) };
            Some(Arc::new(Spooled::open(Arc::clone(&log), spool).await.map_err(refused)?))
        } else {
            None
        };
        let store = LaterStore(reach::store(servers, &key, work));
        let queue = roles.use_queue().then(|| reach::queue(servers, work));
        let backbone = Backbone {
            log,
            queue: Arc::new(LaterQueue(queue.clone().unwrap_or_else(|| Later::new(QUEUE)))),
            directory: Arc::new(store.clone()),
            journal: Arc::new(store.clone()),
            ledger: Arc::new(store.clone()),
            memos: Arc::new(store),
        };
        let (readiness, data_dir) = (readiness.clone(), config.data_dir.clone());
        Ok(Self { backbone, log: kafka, spool, queue, key, data_dir, readiness, _lock: lock })
    }

    /// A receiver that goes on while the log and the store are away: on a spool, and a copy of the sources.
    pub fn ingest(&self, clock: &Arc<Clock>, metrics: &Metrics) -> Result<Ingest, Exit> {
        let log: Arc<dyn Log> = match &self.spool {
            Some(spool) => Arc::clone(spool) as Arc<dyn Log>,
            None => Arc::clone(&self.backbone.log),
        };
        let log = WatchedLog::new(Later::there("log", log), self.readiness.clone(), INGEST);
        let disk = SourcesOnDisk { dir: self.data_dir.clone(), key: self.key.clone() };
        let (log, directory) = (Arc::new(log), Arc::clone(&self.backbone.directory));
        Ingest::new(log, directory, Some(disk), Arc::clone(clock), metrics.ingest.clone()).map_err(refused)
    }

    /// What the spool tells of itself.
    pub fn spool_metrics(&self, clock: &Arc<Clock>) -> Option<SpoolMetrics> {
        Some(SpoolMetrics::new(self.spool.clone()?, Arc::clone(clock)))
    }

    /// Whether words go through the queue; nothing where no role says or hears any.
    pub fn queue(&self) -> Option<Result<(), Error>> {
        let away = || Error::Unavailable { part: QUEUE, why: "RabbitMQ is not connected to".to_owned() };
        Some(self.queue.as_ref()?.get().and_then(|queue| queue.is_up().then_some(()).ok_or_else(away)))
    }

    /// Whether the log or the spool takes events.
    pub async fn try_to_take(&self) -> Result<(), Error> {
        let full = |why: String| Error::Full { part: "spool", why };
        if let Some(status) = self.spool.as_ref().map(|spool| spool.status())
            && status.away
            && status.bytes + ROOM > status.bytes_max
        {
            return Err(full(format!("{} of {} bytes wait for the log", status.bytes, status.bytes_max)));
        }
        let dir = self.data_dir.clone();
        let tried = tokio::task::spawn_blocking(move || dir::has_room(&dir, ROOM)).await;
        tried.map_or_else(|_| Ok(()), |tried| tried.map_err(|why| full(why.to_string())))
    }

    /// Brings over what is spooled, and leaves the groups.
    pub async fn close(&self) {
        if let Some(spool) = &self.spool
            && !spool.close(BRING_OVER).await
        {
            tracing::warn!("records are left in the spool; the next process on this directory brings them to the log");
        }
        self.log.left(LEAVE).await;
    }
}
