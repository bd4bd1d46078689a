//! The one thread that touches the spool's files. Appends that wait together share one sync, which costs the same for one
//! record and for hundreds.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use schemas::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::config::{SpoolConfig, SpoolStatus};
use super::frame;
use super::mark::Place;
use super::recover;
use super::segments::{Chunk, Segments};
use super::state::{OnTheWay, Shared};
use crate::{Error, Record};

/// So many wait for the thread; whoever comes then waits for room.
const WAITING: usize = 256;
/// Bytes that share a sync, and one append more.
const GROUP_BYTES: usize = 4 << 20;
/// A disk that takes longer is as good as none.
const DISK_TIMEOUT: Duration = Duration::from_secs(10);

enum Ask {
    Append(Append),
    Read { max: usize, told: oneshot::Sender<io::Result<Chunk>> },
    Drained { to: Place, records: u64, refused: u64, told: oneshot::Sender<io::Result<()>> },
    Refuse { frames: Vec<u8>, told: oneshot::Sender<io::Result<()>> },
    End,
}

struct Append {
    frames: Vec<u8>,
    records: u64,
    oldest: Option<Timestamp>,
    told: oneshot::Sender<Result<(), Error>>,
    /// Goes when the records are counted, also if nobody waits for them any more.
    on_the_way: OnTheWay,
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
        let bytes_max = config.max_bytes;
        let serving = Serving { segments, shared, bytes_max, alarmed: false };
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

struct Serving {
    segments: Segments,
    shared: Arc<Shared>,
    bytes_max: u64,
    alarmed: bool,
}

impl Serving {
    fn run(mut self, mut waiting: mpsc::Receiver<Ask>) {
        let mut next = waiting.blocking_recv();
        while let Some(ask) = next.take() {
            // Whoever asked may have stopped waiting.
            match ask {
                Ask::Append(first) => next = self.append(first, &mut waiting),
                Ask::Read { max, told } => drop(told.send(self.read(max))),
                Ask::Drained { to, records, refused, told } => {
                    self.drained(to, records, refused);
                    drop(told.send(Ok(())));
                }
                Ask::Refuse { frames, told } => drop(told.send(self.segments.refuse(&frames))),
                Ask::End => return,
            }
            if next.is_none() {
                next = waiting.blocking_recv();
            }
        }
    }

    /// Writes the append and what waits behind it; gives back what was waiting and is no append.
    fn append(&mut self, first: Append, waiting: &mut mpsc::Receiver<Ask>) -> Option<Ask> {
        let room = self.bytes_max.saturating_sub(self.segments.bytes());
        let (mut frames, mut group) = (Vec::new(), Vec::new());
        let mut next = Some(Ask::Append(first));
        while let Some(Ask::Append(append)) = next {
            if (frames.len() + append.frames.len()) as u64 > room {
                let why = format!("{} bytes are spooled, and no more are allowed", self.segments.bytes());
                let _ = append.told.send(Err(Error::Full { part: "spool", why }));
            } else {
                frames.extend_from_slice(&append.frames);
                group.push(append);
            }
            next = if frames.len() < GROUP_BYTES { waiting.try_recv().ok() } else { None };
        }
        if !group.is_empty() {
            self.commit(&frames, group);
        }
        next
    }

    fn commit(&mut self, frames: &[u8], group: Vec<Append>) {
        let written = self.segments.append(frames);
        let records = group.iter().map(|append| append.records).sum::<u64>();
        let oldest = group.first().and_then(|append| append.oldest);
        let was_failing = self.shared.status().disk_failing;
        self.report(|status| {
            status.disk_failing = written.is_err();
            if written.is_ok() {
                status.records += records;
                status.appended += records;
                status.oldest = status.oldest.or(oldest);
            }
        });
        match &written {
            Err(why) if !was_failing => tracing::error!(%why, "the spool cannot write; what comes is not acknowledged"),
            Ok(()) if was_failing => tracing::info!("the spool writes again"),
            _ => {}
        }
        for Append { told, on_the_way, .. } in group {
            let _ = told.send(written.as_ref().copied().map_err(recover::error));
            drop(on_the_way);
        }
    }

    fn read(&mut self, max: usize) -> io::Result<Chunk> {
        let chunk = self.segments.read(max);
        if let Ok(chunk) = &chunk {
            self.report(|status| {
                status.damaged += chunk.damaged;
                status.oldest = chunk.records.first().map(|record| record.at);
            });
        }
        chunk
    }

    fn drained(&mut self, to: Place, records: u64, refused: u64) {
        self.segments.advance(to);
        self.report(|status| {
            status.records = status.records.saturating_sub(records + refused);
            status.drained += records;
            status.refused += refused;
        });
    }

    fn report(&mut self, change: impl FnOnce(&mut SpoolStatus)) {
        let (bytes, max) = (self.segments.bytes(), self.bytes_max);
        self.shared.report(self.segments.is_empty(), bytes, change);
        if bytes >= max / 5 * 4 && !self.alarmed {
            self.alarmed = true;
            tracing::warn!(bytes, max, "the spool is four fifths full; when it is full, notifications are refused");
        } else if bytes < max / 5 * 3 {
            self.alarmed = false;
        }
    }
}
