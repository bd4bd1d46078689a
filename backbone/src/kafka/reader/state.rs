//! The calls of the partitions that a reader has: restored from `calls.state`, kept up with what the reader commits. Of each
//! call the place of its newest record is known; the records themselves are in memory as far as the bound allows, and are
//! otherwise read from Kafka, one by one.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use schemas::Timestamp;

use super::cache::Cache;
use super::index::{Index, Key};
use crate::Error;
use crate::kafka::Shared;
use crate::kafka::fault::unavailable;
use crate::kafka::offsets::bounds;
use crate::kafka::partition::partition_of;
use crate::kafka::record::stored;
use crate::kafka::scan::{Client, Go, client, scan};
use crate::log::{Position, Record, Topic};

/// All of a partition's state, however long it is: a reader that is silent for five minutes loses its partitions.
const RESTORE: Duration = Duration::from_mins(4);
/// Another's transaction that was never ended is ended by Kafka; this much later than its time-out at the latest.
const UNDECIDED: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);
/// Records read one by one.
const POINTS: Duration = Duration::from_secs(20);
/// Reading over so many records is quicker than asking for the one behind them.
const NEAR: i64 = 100;

/// The calls of a reader's partitions.
pub struct State {
    shared: Arc<Shared>,
    partitions: BTreeMap<i32, Index>,
    cache: Cache,
    /// Reads single records: known to be committed, perhaps before Kafka shows them as such.
    points: Option<Client>,
}

impl State {
    /// Of no partition.
    pub fn new(shared: Arc<Shared>) -> Self {
        let cache = Cache::new(shared.config.memory);
        Self { shared, partitions: BTreeMap::new(), cache, points: None }
    }

    /// Gives up a partition.
    pub fn leave(&mut self, partition: i32) {
        self.partitions.remove(&partition);
        self.cache.leave(partition);
    }

