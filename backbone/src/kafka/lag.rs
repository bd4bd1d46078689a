//! How far each group is behind. A look costs a client for each group, so the answer is kept for some seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use schemas::Timestamp;

use super::Shared;
use super::config::Role;
use super::context::Plain;
use super::fault::fault;
use super::offsets::bounds;
use super::record::stored;
use super::scan::{Go, scan};
use crate::Error;
use crate::log::{Lag, Topic};

/// Asked again sooner, the same answer is given.
const KEPT: Duration = Duration::from_secs(2);
/// One request.
const REQUEST: Duration = Duration::from_secs(5);
/// A look at the oldest records that a group has not read.
const LOOK: Duration = Duration::from_secs(5);

/// One partition as one group has read it.
type Place = (String, Topic, i32);

/// What was seen of a partition: from where to where, and the time of the first record in it.
#[derive(Clone, Copy)]
struct Seen {
    committed: i64,
    end: i64,
    oldest: Option<Timestamp>,
}

/// What the last looks told.
#[derive(Default)]
pub struct Lags {
    last: Mutex<Option<(Instant, Vec<Lag>)>>,
    seen: Mutex<HashMap<Place, Seen>>,
}

impl Lags {
    /// The lag of every group. Blocks.
    pub fn look(&self, shared: &Shared) -> Result<Vec<Lag>, Error> {
        // Whoever comes meanwhile waits for this look and takes its answer.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lags)) = last.as_ref().filter(|(when, _)| when.elapsed() < KEPT) {
            return Ok(lags.clone());
        }
        let lags = self.ask(shared)?;
        *last = Some((Instant::now(), lags.clone()));
        Ok(lags)
    }

    fn ask(&self, shared: &Shared) -> Result<Vec<Lag>, Error> {
        let ends = ends(shared)?;
        let mut seen = HashMap::new();
        for group in groups(shared)? {
            let committed = committed(shared, &group)?;
            for (topic, partition, offset) in committed {
                let Some(end) = ends.get(&(topic, partition)) else { continue };
                let place = (group.clone(), topic, partition);
                seen.insert(place, Seen { committed: offset, end: *end, oldest: None });
            }
        }
        let mut known = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, now) in seen.iter_mut().filter(|(_, now)| now.committed < now.end) {
            now.oldest = match known.get(place) {
                Some(before) if (before.committed, before.end) == (now.committed, now.end) => before.oldest,
                // The same first record as before.
                Some(before) if before.committed == now.committed && before.oldest.is_some() => before.oldest,
                _ => oldest(shared, place, now.committed)?,
            };
        }
        known.clone_from(&seen);
        let mut lags: Vec<Lag> = seen
            .into_iter()
            .map(|((group, topic, partition), seen)| {
                let group = group.strip_prefix(&shared.config.prefix).unwrap_or(&group).to_owned();
                // Without a record in it, what lies between are Kafka's own marks of transactions.
                let records = if seen.oldest.is_some() { seen.end - seen.committed } else { 0 };
                Lag { group, topic, partition, records: records.unsigned_abs(), oldest: seen.oldest }
            })
            .collect();
        lags.sort_by(|a, b| (&a.group, a.topic.name(), a.partition).cmp(&(&b.group, b.topic.name(), b.partition)));
        Ok(lags)
    }
}

fn ends(shared: &Shared) -> Result<HashMap<(Topic, i32), i64>, Error> {
    let mut ends = HashMap::new();
    for topic in Topic::ALL {
        for partition in 0..shared.config.partitions {
            let (_, end) = shared.pool.with(|client| bounds(client, shared.names.of(topic), partition))?;
            ends.insert((topic, partition), end);
        }
    }
    Ok(ends)
}

fn groups(shared: &Shared) -> Result<Vec<String>, Error> {
    let list = shared.pool.with(|client| {
        client.fetch_group_list(None, REQUEST).map_err(|why| fault("asking for the groups of readers", &why))
    })?;
    let names = list.groups().iter().map(|group| group.name().to_owned());
    Ok(names.filter(|name| name.starts_with(&shared.config.prefix)).collect())
}

/// How far a group has read. Only a client of that name is told; it never joins.
fn committed(shared: &Shared, group: &str) -> Result<Vec<(Topic, i32, i64)>, Error> {
    let doing = format!("asking how far {group} has read");
    let mut config = shared.config.client(Role::Consumer);
    // Whatever is undecided is decided soon; a page of figures does not wait for it.
    config.set("group.id", group).set("isolation.level", "read_uncommitted");
    let client: BaseConsumer<Plain> = config.create_with_context(Plain).map_err(|why| shared.config.refused(&why))?;
    let mut asked = TopicPartitionList::new();
    for topic in Topic::ALL {
        asked.add_partition_range(shared.names.of(topic), 0, shared.config.partitions - 1);
    }
    let answer = client.committed_offsets(asked, REQUEST).map_err(|why| fault(&doing, &why))?;
    let mut committed = Vec::new();
    for element in answer.elements() {
        let topic = Topic::ALL.into_iter().find(|topic| shared.names.of(*topic) == element.topic());
        if let (Some(topic), Offset::Offset(offset)) = (topic, element.offset()) {
            committed.push((topic, element.partition(), offset));
        }
    }
    Ok(committed)
}

fn oldest(shared: &Shared, (_, topic, partition): &Place, from: i64) -> Result<Option<Timestamp>, Error> {
    let mut oldest = None;
    shared.pool.with(|client| {
        scan(client, shared.names.of(*topic), &[(*partition, from)], Instant::now() + LOOK, |message| {
            oldest = Some(stored(*topic, message).record.at);
            Go::Stop
        })
    })?;
    Ok(oldest)
}

/// For the log's thread.
pub fn look(shared: &Arc<Shared>) -> Result<Vec<Lag>, Error> {
    shared.lags.look(shared)
}
