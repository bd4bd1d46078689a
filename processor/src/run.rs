//! The loop around the fold: read, fold, write what came of it together with how far was read, in one transaction.
//!
//! The state of a call is the newest record of its key in `calls.state`: what the loop remembers of it is only ever what a
//! committed transaction left there, and a crash loses nothing. When all is read, calls whose time is up are ended by an
//! event in `calls.raw`, read and folded like any other.
//!
//! Where the loop is behind, the next events are read while the batch before is committed. They are folded only after: into
//! calls that stand.

mod clock;

use std::sync::Arc;
use std::time::Duration;

use backbone::follow::{Follower, follow};
use backbone::log::Start;
use backbone::{Backbone, Consumer, Error, Fut, Record, Topic};
use schemas::{Call, CallKey, Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::batch::{self, Events, Failed, Folded, OUTPUT_BYTES_MAX};
use crate::fold::{Set, ends_by};
use crate::known::Known;
use crate::metrics::ProcessorMetrics;
use crate::sources::Sources;

/// At most so many events in one transaction: what a transaction costs by itself is shared by many where the loop is behind.
/// Where it keeps up, a batch is what came meanwhile.
const BATCH_MAX: usize = 4_000;
/// Memory for open calls, so that they need not be read from the log again.
const KNOWN_BYTES_MAX: usize = 32 << 20;
/// How long to wait for events before looking whether some call's time is up.
const IDLE: Duration = Duration::from_secs(1);
/// After an ended call was last heard of, corrections are taken for so long; then its state is dropped from the log.
const CORRECTIONS: Duration = Duration::from_hours(3 * 24);

/// The processor role.
pub struct Processor {
    backbone: Backbone,
    clock: Arc<Clock>,
    metrics: ProcessorMetrics,
    sources: Sources,
    known: Known,
    handed: Option<Handed>,
    /// Events in the next transaction, at most.
    batch_max: usize,
}

/// What was handed over to be committed.
struct Handed {
    /// Of the reader, when it was folded.
    generation: u64,
    /// The calls as they then stand.
    sets: Vec<(String, Set)>,
}

impl Follower for Processor {
    fn doing(&self) -> String {
        "folding".to_owned()
    }

    /// One batch: polled, folded, committed; and when nothing is left to read, the clock's part.
    fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()> {
        Box::pin(async move {
            let handed = self.handed.take();
            self.sources.refresh().await?;
            let batch = reader.poll(self.batch_max, IDLE).await?;
            let polled = batch.records.len();
            let events = Events::read(batch.records, &self.metrics);
            self.settle(reader, handed).await?;
            let behind = polled >= self.batch_max;
            if polled > 0 {
                self.fold(reader, events).await?;
            }
            if behind && !batch.caught_up {
                return Ok(());
            }
            let handed = self.handed.take();
            self.settle(reader, handed).await?;
            if batch.caught_up { self.by_clock(reader).await } else { Ok(()) }
        })
    }
}

impl Processor {
    /// On a backbone.
    pub fn new(backbone: Backbone, clock: Arc<Clock>, metrics: ProcessorMetrics) -> Self {
        let sources = Sources::new(Arc::clone(&backbone.directory));
        let known = Known::new(KNOWN_BYTES_MAX);
        Self { backbone, clock, metrics, sources, known, handed: None, batch_max: BATCH_MAX }
    }

    /// Runs until `stop`; what fails is read again, forever.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let mut reader = self.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await?;
        follow(&mut self, reader.as_mut(), &stop).await;
        Ok(())
    }

    async fn fold(&mut self, reader: &mut dyn Consumer, events: Events) -> Result<(), Error> {
        let before = self.before(reader, &events.keys).await?;
        let (generation, count) = (reader.generation(), events.len());
        let due = |call: &Call| due(&self.sources, call);
        let Folded { outputs, sets, bytes } = match batch::fold(events, before, due, &self.metrics) {
            Ok(folded) => folded,
            Err(Failed::Unwritable(why)) => return Err(why),
            Err(Failed::TooMuch) => {
                self.batch_max = (count / 2).max(1);
                return reader.rewind().await;
            }
        };
        reader.hand_over(outputs).await?;
        self.handed = Some(Handed { generation, sets });
        if bytes < OUTPUT_BYTES_MAX / 2 {
            self.batch_max = (self.batch_max * 2).min(BATCH_MAX);
        }
        Ok(())
    }

    /// Waits until what was handed over is committed, and remembers its calls.
    async fn settle(&mut self, reader: &mut dyn Consumer, handed: Option<Handed>) -> Result<(), Error> {
        let Some(Handed { generation, sets }) = handed else { return Ok(()) };
        reader.committed().await?;
        if reader.generation() == generation {
            // An ended call is seldom heard of again: it is read from the log then, and leaves the room to the open ones.
            sets.into_iter().filter(|(_, set)| !set.ended()).for_each(|(key, set)| self.known.put(key, set));
        }
        Ok(())
    }

    /// The calls that these keys go on from: as remembered, or else as the log has them, or else as the journal does.
    async fn before(&mut self, reader: &mut dyn Consumer, keys: &[String]) -> Result<Vec<Option<Set>>, Error> {
        self.known.hold_to(reader.generation());
        let mut sets: Vec<Option<Set>> = keys.iter().map(|key| self.known.take(key)).collect();
        let (places, texts): (Vec<usize>, Vec<String>) = keys
            .iter()
            .enumerate()
            .filter(|(place, _)| sets[*place].is_none())
            .map(|(n, key)| (n, key.clone()))
            .unzip();
        let mut unknown = Vec::new();
        for ((place, key), found) in places.into_iter().zip(&texts).zip(reader.latest(&texts).await?) {
            match found {
                Some(state) => sets[place] = Some(Set::from(read_call(&state)?)),
                None => unknown.extend(CallKey::parse(key).map(|key| (place, key))),
            }
        }
        let (places, unknown): (Vec<usize>, Vec<CallKey>) = unknown.into_iter().unzip();
        if !unknown.is_empty() {
            for (place, found) in places.into_iter().zip(self.backbone.journal.newest(&unknown).await?) {
                sets[place] = found.map(Set::from);
            }
        }
        Ok(sets)
    }
}

/// When the call needs the clock: to be ended, or, once over, to be dropped from the log.
fn due(sources: &Sources, call: &Call) -> Timestamp {
    ends_by(call, sources.timing(&call.source)).unwrap_or_else(|| {
        schemas::time::later(call.last_heard_at.max(call.ended_at.unwrap_or(Timestamp::MIN)), CORRECTIONS)
    })
}

fn read_call(state: &Record) -> Result<Call, Error> {
    serde_json::from_slice(&state.value).map_err(|why| Error::Unreadable(format!("the state of {}: {why}", state.key)))
}
