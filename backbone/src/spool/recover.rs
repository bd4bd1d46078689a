//! Opens a spool as a crash may have left it: what was drained goes, a torn end is cut, the rest is counted.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use schemas::Timestamp;

use super::config::SpoolConfig;
use super::disk::Disk;
use super::mark::{Mark, Place};
use super::segments::{Segment, Segments};
use super::walk::{Step, Walk};
use crate::Error;
use crate::dir::{lock, unusable};

/// What was found.
#[derive(Default)]
pub struct Found {
    /// Records that wait for the log.
    pub records: u64,
    /// `at` of the oldest.
    pub oldest: Option<Timestamp>,
    /// Segments with damaged places.
    pub damaged: u64,
}

/// Opens the spool in `config.dir`, making it where it is missing; holds its lock.
pub fn open(config: &SpoolConfig, disk: Box<dyn Disk>) -> Result<(Segments, Found), Error> {
    let dir = config.dir.join("spool");
    let lock = lock(&dir)?;
    let (mark, drained) = Mark::open(&dir.join("drained")).map_err(|why| unusable(&dir, &why))?;
    let files = list(&dir).map_err(|why| unusable(&dir, &why))?;
    let newest = files.segments.last().map_or(0, |(number, _)| *number);
    let mut segments = Segments {
        disk,
        segment_bytes: config.segment_bytes,
        list: VecDeque::new(),
        writing: None,
        // Never a number that was used: the mark would take its records for drained.
        next_number: 1 + newest.max(files.corrupt).max(drained.segment),
        drained,
        mark,
        reading: None,
        failed_reads: 0,
        aside_bytes: files.aside_bytes,
        dir,
        _lock: lock,
    };
    let mut found = Found::default();
    for (number, bytes) in files.segments {
        take_in(&mut segments, &mut found, number, bytes);
    }
    Ok((segments, found))
}

#[derive(Default)]
struct Files {
    /// Number and bytes of each, oldest first.
    segments: Vec<(u64, u64)>,
    /// The highest number among those set aside.
    corrupt: u64,
    aside_bytes: u64,
}

fn list(dir: &Path) -> io::Result<Files> {
    let mut files = Files::default();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let (path, bytes) = (PathBuf::from(entry.file_name()), entry.metadata()?.len());
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        match (number, path.extension().and_then(|ending| ending.to_str())) {
            (Some(number), Some("seg")) => files.segments.push((number, bytes)),
            (Some(number), Some("corrupt")) => {
                files.corrupt = files.corrupt.max(number);
                files.aside_bytes += bytes;
            }
            _ if path.as_os_str() == "refused" => files.aside_bytes += bytes,
            _ => {}
        }
    }
    files.segments.sort_unstable();
    Ok(files)
}

fn take_in(segments: &mut Segments, found: &mut Found, number: u64, bytes: u64) {
    let path = segments.path(number, "seg");
    let offset = if segments.drained.segment == number { segments.drained.offset } else { 0 };
    if bytes <= offset || (Place { segment: number, offset }) < segments.drained {
        if let Err(why) = fs::remove_file(&path) {
            tracing::warn!(%why, path = %path.display(), "a drained segment of the spool is still there");
        }
        return;
    }
    let mut segment = Segment { number, bytes, damaged: false };
    if let Err(why) = count(&mut segment, found, &path, offset) {
        // The drainer meets it again, and says what becomes of it.
        tracing::warn!(%why, path = %path.display(), "a segment of the spool cannot be read now");
    }
    found.damaged += u64::from(segment.damaged);
    segments.list.push_back(segment);
}

fn count(segment: &mut Segment, found: &mut Found, path: &Path, offset: u64) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut walk = Walk::new(&file, offset, segment.bytes);
    loop {
        let at = walk.offset();
        match walk.step()? {
            Step::Record(record) => {
                found.records += 1;
                found.oldest = found.oldest.or(Some(record.at));
            }
            Step::Damaged(bytes) => {
                segment.damaged = true;
                tracing::error!(path = %path.display(), at, bytes, "the spool is damaged; what can be read goes on");
            }
            Step::Torn => {
                tracing::warn!(path = %path.display(), at, "the spool ended within a record that nobody was told is kept; it is cut");
                file.set_len(at)?;
                file.sync_all()?;
                segment.bytes = at;
                return Ok(());
            }
            Step::End => return Ok(()),
        }
    }
}

/// In the words of the backbone.
pub fn error(why: &io::Error) -> Error {
    let text = why.to_string();
    match why.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::Full { part: "spool", why: text }
        }
        _ => Error::Unavailable { part: "spool", why: text },
    }
}
