//! Walks through a segment from an offset on, a window at a time, so that memory does not grow with the segment.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::frame::{self, FRAME_BYTES_MAX, Piece};
use crate::Record;

/// A frame that begins in the first half always fits.
const WINDOW: usize = 2 * FRAME_BYTES_MAX;

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A record.
    Record(Record),
    /// Bytes that are no record, passed over.
    Damaged(usize),
    /// The segment ends within a record.
    Torn,
    /// The segment ends.
    End,
}

/// A walk.
pub struct Walk<'a> {
    file: &'a File,
    /// Where the segment ends.
    end: u64,
    window: Vec<u8>,
    /// Where the window stands in the segment.
    window_at: u64,
    /// How far in the window.
    passed: usize,
}

impl<'a> Walk<'a> {
    /// From `offset` to `end`.
    pub fn new(file: &'a File, offset: u64, end: u64) -> Self {
        Self { file, end, window: Vec::new(), window_at: offset, passed: 0 }
    }

    /// Where the next step begins.
    pub fn offset(&self) -> u64 {
        self.window_at + self.passed as u64
    }

    /// Goes on; errors are the file's.
    pub fn step(&mut self) -> io::Result<Step> {
        loop {
            let last = self.window_at + self.window.len() as u64 >= self.end;
            let rest = &self.window[self.passed..];
            let piece = if rest.is_empty() { Piece::Short } else { frame::read(rest, last) };
            match piece {
                Piece::Whole(record, bytes) => {
                    self.passed += bytes;
                    return Ok(Step::Record(record));
                }
                Piece::Damaged(bytes) => {
                    self.passed += bytes;
                    return Ok(Step::Damaged(bytes));
                }
                Piece::Short if !last => self.fill()?,
                Piece::Short if rest.is_empty() => return Ok(Step::End),
                Piece::Short => return Ok(Step::Torn),
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.window_at = self.offset();
        self.passed = 0;
        let left = usize::try_from(self.end.saturating_sub(self.window_at)).unwrap_or(WINDOW);
        self.window.resize(left.min(WINDOW), 0);
        self.file.read_exact_at(&mut self.window, self.window_at)
    }
}
