//! A reader as a member of its group, in a thread of its own: librdkafka's calls block, and partitions come and go only while
//! it polls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::state::State;
use super::transaction::Transactions;
use crate::Error;
use crate::kafka::Shared;
use crate::kafka::config::Role;
use crate::kafka::context::{Change, Member as Context};
use crate::kafka::fault::{code, fault, unavailable};
use crate::kafka::offsets::begin;
use crate::kafka::partition::partition_of;
use crate::kafka::record::stored;
use crate::kafka::scan::{list, passing};
use crate::log::{Batch, Record, Start, Stored, Topic};

/// One request to the cluster.
const REQUEST: Duration = Duration::from_secs(10);
/// One wait for records; between two of them it is looked whether anybody still waits.
const SLICE: Duration = Duration::from_millis(100);

/// Where a new group begins.
#[derive(Debug, Clone)]
pub enum Begin {
    /// As asked.
    At(Start),
    /// At these offsets: the ends as they were when the reader was asked for.
    Ends(Vec<(i32, i64)>),
}

/// How far a partition is read.
struct Place {
    committed: i64,
    next: i64,
    at_end: bool,
}

/// What a reader of `calls.raw` has besides: the calls, and its transactions.
struct Work {
    state: State,
    transactions: Transactions,
}

/// The reader.
pub struct Member {
    shared: Arc<Shared>,
    group: String,
    topic: Topic,
    begin: Begin,
    consumer: BaseConsumer<Context>,
    places: BTreeMap<i32, Place>,
    /// Given, and not begun with yet.
    given: Option<Vec<i32>>,
    work: Option<Work>,
    /// A commit failed: before anything else is done, back to what is committed.
    behind: bool,
    generation: Arc<AtomicU64>,
}

impl Member {
    /// Joins its group in the background.
    pub fn join(
        shared: Arc<Shared>,
        group: &str,
        topic: Topic,
        begin: Begin,
        generation: Arc<AtomicU64>,
    ) -> Result<Self, Error> {
        let group = format!("{}{group}", shared.config.prefix);
        let consumer = consumer(&shared, &group, topic)?;
        let work = (topic == Topic::Raw).then(|| Work {
            state: State::new(Arc::clone(&shared)),
            transactions: Transactions::new(Arc::clone(&shared), &group),
        });
        let (places, given, behind) = (BTreeMap::new(), None, false);
        Ok(Self { shared, group, topic, begin, consumer, places, given, work, behind, generation })
    }

    fn name(&self) -> &str {
        self.shared.names.of(self.topic)
    }

    /// The next records. `waited_for` says whether anybody still wants them.
    pub fn poll(&mut self, max: usize, wait: Duration, waited_for: impl Fn() -> bool) -> Result<Batch, Error> {
        if self.behind {
            self.rewind()?;
        }
        let deadline = Instant::now() + wait;
        let mut records: Vec<Stored> = Vec::new();
        let mut away = None;
        while records.len() < max {
            self.settle()?;
            let left = deadline.saturating_duration_since(Instant::now());
            let slice = if records.is_empty() { left.min(SLICE) } else { Duration::ZERO };
            match self.consumer.poll(slice) {
                Some(Ok(message)) => {
                    let mut found = stored(self.topic, &message);
                    self.not_astray(&mut found);
                    // Else it was on its way when its partition was taken.
                    if let Some(place) = self.places.get_mut(&found.position.partition) {
                        place.next = found.position.offset + 1;
                        place.at_end = false;
                        records.push(found);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.places.entry(partition).and_modify(|place| place.at_end = true);
                }
                Some(Err(why)) => away = self.met(why, away)?,
                None if !records.is_empty() || left.is_zero() || !waited_for() => break,
                None => {}
            }
        }
        self.settle()?;
        if let Some(why) = away.filter(|_| records.is_empty()) {
            return Err(unavailable(why));
        }
        let caught_up = !self.places.is_empty() && self.places.values().all(|place| place.at_end);
        Ok(Batch { records, caught_up })
    }

    /// An event that another program put into a partition where its key does not belong cannot be worked on here, and its
    /// partition must go on: it is handed out empty, to be counted as unreadable.
    fn not_astray(&self, found: &mut Stored) {
        let (partition, belongs) = (found.position.partition, partition_of(&found.record.key, self.shared.config.partitions));
        if self.work.is_some() && partition != belongs {
            let offset = found.position.offset;
            tracing::error!(partition, offset, belongs, "an event of calls.raw is in a partition that is not its key's");
            found.record.value.clear();
        }
    }

    /// What an error met while reading means: the words of one that passes by itself.
    fn met(&mut self, why: KafkaError, away: Option<String>) -> Result<Option<String>, Error> {
        if self.consumer.client().fatal_error().is_some() {
            self.again()?;
            return Err(unavailable(format!("reading {}: {why}; joining {} again", self.name(), self.group)));
        }
        match code(&why) {
            Some(Code::AllBrokersDown) => Ok(Some(why.to_string())),
            Some(Code::PollExceeded) => {
                tracing::warn!(group = self.group, "the reader was silent for so long that it lost its partitions");
                Ok(away)
            }
            Some(Code::AutoOffsetReset | Code::OffsetOutOfRange) => Err(Error::Unreadable(format!(
                "{} no longer holds what {} has to read next: records were dropped unread, or the topic was made anew. Nothing \
                 is passed over silently: to go on with what is there, stop its readers and run\n  kafka-consumer-groups.sh \
                 --bootstrap-server {} --group {} --topic {} --reset-offsets --to-earliest --execute",
                self.name(),
                self.group,
                self.shared.config.brokers,
                self.group,
                self.name()
            ))),
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
                Err(Error::Unreadable(format!("the topic {} is not there any more", self.name())))
            }
            _ if passing(&why) => {
                tracing::debug!(target: "kafka", error = %why, "passing");
                Ok(away)
            }
            _ => Err(fault(&format!("reading {}", self.name()), &why)),
        }
    }

