//! A log in memory that does as it is told, and a disk that fails when told.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::log::{Lag, Start, Stored};
use backbone::spool::disk::{Disk, LocalDisk, Sheet};
use backbone::{Consumer, Cursor, Error, Fut, Log, Record, Topic};
use schemas::Timestamp;

/// How appends go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    Away,
    Full,
    Hangs,
    /// Takes the records, but never answers.
    Silent,
    Panics,
    /// Takes nothing with a record whose key is `poison`.
    Picky,
}

pub struct FakeLog {
    mood: Mutex<Mood>,
    /// Moods of the next appends, before the lasting one.
    pub script: Mutex<VecDeque<Mood>>,
    pub records: Mutex<Vec<Record>>,
    pub calls: AtomicUsize,
}

impl FakeLog {
    pub fn new(mood: Mood) -> Arc<Self> {
        let (script, records, calls) = (Mutex::default(), Mutex::default(), AtomicUsize::new(0));
        Arc::new(Self { mood: Mutex::new(mood), script, records, calls })
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it holds, each record once, by where it first came.
    pub fn values(&self) -> Vec<String> {
        let mut values = Vec::new();
        for record in &*self.records.lock().unwrap() {
            let value = String::from_utf8_lossy(&record.value).into_owned();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

impl Log for FakeLog {
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let next = self.script.lock().unwrap().pop_front();
        let mood = next.unwrap_or(*self.mood.lock().unwrap());
        let why = "as told".to_owned();
        Box::pin(async move {
            match mood {
                Mood::Away => return Err(Error::Unavailable { part: "log", why }),
                Mood::Full => return Err(Error::Full { part: "log", why }),
                Mood::Hangs => std::future::pending().await,
                Mood::Panics => panic!("as told"),
                Mood::Picky if records.iter().any(|record| record.key == "poison") => return Err(Error::Invalid(why)),
                Mood::Well | Mood::Picky | Mood::Silent => {}
            }
            // Others get their turn between being asked and having it.
            tokio::task::yield_now().await;
            self.records.lock().unwrap().extend(records);
            if mood == Mood::Silent { std::future::pending().await } else { Ok(()) }
        })
    }

    fn appends_at_once(&self) -> usize {
        7
    }

    fn consumer(&self, _: &str, _: Topic, _: Start) -> Fut<'_, Box<dyn Consumer>> {
        unreachable!("the spool reads nothing")
    }

    fn read<'a>(&'a self, _: Topic, _: Start, _: &'a Cursor, _: usize) -> Fut<'a, Vec<Stored>> {
        unreachable!("the spool reads nothing")
    }

    fn history<'a>(&'a self, _: Topic, _: &'a str, _: Timestamp) -> Fut<'a, Vec<Stored>> {
        unreachable!("the spool reads nothing")
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn expire(&self, _: Timestamp) -> Fut<'_, u64> {
        Box::pin(async { Ok(17) })
    }
}

/// What goes wrong on a disk.
#[derive(Default)]
pub struct Trouble {
    pub sync: AtomicBool,
    /// Half of what is written is written, then there is no space left.
    pub space: AtomicBool,
    pub create: AtomicBool,
    pub created: AtomicUsize,
}

pub struct FakeDisk(pub Arc<Trouble>);

struct FakeSheet(Box<dyn Sheet>, Arc<Trouble>);

impl FakeDisk {
    fn sheet(&self, sheet: Box<dyn Sheet>) -> Box<dyn Sheet> {
        Box::new(FakeSheet(sheet, Arc::clone(&self.0)))
    }
}

impl Disk for FakeDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Sheet>> {
        if self.0.create.load(Ordering::Relaxed) {
            return Err(io::Error::other("as told"));
        }
        self.0.created.fetch_add(1, Ordering::Relaxed);
        Ok(self.sheet(LocalDisk.create(path)?))
    }

    fn extend(&self, path: &Path) -> io::Result<Box<dyn Sheet>> {
        Ok(self.sheet(LocalDisk.extend(path)?))
    }
}

impl Sheet for FakeSheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.1.space.load(Ordering::Relaxed) {
            self.0.write(&bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.1.sync.load(Ordering::Relaxed) { Err(io::Error::other("as told")) } else { self.0.sync() }
    }

    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.cut(bytes)
    }
}

/// Waits for a condition, at most twenty seconds.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..4000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come to this: {what}");
}
