//! Partitions given and taken, and where reading them begins.

use std::sync::atomic::Ordering;

use rdkafka::Offset;
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::topic_partition_list::TopicPartitionListElem;

use super::{Begin, Member, Place, REQUEST};
use crate::Error;
use crate::kafka::context::Change;
use crate::kafka::fault::{fault, unavailable};
use crate::kafka::offsets::begin;
use crate::kafka::scan::{list, persist};

impl Member {
    /// Takes note of partitions taken and given, and begins with those given.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        let changes = self.consumer.context().changes();
        if !changes.is_empty() || self.given.is_some() {
            self.conclude();
        }
        for change in changes {
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
        self.work.as_ref().map_or(Ok(()), |work| work.writer.ready())?;
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
            let offsets = list(name, fresh.iter().copied())?;
            let committed = persist(REQUEST, || self.consumer.commit(&offsets, CommitMode::Sync));
            committed.map_err(|why| fault(&format!("beginning to read {name} as {}", self.group), &why))?;
            begins.extend(fresh);
        }
        Ok(begins)
    }

    /// What the group committed of these partitions, once nothing of it is undecided.
    fn committed(&self, partitions: &[i32]) -> Result<Vec<(i32, i64)>, Error> {
        let doing = format!("asking how far {} has read {}", self.group, self.name());
        let asked = list(self.name(), partitions.iter().map(|partition| (*partition, 0)))?;
        let answer = persist(REQUEST, || self.consumer.committed_offsets(asked.clone(), REQUEST))
            .map_err(|why| fault(&doing, &why))?;
        let mut committed = Vec::with_capacity(partitions.len());
        for element in answer.elements() {
            element.error().map_err(|why| fault(&doing, &why))?;
            if let Offset::Offset(offset) = element.offset() {
                committed.push((element.partition(), offset));
            }
        }
        Ok(committed)
    }

    /// Back to what is committed, once that is known.
    pub fn rewind(&mut self) -> Result<(), Error> {
        let done = self.back();
        self.judged(done)
    }

    pub(super) fn back(&mut self) -> Result<(), Error> {
        self.conclude();
        self.behind = true;
        self.generation.fetch_add(1, Ordering::Relaxed);
        let partitions: Vec<i32> = self.places.keys().copied().collect();
        if !partitions.is_empty() {
            self.work.as_ref().map_or(Ok(()), |work| work.writer.ready())?;
            let committed = self.committed(&partitions)?;
            self.reach.heard();
            let to = list(self.name(), committed.iter().copied())?;
            let sought = self.consumer.seek_partitions(to, REQUEST);
            let sought = sought.and_then(|done| done.elements().iter().try_for_each(TopicPartitionListElem::error));
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
}
