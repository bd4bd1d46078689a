//! A spool in a directory of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use backbone::spool::disk::LocalDisk;
use backbone::spool::{SpoolConfig, Spooled};
use backbone::{Error, Log as _, Record, Topic};
use tempfile::TempDir;
use uuid::Uuid;

use crate::fakes::{FakeDisk, FakeLog, Mood, Trouble, until};

pub struct Bench {
    pub dir: TempDir,
    pub log: Arc<FakeLog>,
    pub trouble: Arc<Trouble>,
    pub spool: Spooled,
}

/// Quick to try again.
pub fn config(dir: &std::path::Path) -> SpoolConfig {
    SpoolConfig {
        log_timeout: Duration::from_millis(100),
        retry_min: Duration::from_millis(10),
        retry_max: Duration::from_millis(50),
        ..SpoolConfig::new(dir)
    }
}

/// A record whose value tells it from others.
pub fn record(key: &str, value: &str) -> Record {
    let at = "2026-11-22T10:00:00Z".parse().unwrap();
    Record { topic: Topic::Raw, key: key.to_owned(), id: Uuid::now_v7(), at, due: None, value: value.into() }
}

impl Bench {
    pub async fn start(mood: Mood) -> Self {
        Self::with(mood, |_| {}).await
    }

    pub async fn with(mood: Mood, change: impl FnOnce(&mut SpoolConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (log, trouble) = (FakeLog::new(mood), Arc::<Trouble>::default());
        let mut config = config(dir.path());
        change(&mut config);
        let disk = Box::new(FakeDisk(Arc::clone(&trouble)));
        let spool = Spooled::open_on(log.clone(), config, disk).await.unwrap();
        Self { dir, log, trouble, spool }
    }

    /// Ends the process and starts the next one.
    pub async fn restart(self, mood: Mood) -> Self {
        self.spool.close(Duration::ZERO).await;
        let Self { dir, trouble, .. } = self;
        let log = FakeLog::new(mood);
        let spool = Spooled::open_on(log.clone(), config(dir.path()), Box::new(LocalDisk)).await.unwrap();
        Self { dir, log, trouble, spool }
    }

    pub async fn append(&self, values: &[&str]) -> Result<(), Error> {
        self.spool.append(values.iter().map(|value| record("a", value)).collect()).await
    }

    pub async fn until_drained(&self) {
        until("the spool is drained", || self.spool.status().records == 0 && !self.spool.status().away).await;
        until("its files are gone", || self.files("seg").is_empty()).await;
    }

    pub fn files(&self, ending: &str) -> Vec<PathBuf> {
        files(self.dir.path(), ending)
    }
}

/// The files of the spool with that ending, oldest first.
pub fn files(dir: &std::path::Path, ending: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(dir.join("spool")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == ending)).collect();
    files.sort();
    files
}
