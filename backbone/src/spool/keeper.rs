//! The handle to the one thread that touches the spool's files.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use schemas::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::config::SpoolConfig;
use super::frame;
use super::mark::Place;
use super::recover;
use super::segments::{Chunk, Segments};
use super::serving::Serving;
use super::state::{OnTheWay, Shared};
use crate::{Error, Record};

/// So many wait for the thread; whoever comes then waits for room.
const WAITING: usize = 256;
/// A disk that takes longer is as good as none.
const DISK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the thread is asked.
pub(super) enum Ask {
    Append(Append),
    Read { max: usize, told: oneshot::Sender<io::Result<Chunk>> },
    Drained { to: Place, records: u64, refused: u64, told: oneshot::Sender<io::Result<()>> },
    Refuse { frames: Vec<u8>, told: oneshot::Sender<io::Result<()>> },
    End,
}

/// Records to spool.
pub(super) struct Append {
    pub(super) frames: Vec<u8>,
    pub(super) records: u64,
    pub(super) oldest: Option<Timestamp>,
    pub(super) told: oneshot::Sender<Result<(), Error>>,
    /// Goes when the records are counted, also if nobody waits for them any more.
    pub(super) on_the_way: OnTheWay,
}

/// A handle to the thread, which ends when it is told to or when the last handle is gone.
#[derive(Clone)]
pub struct Keeper {
    asks: mpsc::Sender<Ask>,
}

impl Keeper {
    /// Starts the thread; the receiver is told when it has ended and the spool's lock is free.
    pub fn start(
        segments: Segments,
        shared: Arc<Shared>,
        config: &SpoolConfig,
    ) -> Result<(Self, oneshot::Receiver<()>), Error> {
        let (asks, waiting) = mpsc::channel(WAITING);
        let (ended, end) = oneshot::channel();
        let serving = Serving::new(segments, shared, config.max_bytes);
        let thread = std::thread::Builder::new().name("spool".to_owned()).spawn(move || {
            serving.run(waiting);
            // Whoever closed the spool may have stopped waiting.
            let _ = ended.send(());
        });
        thread.map_err(|why| recover::error(&why))?;
        Ok((Self { asks }, end))
    }

    /// Spools records; `Ok` means that they are on the disk.
    pub async fn append(&self, records: &[Record], on_the_way: OnTheWay) -> Result<(), Error> {
        let mut frames = Vec::new();
        for record in records {
            frame::write(record, &mut frames)?;
        }
        let (told, answer) = oneshot::channel();
        let oldest = records.first().map(|record| record.at);
        let ask = Append { frames, records: records.len() as u64, oldest, told, on_the_way };
        self.ask(Ask::Append(ask), answer).await.unwrap_or_else(|why| Err(recover::error(&why)))
    }

    /// Up to `max` of the oldest records.
    pub async fn read(&self, max: usize) -> io::Result<Chunk> {
        let (told, answer) = oneshot::channel();
        self.ask(Ask::Read { max, told }, answer).await?
    }

    /// Notes that everything up to `to` is dealt with: so many records have come to the log, so many were refused.
    pub async fn drained(&self, to: Place, records: u64, refused: u64) -> io::Result<()> {
        let (told, answer) = oneshot::channel();
        self.ask(Ask::Drained { to, records, refused, told }, answer).await?
    }

    /// Keeps records that the log will never take.
    pub async fn refuse(&self, records: &[Record]) -> io::Result<()> {
        let mut frames = Vec::new();
        for record in records {
            frame::write(record, &mut frames).map_err(io::Error::other)?;
        }
        let (told, answer) = oneshot::channel();
        self.ask(Ask::Refuse { frames, told }, answer).await?
    }

    /// Has the thread end after what it was asked before.
    pub async fn end(&self) {
        // Where it is too busy to be told, it ends with the process; what is acknowledged is on the disk already.
        let _ = timeout(DISK_TIMEOUT, self.asks.send(Ask::End)).await;
    }

    async fn ask<T>(&self, ask: Ask, answer: oneshot::Receiver<T>) -> io::Result<T> {
        let asked = async {
            let stopped = || io::Error::other("the spool has stopped");
            self.asks.send(ask).await.map_err(|_| stopped())?;
            answer.await.map_err(|_| stopped())
        };
        let slow = || io::Error::new(io::ErrorKind::TimedOut, "the disk does not answer in time");
        timeout(DISK_TIMEOUT, asked).await.map_err(|_| slow())?
    }
}
