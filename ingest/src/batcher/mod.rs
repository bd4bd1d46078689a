//! From many requests to one writer: records are appended in batches, as many at a time as the log is better for, and every
//! request learns what became of its record. A batch is what came while those before were written, so an idle writer adds
//! no delay.
//!
//! A request first gets room in its source's queue and only then reads its body: a source in a hurry waits, is not refused,
//! and costs a bounded amount of memory. Knows nothing of HTTP or of what records hold.

mod turns;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backbone::{Error, Log, Record};
use schemas::SourceId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::IngestMetrics;
use turns::Turns;

/// So many requests of a source may hold a body.
const ROOM_PER_SOURCE: usize = 256;
/// So many more may wait for room.
const WAITING_PER_SOURCE_MAX: usize = 10_000;
/// Rooms of idle sources are dropped when there are more rooms than this.
const ROOMS_BEFORE_SWEEP: usize = 64;

/// Why a record was not, or perhaps not, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The log has no space left.
    Full,
    /// The log is away, or did not answer in time.
    Unavailable,
    /// The request's own time was up; the record may still be written.
    Late,
    /// Too many requests of this source wait already.
    Crowded,
    /// The process stops.
    Stopping,
    /// The log does not take this record.
    Invalid,
}

/// The writer's handle; dropped, the writer writes what waits and ends.
pub struct Batcher {
    shared: Arc<Shared>,
    writer: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    turns: Turns<Item>,
    rooms: HashMap<SourceId, Arc<Semaphore>>,
    sweep_at: usize,
    stopping: bool,
}

struct Item {
    record: Record,
    told: oneshot::Sender<Result<(), Refusal>>,
    permit: OwnedSemaphorePermit,
}

/// Room for one record of a source.
pub struct Room {
    source: SourceId,
    permit: OwnedSemaphorePermit,
    shared: Arc<Shared>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can panic halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopping = true;
        self.wake.notify_one();
    }
}

impl State {
    fn room(&mut self, source: &SourceId) -> Arc<Semaphore> {
        if let Some(room) = self.rooms.get(source) {
            return Arc::clone(room);
        }
        if self.rooms.len() >= self.sweep_at.max(ROOMS_BEFORE_SWEEP) {
            // Whoever waits for or holds room shares the semaphore.
            self.rooms.retain(|_, room| Arc::strong_count(room) > 1);
            self.sweep_at = self.rooms.len() * 2;
        }
        let room = Arc::new(Semaphore::new(ROOM_PER_SOURCE));
        self.rooms.insert(source.clone(), Arc::clone(&room));
        room
    }
}

impl Batcher {
    /// Starts the writer.
    pub fn start(log: Arc<dyn Log>, metrics: IngestMetrics) -> Self {
        let shared = Arc::new(Shared::default());
        let writer = tokio::spawn(writer::run(log, Arc::clone(&shared), metrics));
        Self { shared, writer: tokio::sync::Mutex::new(Some(writer)) }
    }

    /// Waits for room in the source's queue; who came first gets it first.
    pub async fn room(&self, source: &SourceId, deadline: Instant) -> Result<Room, Refusal> {
        let room = self.shared.lock().room(source);
        // Each of them shares the semaphore, and so does the map.
        if Arc::strong_count(&room) > 1 + ROOM_PER_SOURCE + WAITING_PER_SOURCE_MAX {
            return Err(Refusal::Crowded);
        }
        match timeout_at(deadline, room.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Room { source: source.clone(), permit, shared: Arc::clone(&self.shared) }),
            Ok(Err(_)) => Err(Refusal::Stopping),
            Err(_) => Err(Refusal::Late),
        }
    }

    /// Takes no more records and waits until those taken are written; says whether they were in time.
    pub async fn drain(&self, deadline: Duration) -> bool {
        self.shared.stop();
        let mut writer = self.writer.lock().await;
        let Some(running) = writer.as_mut() else { return true };
        let ended = timeout(deadline, running).await.is_ok();
        if ended {
            *writer = None;
        }
        ended
    }
}

#[cfg(test)]
impl Batcher {
    /// The sources that have room to give.
    pub fn rooms(&self) -> usize {
        self.shared.lock().rooms.len()
    }

    /// How many requests of a source have room or wait for it.
    pub fn waiting(&self, source: &SourceId) -> usize {
        self.shared.lock().rooms.get(source).map_or(0, |room| Arc::strong_count(room) - 1)
    }
}

impl Drop for Batcher {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Room {
    /// Queues the record at once and waits until it is written. A record queued is written even if nobody waits any more:
    /// a PBX that hung up seldom sends again.
    pub async fn append(self, record: Record, deadline: Instant) -> Result<(), Refusal> {
        let (told, answer) = oneshot::channel();
        {
            let mut state = self.shared.lock();
            if state.stopping {
                return Err(Refusal::Stopping);
            }
            state.turns.push(&self.source, Item { record, told, permit: self.permit });
        }
        self.shared.wake.notify_one();
        match timeout_at(deadline, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Refusal::Unavailable),
            Err(_) => Err(Refusal::Late),
        }
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::Full { .. } => Self::Full,
            error if error.is_passing() => Self::Unavailable,
            _ => Self::Invalid,
        }
    }
}
