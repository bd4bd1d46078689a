//! What the spool is told, and what it tells of itself.

use std::path::PathBuf;
use std::time::Duration;

use schemas::Timestamp;

/// Where records wait while the log is away, and how much of them.
#[derive(Debug, Clone)]
pub struct SpoolConfig {
    /// The data directory; the spool is `spool/` in it.
    pub dir: PathBuf,
    /// Bytes on disk, what is kept aside included; beyond them nothing more is spooled.
    pub max_bytes: u64,
    /// A segment takes no more records when it has so many bytes.
    pub segment_bytes: u64,
    /// The log has so long to answer before a record is spooled; it may then come to the log twice.
    pub log_timeout: Duration,
    /// Between attempts to reach a log that is away: at first so long …
    pub retry_min: Duration,
    /// … and doubled up to this.
    pub retry_max: Duration,
}

impl SpoolConfig {
    /// 4 GiB in segments of 16 MiB; the log has 2 s, and is tried again after 1 s to 5 s.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            max_bytes: 4 << 30,
            segment_bytes: 16 << 20,
            log_timeout: Duration::from_secs(2),
            retry_min: Duration::from_secs(1),
            retry_max: Duration::from_secs(5),
        }
    }
}

/// How a spool is, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpoolStatus {
    /// The log did not take the last records that it was given.
    pub away: bool,
    /// The disk did not take the last records that it was given.
    pub disk_failing: bool,
    /// Records that wait for the log.
    pub records: u64,
    /// Bytes on disk, with what is kept aside.
    pub bytes: u64,
    /// Of at most so many.
    pub bytes_max: u64,
    /// `at` of the oldest record that waits.
    pub oldest: Option<Timestamp>,
    /// Records spooled since the start.
    pub appended: u64,
    /// Records brought from the spool to the log since the start.
    pub drained: u64,
    /// Records that the log would not take from the spool since the start; they are in the file `refused`.
    pub refused: u64,
    /// Damaged places met since the start; their segments are kept as `.corrupt`.
    pub damaged: u64,
}
