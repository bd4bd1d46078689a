//! Commits: outputs and offsets as one, or offsets alone.

use rdkafka::consumer::{CommitMode, Consumer as _};

use super::Member;
use crate::Error;
use crate::kafka::fault::{fault, unavailable};
use crate::kafka::partition::partition_of;
use crate::kafka::scan::list;
use crate::log::{Record, Topic};

impl Member {
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
}