    /// Takes in what these partitions hold that has not been taken in yet. Their offsets must be settled: then whoever wrote
    /// here before can commit nothing any more.
    pub fn restore(&mut self, partitions: &[i32]) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let name = shared.names.of(Topic::State);
        let (mut from, mut ends) = (Vec::new(), Vec::new());
        for partition in partitions {
            let (low, high) = bounds(self.points()?, name, *partition)?;
            self.await_decided(*partition, high)?;
            let index = self.partitions.entry(*partition).or_default();
            if index.end() < high {
                from.push((*partition, low.max(index.end())));
                ends.push((*partition, high));
            }
        }
        let deadline = Instant::now() + RESTORE;
        shared.pool.with(|client| {
            scan(client, name, &from, deadline, |message| {
                let found = stored(Topic::State, message);
                self.take(found.position, found.record);
                Go::On
            })
        })?;
        for (partition, end) in ends {
            self.partitions.entry(partition).or_default().reached(end);
        }
        Ok(())
    }

    /// Waits until everything before `end` is committed or aborted: only then a committed reading shows all of it.
    fn await_decided(&self, partition: i32, end: i64) -> Result<(), Error> {
        let name = self.shared.names.of(Topic::State);
        let deadline = Instant::now() + self.shared.transaction_timeout() + UNDECIDED;
        while self.shared.pool.with(|client| bounds(client, name, partition))?.1 < end {
            if Instant::now() > deadline {
                return Err(unavailable(format!(
                    "partition {partition} of {name} has a transaction that does not end"
                )));
            }
            std::thread::park_timeout(PAUSE);
        }
        Ok(())
    }

    /// Takes in one record.
    pub fn take(&mut self, at: Position, record: Record) {
        let key = Key::of(&record.key);
        let tombstone = record.value.is_empty();
        let Some(index) = self.partitions.get_mut(&at.partition) else { return };
        if !index.put(key, at.offset, record.due, tombstone) {
            return;
        }
        if tombstone {
            self.cache.remove(key);
        } else {
            self.cache.put(key, at.partition, record);
        }
    }

    /// The newest record of each key.
    pub fn latest(&mut self, keys: &[String]) -> Result<Vec<Option<Record>>, Error> {
        let mut places = Vec::with_capacity(keys.len());
        for key in keys {
            let partition = partition_of(key, self.shared.config.partitions);
            let Some(index) = self.partitions.get(&partition) else {
                return Err(Error::LeaseLost(format!("partition {partition}, where {key} belongs")));
            };
            let hash = Key::of(key);
            places.push(index.offset(hash).map(|offset| (hash, Position { partition, offset })));
        }
        self.records(&places)
    }

    /// The records that are due, the most overdue first.
    pub fn due(&mut self, now: Timestamp, max: usize) -> Result<Vec<Record>, Error> {
        let all = self.partitions.iter().flat_map(|(partition, index)| {
            index.due(now, max).filter_map(|(due, key)| {
                let offset = index.offset(key)?;
                Some((due, (key, Position { partition: *partition, offset })))
            })
        });
        let mut all: Vec<_> = all.collect();
        all.sort_unstable_by_key(|(due, (_, at))| (*due, *at));
        let places: Vec<_> = all.into_iter().take(max).map(|(_, place)| Some(place)).collect();
        Ok(self.records(&places)?.into_iter().flatten().collect())
    }

    fn records(&mut self, places: &[Option<(Key, Position)>]) -> Result<Vec<Option<Record>>, Error> {
        let mut found: Vec<_> =
            places.iter().map(|place| place.and_then(|(key, at)| Some((key, at, self.cache.get(key)?)))).collect();
        let missing: Vec<Position> = places
            .iter()
            .zip(&found)
            .filter_map(|(place, found)| place.filter(|_| found.is_none()))
            .map(|(_, at)| at)
            .collect();
        if !missing.is_empty() {
            let mut read = self.read(missing)?;
            for (place, found) in places.iter().zip(&mut found) {
                let Some((key, at)) = place.filter(|_| found.is_none()) else { continue };
                let record = read.remove(&at).filter(|record| Key::of(&record.key) == key);
                let Some(record) = record else {
                    // Compaction drops a record only after a newer one of its key, which somebody else wrote.
                    return Err(Error::LeaseLost(format!("a record of partition {} of calls.state", at.partition)));
                };
                self.cache.put(key, at.partition, record.clone());
                *found = Some((key, at, record));
            }
        }
        Ok(found.into_iter().map(|found| found.map(|(_, _, record)| record)).collect())
    }

    /// Single records by their places.
    fn read(&mut self, mut places: Vec<Position>) -> Result<HashMap<Position, Record>, Error> {
        places.sort_unstable();
        let mut wanted: BTreeMap<i32, VecDeque<i64>> = BTreeMap::new();
        for at in places {
            wanted.entry(at.partition).or_default().push_back(at.offset);
        }
        let shared = Arc::clone(&self.shared);
        let deadline = Instant::now() + POINTS;
        let mut read = HashMap::new();
        while !wanted.is_empty() {
            let from: Vec<_> =
                wanted.iter().filter_map(|(partition, offsets)| Some((*partition, *offsets.front()?))).collect();
            let before = read.len();
            scan(self.points()?, shared.names.of(Topic::State), &from, deadline, |message| {
                let Some(offsets) = wanted.get_mut(&message.partition()) else { return Go::NextPartition };
                // What was compacted away is passed; whoever asked finds that it is not there.
                while offsets.front().is_some_and(|offset| *offset <= message.offset()) {
                    if offsets.pop_front() == Some(message.offset()) {
                        let found = stored(Topic::State, message);
                        read.insert(found.position, found.record);
                    }
                }
                match offsets.front() {
                    Some(next) if next - message.offset() <= NEAR => Go::On,
                    _ => Go::NextPartition,
                }
            })?;
            wanted.retain(|_, offsets| !offsets.is_empty());
            if read.len() == before && !wanted.is_empty() {
                break;
            }
        }
        Ok(read)
    }

    fn points(&mut self) -> Result<&Client, Error> {
        if self.points.is_none() {
            self.points = Some(client(&self.shared.config, "read_uncommitted")?);
        }
        self.points.as_ref().ok_or_else(|| unavailable("no client"))
    }
}
