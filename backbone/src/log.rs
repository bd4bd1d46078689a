//! The log: four topics of records, appended durably, followed by named readers. Shaped so that Kafka fits behind it: keys,
//! positions of partition and offset, outputs and offsets of a reader committed as one.

use std::collections::BTreeMap;
use std::time::Duration;

use schemas::{Event, Timestamp};
use uuid::Uuid;

use crate::{Error, Fut};

/// A topic, as `ARCHITECTURE.md` describes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Events; key `source/session`.
    Raw,
    /// Bodies that could not be read; key: source.
    Rejected,
    /// The newest revision of every call (compacted); key `source/session`.
    State,
    /// Revisions of ended calls; key `source/session`.
    Finished,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Rejected, Self::State, Self::Finished];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "calls.raw",
            Self::Rejected => "calls.rejected",
            Self::State => "calls.state",
            Self::Finished => "calls.finished",
        }
    }

    /// How long its records are kept; nothing where the newest of each key is kept until its tombstone.
    pub const fn retention(self) -> Option<Duration> {
        match self {
            Self::State => None,
            _ => Some(Duration::from_hours(30 * 24)),
        }
    }
}

/// A record to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where to.
    pub topic: Topic,
    /// Records of one key stay in order.
    pub key: String,
    /// Unique to the record: the CloudEvents id.
    pub id: Uuid,
    /// When what it tells of happened, in our clock.
    pub at: Timestamp,
    /// In [`Topic::State`]: when the reader of this key must act without being told anything (see [`Consumer::due`]).
    pub due: Option<Timestamp>,
    /// JSON; empty is a tombstone in [`Topic::State`].
    pub value: Vec<u8>,
}

impl Record {
    /// An event for [`Topic::Raw`]; `id` is new where the same event was appended before.
    pub fn raw(event: &Event, id: Uuid, at: Timestamp) -> Result<Self, Error> {
        let value = serde_json::to_vec(event).map_err(|why| Error::Invalid(why.to_string()))?;
        Ok(Self { topic: Topic::Raw, key: event.key().to_string(), id, at, due: None, value })
    }
}

/// Where a record stands in its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Always 0 in the embedded log.
    pub partition: i32,
    /// Grows within a partition; not without gaps.
    pub offset: i64,
}

/// How far a reading outside any group went: the last record read of each partition. Nothing is read twice with it, however
/// many partitions a topic has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(BTreeMap<i32, i64>);

impl Cursor {
    /// Notes that this record was read.
    pub fn pass(&mut self, position: Position) {
        self.0.insert(position.partition, position.offset);
    }

    /// The last record read of a partition.
    pub fn passed(&self, partition: i32) -> Option<i64> {
        self.0.get(&partition).copied()
    }
}

/// A record read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub position: Position,
    /// What it is.
    pub record: Record,
}

/// Where a new group of readers begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the oldest record kept.
    Oldest,
    /// With the first record whose `at` is not before this.
    Time(Timestamp),
    /// With what comes from now on.
    Newest,
}

/// What a reader was given.
#[derive(Debug, Default)]
pub struct Batch {
    /// Oldest first within a key.
    pub records: Vec<Stored>,
    /// Nothing more was in the topic when this was read.
    pub caught_up: bool,
}

/// How far a group is behind in one partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// The group.
    pub group: String,
    /// The topic.
    pub topic: Topic,
    /// Always 0 in the embedded log.
    pub partition: i32,
    /// Records not yet read, or a few more than that.
    pub records: u64,
    /// `at` of the oldest of them.
    pub oldest: Option<Timestamp>,
}

/// The log.
pub trait Log: Send + Sync {
    /// Appends; what returned `Ok` is durable, in the order given within each key. After an error the embedded log holds
    /// none of it; Kafka may hold a part, so the same records are appended again, with the same ids.
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()>;

    /// How many appends are worth having under way at once: one, where those that wait are better written together.
    fn appends_at_once(&self) -> usize {
        1
    }

    /// Joins a group of readers of `topic`; where the group never committed, it begins at `start`.
    fn consumer(&self, group: &str, topic: Topic, start: Start) -> Fut<'_, Box<dyn Consumer>>;

    /// Up to `max` records of `topic`, outside any group, oldest first: of each partition those after `after`, or from
    /// `start` on where it has passed none of it.
    fn read<'a>(&'a self, topic: Topic, start: Start, after: &'a Cursor, max: usize) -> Fut<'a, Vec<Stored>>;

    /// The records of one key still kept, oldest first, at most 1,000. None of them is from before `since`, which spares
    /// a log without an index by key most of the reading.
    fn history<'a>(&'a self, topic: Topic, key: &'a str, since: Timestamp) -> Fut<'a, Vec<Stored>>;

    /// How far every group is behind.
    fn lag(&self) -> Fut<'_, Vec<Lag>>;

    /// Drops what its topic no longer keeps; says how many records went.
    fn expire(&self, now: Timestamp) -> Fut<'_, u64>;
}

/// A reader is given no more records at once when those that it has hold so many bytes: what is in memory is bounded however
/// large the records are.
pub const POLL_BYTES_MAX: usize = 8 << 20;

/// One reader of a group. Not shared: a reader polls, works, commits, in that order, and may read on while what it handed over is
/// committed.
pub trait Consumer: Send {
    /// Waits at most `wait` for the next records: what is there by then, at most `max` and about [`POLL_BYTES_MAX`].
    fn poll(&mut self, max: usize, wait: Duration) -> Fut<'_, Batch>;

    /// The newest record of each key in [`Topic::State`], as this reader's commits left it; tombstones are none.
    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>>;

    /// Records of [`Topic::State`] whose `due` is not after `now`, the most overdue first, among the keys this reader has.
    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>>;

    /// Writes the outputs and notes everything polled as read, in one transaction: all or nothing, also through a crash.
    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()>;

    /// As [`Self::commit`], but need not wait: what is polled next is not part of it. [`Self::committed`] tells its outcome.
    fn hand_over(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        self.commit(outputs)
    }

    /// Waits until what was handed over is committed. After an error what was polled since is to be read again, too.
    fn committed(&mut self) -> Fut<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Goes back to what was last committed, to read it again.
    fn rewind(&mut self) -> Fut<'_, ()>;

    /// Grows whenever what this reader said of keys may not hold any more: after a [`Self::rewind`], and when it was given
    /// other keys. Whoever remembers what [`Self::latest`] said, forgets it then.
    fn generation(&self) -> u64;
}
