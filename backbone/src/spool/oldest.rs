//! The oldest segment: read, and deleted when all of it has come to the log.

use std::fs::{self, File};
use std::io::{self, ErrorKind};

use super::mark::Place;
use super::segments::{Chunk, Segments};
use super::walk::{Step, Walk};

/// A segment that cannot be read at so many attempts is set aside, so that what follows is not held up for ever.
const READ_ATTEMPTS: u32 = 5;

impl Segments {
    /// Up to `max` of the oldest records; none only when there are none left.
    pub fn read(&mut self, max: usize) -> io::Result<Chunk> {
        let mut damaged = 0;
        while let Some(oldest) = self.list.front() {
            let number = oldest.number;
            match self.read_oldest(max) {
                Ok(chunk) if chunk.records.is_empty() => {
                    damaged += chunk.damaged;
                    self.advance(chunk.to);
                }
                Ok(chunk) => {
                    self.failed_reads = 0;
                    return Ok(Chunk { damaged: damaged + chunk.damaged, ..chunk });
                }
                Err(why) => {
                    self.reading = None;
                    self.failed_reads += 1;
                    if self.failed_reads < READ_ATTEMPTS && why.kind() != ErrorKind::NotFound {
                        return Err(why);
                    }
                    let path = self.path(number, "seg");
                    tracing::error!(%why, path = %path.display(), "a segment of the spool cannot be read and is set aside");
                    damaged += 1;
                    self.give_up_oldest();
                }
            }
        }
        Ok(Chunk { damaged, ..Chunk::default() })
    }

    fn read_oldest(&mut self, max: usize) -> io::Result<Chunk> {
        let Some(oldest) = self.list.front() else { return Ok(Chunk::default()) };
        let number = oldest.number;
        if self.reading.as_ref().is_none_or(|(open, _)| *open != number) {
            self.reading = Some((number, File::open(self.path(number, "seg"))?));
        }
        let (Some((_, file)), Some(oldest)) = (&self.reading, self.list.front_mut()) else {
            return Ok(Chunk::default());
        };
        let offset = if self.drained.segment == number { self.drained.offset } else { 0 };
        let mut walk = Walk::new(file, offset, oldest.bytes);
        let mut chunk = Chunk::default();
        let mut torn = false;
        while chunk.records.len() < max {
            let at = walk.offset();
            let lost = match walk.step()? {
                Step::Record(record) => {
                    chunk.records.push(record);
                    continue;
                }
                Step::End => break,
                Step::Damaged(bytes) => bytes as u64,
                Step::Torn => {
                    torn = true;
                    oldest.bytes - at
                }
            };
            if !std::mem::replace(&mut oldest.damaged, true) {
                chunk.damaged += 1;
                tracing::error!(segment = number, at, bytes = lost, "the spool is damaged; what can be read goes on");
            }
            if torn {
                break;
            }
        }
        chunk.to = Place { segment: number, offset: if torn { oldest.bytes } else { walk.offset() } };
        Ok(chunk)
    }

    /// Notes that everything up to `to` has come to the log.
    pub fn advance(&mut self, to: Place) {
        self.drained = to;
        if let Err(why) = self.mark.set(to) {
            tracing::warn!(%why, "how far the spool is drained was not noted; after a crash some records come twice");
        }
        if self.list.front().is_some_and(|oldest| oldest.number == to.segment && to.offset >= oldest.bytes) {
            self.finish_oldest();
        }
    }

    fn finish_oldest(&mut self) {
        let Some(oldest) = self.list.pop_front() else { return };
        self.reading = None;
        if self.list.is_empty() {
            self.writing = None;
        }
        let path = self.path(oldest.number, "seg");
        let done = if oldest.damaged {
            fs::rename(&path, self.path(oldest.number, "corrupt")).map(|()| self.aside_bytes += oldest.bytes)
        } else {
            fs::remove_file(&path)
        };
        if let Err(why) = done {
            tracing::warn!(%why, path = %path.display(), "a drained segment of the spool is still there");
        }
    }

    fn give_up_oldest(&mut self) {
        self.failed_reads = 0;
        let Some(oldest) = self.list.front_mut() else { return };
        oldest.damaged = true;
        let end = Place { segment: oldest.number, offset: oldest.bytes };
        self.advance(end);
    }
}
