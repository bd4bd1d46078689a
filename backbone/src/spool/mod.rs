//! The spool: a log that goes on taking records while the log behind it is away. They wait in synced files on this machine's
//! disk, are brought over in order when it is back, and may come to it twice, which readers must bear. One process has a
//! spool at a time. Knows nothing of what records hold.

mod config;
mod crc;
pub mod disk;
mod drain;
mod frame;
mod keeper;
mod mark;
mod oldest;
mod recover;
mod segments;
mod serving;
mod state;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use schemas::Timestamp;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use self::config::{SpoolConfig, SpoolStatus};
use self::disk::{Disk, LocalDisk};
use self::drain::Drainer;
pub use self::frame::RECORD_BYTES_MAX;
use self::keeper::Keeper;
use self::state::{OnTheWay, Shared, Way};
use crate::log::{Lag, Start};
use crate::{Consumer, Cursor, Error, Fut, Log, Record, Stored, Topic};

/// Ending the thread takes at most so long; what is acknowledged is on the disk without it.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// A log with a spool before it. Reading is the log's own.
pub struct Spooled {
    log: Arc<dyn Log>,
    shared: Arc<Shared>,
    keeper: Keeper,
    log_timeout: Duration,
    running: Mutex<Option<Running>>,
    drainer: tokio::task::AbortHandle,
}

struct Running {
    drainer: JoinHandle<()>,
    thread_ended: oneshot::Receiver<()>,
}

impl Spooled {
    /// Opens the spool before `log`, and begins to bring over what a process before this one left there.
    pub async fn open(log: Arc<dyn Log>, config: SpoolConfig) -> Result<Self, Error> {
        Self::open_on(log, config, Box::new(LocalDisk)).await
    }

    /// The same, writing to a disk that may be another.
    pub async fn open_on(log: Arc<dyn Log>, config: SpoolConfig, disk: Box<dyn Disk>) -> Result<Self, Error> {
        let asked = config.clone();
        let opening = tokio::task::spawn_blocking(move || recover::open(&asked, disk)).await;
        let broken = |why| Error::Unavailable { part: "spool", why: format!("opening it broke off: {why}") };
        let (segments, found) = opening.map_err(broken)??;
        if found.records > 0 {
            tracing::info!(records = found.records, "records were left in the spool; they are brought to the log");
        }
        let status = SpoolStatus {
            records: found.records,
            bytes: segments.bytes(),
            bytes_max: config.max_bytes,
            oldest: found.oldest,
            damaged: found.damaged,
            ..SpoolStatus::default()
        };
        let shared = Shared::new(segments.is_empty(), status);
        let (keeper, thread_ended) = Keeper::start(segments, Arc::clone(&shared), &config)?;
        let log_timeout = config.log_timeout;
        let drainer = Drainer { log: Arc::clone(&log), keeper: keeper.clone(), shared: Arc::clone(&shared), config };
        let drainer = tokio::spawn(drainer.run());
        let handle = drainer.abort_handle();
        let running = Mutex::new(Some(Running { drainer, thread_ended }));
        Ok(Self { log, shared, keeper, log_timeout, running, drainer: handle })
    }

    /// How it is now: cheap to ask.
    pub fn status(&self) -> SpoolStatus {
        self.shared.status()
    }

    /// Brings over what is spooled for as long as the log takes it, at most until the deadline; then takes no more and lets
    /// the directory go. What is left stays on the disk for the next process. Says whether nothing is left.
    pub async fn close(&self, deadline: Duration) -> bool {
        // Either way it is closed.
        let _ = timeout(deadline, self.shared.until_drained()).await;
        self.shared.stop_taking();
        let Some(running) = self.running.lock().await.take() else { return self.shared.is_empty() };
        running.drainer.abort();
        self.keeper.end().await;
        if timeout(END_TIMEOUT, running.thread_ended).await.is_err() {
            tracing::warn!("the spool's disk does not answer; what was acknowledged is on it");
        }
        self.shared.is_empty()
    }

    async fn take(&self, records: Vec<Record>) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        match self.shared.way().await? {
            Way::Spool(on_the_way) => self.spool(records, on_the_way).await,
            Way::Direct => match drain::append(&*self.log, records.clone(), self.log_timeout).await {
                Ok(()) => {
                    self.shared.note_back();
                    Ok(())
                }
                Err(why @ Error::Invalid(_)) => Err(why),
                // Perhaps it did take them: then they come to it twice.
                Err(why) => {
                    let on_the_way = self.shared.log_failed(&why.to_string())?;
                    self.keeper.append(&records, on_the_way).await
                }
            },
        }
    }

    async fn spool(&self, records: Vec<Record>, on_the_way: OnTheWay) -> Result<(), Error> {
        let spooled = self.keeper.append(&records, on_the_way).await;
        if spooled.as_ref().is_err_and(Error::is_passing) && !self.shared.is_away() {
            // The disk fails and the log, which is being caught up with, takes records: out of order is better than not at all.
            return drain::append(&*self.log, records, self.log_timeout).await;
        }
        spooled
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        self.drainer.abort();
    }
}

impl Log for Spooled {
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(self.take(records))
    }

    fn appends_at_once(&self) -> usize {
        self.log.appends_at_once()
    }

    fn consumer(&self, group: &str, topic: Topic, start: Start) -> Fut<'_, Box<dyn Consumer>> {
        self.log.consumer(group, topic, start)
    }

    fn read<'a>(&'a self, topic: Topic, start: Start, after: &'a Cursor, max: usize) -> Fut<'a, Vec<Stored>> {
        self.log.read(topic, start, after, max)
    }

    fn history<'a>(&'a self, topic: Topic, key: &'a str, since: Timestamp) -> Fut<'a, Vec<Stored>> {
        self.log.history(topic, key, since)
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        self.log.lag()
    }

    fn expire(&self, now: Timestamp) -> Fut<'_, u64> {
        self.log.expire(now)
    }
}