    /// Takes note of partitions taken and given, and begins with those given.
    fn settle(&mut self) -> Result<(), Error> {
        for change in self.consumer.context().changes() {
            match change {
                Change::Given(partitions) => self.given = Some(partitions),
                Change::Taken(partitions) => {
                    tracing::info!(group = self.group, ?partitions, "partitions taken");
                    for partition in partitions {
                        self.places.remove(&partition);
                        self.work.iter_mut().for_each(|work| work.state.leave(partition));
                    }
                    self.given = None;
                    self.generation.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        let Some(partitions) = self.given.clone() else { return Ok(()) };
        let begins = self.begins(&partitions)?;
        if let Some(work) = self.work.as_mut().filter(|_| !partitions.is_empty()) {
            work.state.restore(&partitions)?;
        }
        let assigned =
            self.consumer.incremental_assign(&list(self.shared.names.of(self.topic), begins.iter().copied())?);
        assigned.map_err(|why| unavailable(format!("taking partitions of {}: {why}", self.name())))?;
        self.given = None;
        if !partitions.is_empty() {
            tracing::info!(group = self.group, ?partitions, "partitions given");
            self.generation.fetch_add(1, Ordering::Relaxed);
        }
        let place = |(partition, offset)| (partition, Place { committed: offset, next: offset, at_end: false });
        self.places.extend(begins.into_iter().map(place));
        Ok(())
    }

    /// Where each given partition begins: as committed, else as a new group; that is committed at once, so that it counts from
    /// then on.
    fn begins(&mut self, partitions: &[i32]) -> Result<Vec<(i32, i64)>, Error> {
        // First of all an earlier process of this name is put out, and what it left undecided is ended.
        self.work.as_mut().map_or(Ok(()), |work| work.transactions.ready())?;
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let mut begins = self.committed(partitions)?;
        let new: Vec<i32> =
            partitions.iter().copied().filter(|one| !begins.iter().any(|(known, _)| known == one)).collect();
        if !new.is_empty() {
            let name = self.name();
            let fresh = match &self.begin {
                Begin::At(start) => self.shared.pool.with(|client| begin(client, name, &new, *start))?,
                Begin::Ends(ends) => ends.iter().copied().filter(|(partition, _)| new.contains(partition)).collect(),
            };
            let committed = self.consumer.commit(&list(name, fresh.iter().copied())?, CommitMode::Sync);
            committed.map_err(|why| fault(&format!("beginning to read {name} as {}", self.group), &why))?;
            begins.extend(fresh);
        }
        Ok(begins)
    }

    /// What the group committed of these partitions, once nothing of it is undecided.
    fn committed(&self, partitions: &[i32]) -> Result<Vec<(i32, i64)>, Error> {
        let doing = format!("asking how far {} has read {}", self.group, self.name());
        let asked = list(self.name(), partitions.iter().map(|partition| (*partition, 0)))?;
        let answer = self.consumer.committed_offsets(asked, REQUEST).map_err(|why| fault(&doing, &why))?;
        let mut committed = Vec::with_capacity(partitions.len());
        for element in answer.elements() {
            element.error().map_err(|why| fault(&doing, &why))?;
            if let Offset::Offset(offset) = element.offset() {
                committed.push((element.partition(), offset));
            }
        }
        Ok(committed)
    }

    /// Commits what was polled, and the outputs with it.
    pub fn commit(&mut self, outputs: Vec<Record>) -> Result<(), Error> {
        // Asked before the look whether they are lost: so it is what this member was while it had them.
        let membership = self.consumer.group_metadata();
        let owned = |record: &Record| {
            let partition = partition_of(&record.key, self.shared.config.partitions);
            !matches!(record.topic, Topic::State | Topic::Finished) || self.places.contains_key(&partition)
        };
        if self.behind || self.consumer.assignment_lost() || !outputs.iter().all(owned) {
            self.behind = true;
            return Err(self.lost());
        }
        // With outputs, the place of every partition, also of those where nothing is new: by it a reader that lost them is found out.
        let offsets = self.places.iter().filter(|(_, place)| !outputs.is_empty() || place.next > place.committed);
        let offsets: Vec<_> = offsets.map(|(partition, place)| (*partition, place.next)).collect();
        if offsets.is_empty() {
            return if outputs.is_empty() { Ok(()) } else { Err(self.lost()) };
        }
        let offsets = list(self.name(), offsets)?;
        let done = match &mut self.work {
            Some(work) => match membership {
                Some(member) => work.transactions.commit(&outputs, &offsets, &member).map(|places| {
                    for (record, at) in
                        outputs.into_iter().zip(places).filter(|(record, _)| record.topic == Topic::State)
                    {
                        work.state.take(at, record);
                    }
                }),
                None => Err(unavailable("the reader is in no group")),
            },
            None if outputs.is_empty() => self
                .consumer
                .commit(&offsets, CommitMode::Sync)
                .map_err(|why| fault(&format!("committing as {}", self.group), &why)),
            None => {
                Err(Error::Invalid(format!("a reader of {} writes nothing: only one of calls.raw does", self.name())))
            }
        };
        match &done {
            Ok(()) => self.places.values_mut().for_each(|place| place.committed = place.next),
            Err(_) => self.behind = true,
        }
        done
    }

    fn lost(&self) -> Error {
        Error::LeaseLost(format!("partitions of {} as {}", self.name(), self.group))
    }

    /// Back to what is committed, once that is known.
    pub fn rewind(&mut self) -> Result<(), Error> {
        self.behind = true;
        self.generation.fetch_add(1, Ordering::Relaxed);
        let partitions: Vec<i32> = self.places.keys().copied().collect();
        if !partitions.is_empty() {
            self.work.as_mut().map_or(Ok(()), |work| work.transactions.ready())?;
            let committed = self.committed(&partitions)?;
            let to = list(self.name(), committed.iter().copied())?;
            let sought = self.consumer.seek_partitions(to, REQUEST);
            let sought = sought.and_then(|done| done.elements().iter().try_for_each(|element| element.error()));
            if committed.len() < partitions.len() || sought.is_err() {
                self.again()?;
                return Ok(());
            }
            for (partition, offset) in committed {
                self.places.insert(partition, Place { committed: offset, next: offset, at_end: false });
            }
            self.work.as_mut().map_or(Ok(()), |work| work.state.restore(&partitions))?;
        }
        self.behind = false;
        Ok(())
    }

    /// Joins the group anew, where there is no going on.
    fn again(&mut self) -> Result<(), Error> {
        tracing::warn!(group = self.group, "joining the group again");
        let new = consumer(&self.shared, &self.group, self.topic)?;
        self.leave();
        self.consumer = new;
        self.behind = false;
        Ok(())
    }

    /// Takes on nothing more, so that the consumer can be dropped.
    fn leave(&mut self) {
        self.consumer.context().leave();
        for partition in std::mem::take(&mut self.places).into_keys() {
            self.work.iter_mut().for_each(|work| work.state.leave(partition));
        }
        // librdkafka waits for an answer to what it gave.
        if let Some(given) = self.given.take()
            && let Ok(given) = list(self.name(), given.into_iter().map(|partition| (partition, 0)))
        {
            drop(self.consumer.incremental_assign(&given));
        }
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The calls, for a reader of `calls.raw`.
    pub fn state(&mut self) -> Result<&mut State, Error> {
        if self.behind {
            return Err(Error::LeaseLost(format!("partitions of {}: go back first", self.name())));
        }
        let name = self.shared.names.of(self.topic);
        let none = || Error::Invalid(format!("a reader of {name} knows no calls: only one of calls.raw does"));
        self.work.as_mut().map(|work| &mut work.state).ok_or_else(none)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.leave();
    }
}

fn consumer(shared: &Shared, group: &str, topic: Topic) -> Result<BaseConsumer<Context>, Error> {
    let mut config = shared.config.client(Role::Consumer);
    config.set("group.id", group);
    let consumer: BaseConsumer<Context> =
        config.create_with_context(Context::default()).map_err(|why| shared.config.refused(&why))?;
    consumer.subscribe(&[shared.names.of(topic)]).map_err(|why| unavailable(format!("joining {group}: {why}")))?;
    Ok(consumer)
}
