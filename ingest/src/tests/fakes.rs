//! A log and a directory in memory that can be slow, full, broken or away.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use backbone::log::{Lag, Start, Stored};
use backbone::sealed::Secret;
use backbone::store::{Accounts, Credentials, SourceEntry};
use backbone::{Consumer, Cursor, Directory, Error, Fut, Log, Record, Topic};
use schemas::{ConnectionId, ConnectionStatus, Event, Rejected, Source, Timestamp};
use tokio::sync::Semaphore;

/// How appends go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    Full,
    Away,
    /// Takes no record whose key ends in `poison`.
    Picky,
    Panics,
}

pub struct FakeLog {
    pub batches: Mutex<Vec<Vec<Record>>>,
    pub mood: Mutex<Mood>,
    /// Appends that may go through; many unless a test holds them back.
    pub gate: Semaphore,
    pub at_once: usize,
    pub under_way: AtomicUsize,
    pub under_way_most: AtomicUsize,
}

const OPEN: usize = 1_000_000;

impl Default for FakeLog {
    fn default() -> Self {
        let (under_way, under_way_most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (mood, gate) = (Mutex::new(Mood::Well), Semaphore::new(OPEN));
        Self { batches: Mutex::default(), mood, gate, at_once: 1, under_way, under_way_most }
    }
}

impl FakeLog {
    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub fn hold(&self) {
        self.gate.forget_permits(OPEN);
    }

    pub fn let_through(&self, appends: usize) {
        self.gate.add_permits(appends);
    }

    pub fn records(&self) -> Vec<Record> {
        self.batches.lock().unwrap().concat()
    }

    pub fn events(&self) -> Vec<Event> {
        self.of(Topic::Raw)
    }

    pub fn rejected(&self) -> Vec<Rejected> {
        self.of(Topic::Rejected)
    }

    fn of<T: serde::de::DeserializeOwned>(&self, topic: Topic) -> Vec<T> {
        let records = self.records().into_iter().filter(|record| record.topic == topic);
        records.map(|record| serde_json::from_slice(&record.value).unwrap()).collect()
    }
}

impl Log for FakeLog {
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
            self.under_way_most.fetch_max(under_way, Ordering::Relaxed);
            self.gate.acquire().await.unwrap().forget();
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            let why = "as told".to_owned();
            let mood = *self.mood.lock().unwrap();
            match mood {
                Mood::Full => return Err(Error::Full { part: "log", why }),
                Mood::Away => return Err(Error::Unavailable { part: "log", why }),
                Mood::Picky if records.iter().any(|record| record.key.ends_with("poison")) => {
                    return Err(Error::Invalid(why));
                }
                Mood::Panics => panic!("as told"),
                _ => {}
            }
            self.batches.lock().unwrap().push(records);
            Ok(())
        })
    }

    fn appends_at_once(&self) -> usize {
        self.at_once
    }

    fn consumer(&self, _: &str, _: Topic, _: Start) -> Fut<'_, Box<dyn Consumer>> {
        unreachable!("ingest reads nothing")
    }

    fn read<'a>(&'a self, _: Topic, _: Start, _: &'a Cursor, _: usize) -> Fut<'a, Vec<Stored>> {
        unreachable!("ingest reads nothing")
    }

    fn history<'a>(&'a self, _: Topic, _: &'a str, _: Timestamp) -> Fut<'a, Vec<Stored>> {
        unreachable!("ingest reads nothing")
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        unreachable!("ingest reads nothing")
    }

    fn expire(&self, _: Timestamp) -> Fut<'_, u64> {
        unreachable!("ingest drops nothing")
    }
}

#[derive(Default)]
pub struct FakeDirectory {
    pub sources: Mutex<HashMap<String, Source>>,
    pub version: AtomicI64,
    pub away: AtomicBool,
    pub hangs: AtomicBool,
    pub lookups: AtomicUsize,
    pub loads: AtomicUsize,
}

impl FakeDirectory {
    pub fn with(ids: &[&str]) -> Self {
        let directory = Self::default();
        for id in ids {
            directory.add(id);
        }
        directory
    }

    pub fn add(&self, id: &str) {
        self.sources.lock().unwrap().insert(format!("secret-of-{id}"), super::source(id));
    }

    pub fn withdraw(&self, id: &str) {
        self.sources.lock().unwrap().remove(&format!("secret-of-{id}"));
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    async fn answer<T>(&self, value: T) -> Result<T, Error> {
        if self.hangs.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_mins(10)).await;
        }
        if self.away.load(Ordering::Relaxed) {
            return Err(Error::Unavailable { part: "store", why: "as told".to_owned() });
        }
        Ok(value)
    }
}

impl Directory for FakeDirectory {
    fn load(&self) -> Fut<'_, Accounts> {
        let sources = self.sources.lock().unwrap().clone();
        let entry =
            |(secret, source)| SourceEntry { source, secret: Secret::new(secret), credentials: Credentials::new() };
        let sources: Vec<_> = sources.into_iter().map(entry).collect();
        Box::pin(async move {
            let accounts = self.answer(Accounts { sources, ..Accounts::default() }).await?;
            self.loads.fetch_add(1, Ordering::Relaxed);
            Ok(accounts)
        })
    }

    fn save<'a>(&'a self, _: &'a Accounts, _: Timestamp) -> Fut<'a, ()> {
        unreachable!("ingest changes nothing")
    }

    fn version(&self) -> Fut<'_, i64> {
        Box::pin(self.answer(self.version.load(Ordering::Relaxed)))
    }

    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        let found = self.sources.lock().unwrap().get(secret).cloned();
        Box::pin(self.answer(found))
    }

    fn set_status<'a>(
        &'a self,
        _: &'a ConnectionId,
        _: Option<ConnectionStatus>,
        _: ConnectionStatus,
        _: &'a str,
        _: Timestamp,
    ) -> Fut<'a, bool> {
        unreachable!("ingest changes nothing")
    }
}
