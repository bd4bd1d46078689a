//! What the spool's thread does. Appends that wait together share one sync, which costs the same for one record and for
//! hundreds.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::config::SpoolStatus;
use super::keeper::{Append, Ask};
use super::mark::Place;
use super::recover;
use super::segments::{Chunk, Segments};
use super::state::Shared;
use crate::Error;

/// Bytes that share a sync, and one append more.
const GROUP_BYTES: usize = 4 << 20;

/// The thread's state.
pub struct Serving {
    segments: Segments,
    shared: Arc<Shared>,
    bytes_max: u64,
    alarmed: bool,
}

impl Serving {
    /// Begins with what was found.
    pub fn new(segments: Segments, shared: Arc<Shared>, bytes_max: u64) -> Self {
        Self { segments, shared, bytes_max, alarmed: false }
    }

    /// Works until it is told to end, or nobody can ask any more.
    pub fn run(mut self, mut waiting: mpsc::Receiver<Ask>) {
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
