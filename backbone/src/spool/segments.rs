//! The segments on disk: records are added to the newest, synced, and read from the oldest, which is deleted when all of it
//! has come to the log. Blocks; lives in the keeper's thread.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use super::disk::{Disk, Sheet};
use super::mark::{Mark, Place};
use crate::Record;

/// One file of records.
pub struct Segment {
    /// Grows from segment to segment.
    pub number: u64,
    /// Bytes that are known to be on the disk.
    pub bytes: u64,
    /// Something in it cannot be read: it is not deleted.
    pub damaged: bool,
}

/// The oldest records.
#[derive(Default)]
pub struct Chunk {
    /// In the order they were spooled.
    pub records: Vec<Record>,
    /// Up to here they go.
    pub to: Place,
    /// Damaged places met on the way for the first time.
    pub damaged: u64,
}

/// All segments.
pub struct Segments {
    pub(super) dir: PathBuf,
    pub(super) disk: Box<dyn Disk>,
    pub(super) segment_bytes: u64,
    /// Oldest first.
    pub(super) list: VecDeque<Segment>,
    /// The last of the list, where it takes more.
    pub(super) writing: Option<Box<dyn Sheet>>,
    pub(super) next_number: u64,
    pub(super) drained: Place,
    pub(super) mark: Mark,
    pub(super) reading: Option<(u64, File)>,
    pub(super) failed_reads: u32,
    /// Bytes of what is kept although it is no part of the list.
    pub(super) aside_bytes: u64,
    /// Held for as long as the spool is open.
    pub(super) _lock: File,
}

impl Segments {
    /// No records are left.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.aside_bytes + self.list.iter().map(|segment| segment.bytes).sum::<u64>()
    }

    pub(super) fn path(&self, number: u64, ending: &str) -> PathBuf {
        self.dir.join(format!("{number:020}.{ending}"))
    }

    /// Adds frames; `Ok` means that they are on the disk. After an error the segment takes no more: the system may have
    /// dropped what it could not write, and a later sync that succeeds would say nothing of it.
    pub fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        if self.list.back().is_some_and(|newest| newest.bytes >= self.segment_bytes) {
            self.writing = None;
        }
        let mut sheet = match self.writing.take() {
            Some(sheet) => sheet,
            None => self.begin()?,
        };
        let Some(newest) = self.list.back_mut() else { return Err(io::Error::other("no segment was begun")) };
        match sheet.write(frames).and_then(|()| sheet.sync()) {
            Ok(()) => {
                newest.bytes += frames.len() as u64;
                self.writing = Some(sheet);
                Ok(())
            }
            Err(why) => {
                // Whoever sent what is cut off was told that it is not kept. Where this fails too, it comes to the log
                // after a restart, which does no harm.
                let _ = sheet.cut(newest.bytes);
                if newest.bytes == 0 {
                    let path = self.path(self.next_number - 1, "seg");
                    self.list.pop_back();
                    let _ = fs::remove_file(path);
                }
                Err(why)
            }
        }
    }

    fn begin(&mut self) -> io::Result<Box<dyn Sheet>> {
        let number = self.next_number;
        self.next_number += 1;
        let path = self.path(number, "seg");
        let sheet = self.disk.create(&path).inspect_err(|_| {
            // It may be there without its directory knowing for sure; empty, it is no loss.
            let _ = fs::remove_file(&path);
        })?;
        self.list.push_back(Segment { number, bytes: 0, damaged: false });
        Ok(sheet)
    }

    /// Keeps frames that the log will never take in the file `refused`. Not held to the spool's bound: as much is freed
    /// when their segment is deleted.
    pub fn refuse(&mut self, frames: &[u8]) -> io::Result<()> {
        let mut sheet = self.disk.extend(&self.dir.join("refused"))?;
        sheet.write(frames)?;
        sheet.sync()?;
        self.aside_bytes += frames.len() as u64;
        Ok(())
    }
}
