//! Polling: records, and what else librdkafka tells meanwhile.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::Member;
use crate::Error;
use crate::kafka::fault::{code, fault, unavailable};
use crate::kafka::partition::partition_of;
use crate::kafka::record::stored;
use crate::kafka::scan::passing;
use crate::log::{Batch, POLL_BYTES_MAX, Stored};

/// One wait for records; between two of them it is looked whether anybody still waits.
const SLICE: Duration = Duration::from_millis(100);
/// A question to a cluster that was silent.
const ASKED: Duration = Duration::from_secs(3);

impl Member {
    /// The next records. `waited_for` says whether anybody still wants them.
    pub fn poll(&mut self, max: usize, wait: Duration, waited_for: impl Fn() -> bool) -> Result<Batch, Error> {
        let done = self.next(max, wait, waited_for);
        self.judged(done)
    }

    fn next(&mut self, max: usize, wait: Duration, waited_for: impl Fn() -> bool) -> Result<Batch, Error> {
        self.look();
        if self.behind {
            self.back()?;
        }
        let deadline = Instant::now() + wait;
        let (mut records, mut bytes): (Vec<Stored>, usize) = (Vec::new(), 0);
        let mut away = None;
        while records.len() < max && bytes < POLL_BYTES_MAX {
            self.settle()?;
            // Once there is something, only what is there already is taken.
            let left =
                if records.is_empty() { deadline.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            match self.consumer.poll(left.min(SLICE)) {
                Some(Ok(message)) => {
                    let mut found = stored(self.topic, &message);
                    self.not_astray(&mut found);
                    // Else it was on its way when its partition was taken.
                    if let Some(place) = self.places.get_mut(&found.position.partition) {
                        place.next = found.position.offset + 1;
                        place.at_end = false;
                        bytes += found.record.value.len();
                        records.push(found);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.places.entry(partition).and_modify(|place| place.at_end = true);
                }
                Some(Err(why)) => away = self.met(&why, away)?,
                None if left.is_zero() || !waited_for() => break,
                None => {}
            }
        }
        self.settle()?;
        if let Some(why) = away.filter(|_| records.is_empty()) {
            return Err(unavailable(why));
        }
        if !records.is_empty() {
            self.reach.heard();
        } else if self.reach.silent() {
            self.ask()?;
        }
        let caught_up = !self.places.is_empty() && self.places.values().all(|place| place.at_end);
        Ok(Batch { records, caught_up })
    }

    /// Whether anybody is still there: a client that reaches nobody is silent as one is where nothing happens.
    fn ask(&mut self) -> Result<(), Error> {
        let known = self.consumer.client().fetch_metadata(Some(self.name()), ASKED);
        let known = known.map_err(|why| fault("asking the cluster", &why))?;
        if known.brokers().is_empty() {
            return Err(unavailable("asking the cluster: it names no broker"));
        }
        self.reach.heard();
        Ok(())
    }

    /// An event that another program put into a partition where its key does not belong cannot be worked on here, and its
    /// partition must go on: it is handed out empty, to be counted as unreadable.
    fn not_astray(&self, found: &mut Stored) {
        let (partition, belongs) =
            (found.position.partition, partition_of(&found.record.key, self.shared.config.partitions));
        if self.work.is_some() && partition != belongs {
            let offset = found.position.offset;
            tracing::error!(
                partition,
                offset,
                belongs,
                "an event of calls.raw is in a partition that is not its key's"
            );
            found.record.value.clear();
        }
    }

    /// What an error met while reading means: the words of one that passes by itself.
    fn met(&mut self, why: &KafkaError, away: Option<String>) -> Result<Option<String>, Error> {
        if self.consumer.client().fatal_error().is_some() {
            self.again()?;
            return Err(unavailable(format!("reading {}: {why}; joining {} again", self.name(), self.group)));
        }
        match code(why) {
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
            _ if passing(why) => {
                tracing::debug!(target: "kafka", error = %why, "passing");
                Ok(away)
            }
            _ => Err(fault(&format!("reading {}", self.name()), why)),
        }
    }
}
