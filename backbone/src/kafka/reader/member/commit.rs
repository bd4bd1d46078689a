//! Commits: outputs and offsets as one, or offsets alone.

use rdkafka::consumer::{CommitMode, Consumer as _, ConsumerGroupMetadata};
use rdkafka::{Offset, TopicPartitionList};

use super::Member;
use crate::Error;
use crate::kafka::fault::{fault, unavailable};
use crate::kafka::partition::partition_of;
use crate::kafka::reader::Reply;
use crate::kafka::reader::writer::{Commit, Outcome};
use crate::kafka::scan::list;
use crate::log::{Record, Topic};

impl Member {
    /// Commits what was polled, and the outputs with it. A transaction goes on in the writer's thread.
    pub fn commit(&mut self, outputs: Vec<Record>, reply: Reply<()>) {
        self.conclude();
        let done = match self.read(&outputs) {
            Err(why) => Err(why),
            Ok((offsets, _)) if offsets.count() == 0 => Ok(()),
            Ok((offsets, member)) => match (&mut self.work, member) {
                (Some(work), Some(member)) => {
                    work.writer.begin(Commit { records: outputs, offsets, member, reply });
                    return;
                }
                (Some(_), None) => Err(unavailable("the reader is in no group")),
                (None, _) => self.note(&outputs, &offsets),
            },
        };
        self.behind |= done.is_err();
        let _ = reply.send(done);
    }

    /// How far was read, and what this member is in its group.
    fn read(&self, outputs: &[Record]) -> Result<(TopicPartitionList, Option<ConsumerGroupMetadata>), Error> {
        // Asked before the look whether they are lost: so it is what this member was while it had them.
        let member = self.consumer.group_metadata();
        let owned = |record: &Record| {
            let partition = partition_of(&record.key, self.shared.config.partitions);
            !matches!(record.topic, Topic::State | Topic::Finished) || self.places.contains_key(&partition)
        };
        // With outputs, the place of every partition, also of those where nothing is new: by it a reader that lost them is found out.
        let offsets = self.places.iter().filter(|(_, place)| !outputs.is_empty() || place.next > place.committed);
        let offsets: Vec<_> = offsets.map(|(partition, place)| (*partition, place.next)).collect();
        let nowhere = offsets.is_empty() && !outputs.is_empty();
        if self.behind || nowhere || self.consumer.assignment_lost() || !outputs.iter().all(owned) {
            return Err(Error::LeaseLost(format!("partitions of {} as {}", self.name(), self.group)));
        }
        Ok((list(self.name(), offsets)?, member))
    }

    /// Of a reader that writes nothing.
    fn note(&mut self, outputs: &[Record], offsets: &TopicPartitionList) -> Result<(), Error> {
        if !outputs.is_empty() {
            return Err(Error::Invalid(format!(
                "a reader of {} writes nothing: only one of calls.raw does",
                self.name()
            )));
        }
        let noted = self.consumer.commit(offsets, CommitMode::Sync);
        noted.map_err(|why| fault(&format!("committing as {}", self.group), &why))?;
        self.places.values_mut().for_each(|place| place.committed = place.next);
        Ok(())
    }

    /// Waits for what is being committed, if anything is, and takes in what became of it.
    pub(super) fn conclude(&mut self) {
        let outcome = self.work.as_mut().and_then(|work| work.writer.conclude());
        self.take_in(outcome);
    }

    /// The same where it is known already.
    pub(super) fn look(&mut self) {
        let outcome = self.work.as_mut().and_then(|work| work.writer.concluded());
        self.take_in(outcome);
    }

    fn take_in(&mut self, outcome: Option<Outcome>) {
        match (outcome, &mut self.work) {
            (None, _) | (_, None) => {}
            (Some(Outcome::Failed), _) => self.behind = true,
            (Some(Outcome::Committed(records, offsets)), Some(work)) => {
                for (record, at) in records.into_iter().filter(|(record, _)| record.topic == Topic::State) {
                    work.state.take(at, record);
                }
                for element in offsets.elements() {
                    if let (Some(place), Offset::Offset(to)) =
                        (self.places.get_mut(&element.partition()), element.offset())
                    {
                        place.committed = to;
                    }
                }
            }
        }
    }
}
