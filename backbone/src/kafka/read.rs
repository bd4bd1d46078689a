//! Reading a topic from a place or a time, and the history of one key.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use schemas::Timestamp;
use schemas::time::earlier;

use super::Shared;
use super::offsets::begin;
use super::partition::partition_of;
use super::record::stored;
use super::scan::{Go, scan};
use crate::Error;
use crate::log::{Cursor, Start, Stored, Topic};

/// A reading is over by then, or fails.
const DEADLINE: Duration = Duration::from_secs(30);
/// At most so many records of one key.
const HISTORY: usize = 1000;
/// Clocks that disagree by no more than this hide nothing of a key's history.
const SKEW: Duration = Duration::from_hours(1);

/// Up to `max` records, oldest first. Blocks.
pub fn read(shared: &Shared, topic: Topic, start: Start, after: &Cursor, max: usize) -> Result<Vec<Stored>, Error> {
    let name = shared.names.of(topic);
    let all = 0..shared.config.partitions;
    let new: Vec<i32> = all.clone().filter(|partition| after.passed(*partition).is_none()).collect();
    shared.pool.with(|client| {
        let mut from = if new.is_empty() { Vec::new() } else { begin(client, name, &new, start)? };
        from.extend(all.filter_map(|partition| Some((partition, after.passed(partition)? + 1))));
        let mut merge = Merge::new(from.iter().map(|(partition, _)| *partition), max);
        scan(client, name, &from, Instant::now() + DEADLINE, |message| {
            let found = stored(topic, message);
            // What has expired is left out, but nothing is told twice.
            if after.passed(message.partition()).is_none_or(|passed| passed < message.offset()) {
                merge.add(found);
            }
            merge.go(message.partition())
        })?;
        Ok(merge.done())
    })
}

/// Puts partitions together, oldest first.
struct Merge {
    max: usize,
    waiting: BTreeMap<i32, VecDeque<Stored>>,
}

impl Merge {
    fn new(partitions: impl Iterator<Item = i32>, max: usize) -> Self {
        Self { max, waiting: partitions.map(|partition| (partition, VecDeque::new())).collect() }
    }

    fn add(&mut self, found: Stored) {
        self.waiting.entry(found.position.partition).or_default().push_back(found);
    }

    /// More than `max` of one partition can never be told.
    fn go(&self, partition: i32) -> Go {
        let full = |waiting: &VecDeque<Stored>| waiting.len() >= self.max;
        if self.waiting.values().all(full) {
            Go::Stop
        } else if self.waiting.get(&partition).is_some_and(full) {
            Go::NextPartition
        } else {
            Go::On
        }
    }

    fn done(mut self) -> Vec<Stored> {
        let mut merged = Vec::new();
        while merged.len() < self.max {
            let heads = self.waiting.values_mut().filter(|waiting| !waiting.is_empty());
            let Some(oldest) = heads.min_by_key(|waiting| waiting.front().map(|head| head.record.at)) else { break };
            merged.extend(oldest.pop_front());
        }
        merged
    }
}

/// What is kept of one key. Blocks.
pub fn history(shared: &Shared, topic: Topic, key: &str, since: Timestamp) -> Result<Vec<Stored>, Error> {
    let name = shared.names.of(topic);
    let partition = partition_of(key, shared.config.partitions);
    shared.pool.with(|client| {
        let from = begin(client, name, &[partition], Start::Time(earlier(since, SKEW)))?;
        let mut found = Vec::new();
        scan(client, name, &from, Instant::now() + DEADLINE, |message| {
            if message.key() == Some(key.as_bytes()) {
                found.push(stored(topic, message));
            }
            if found.len() < HISTORY { Go::On } else { Go::Stop }
        })?;
        Ok(found)
    })
}
