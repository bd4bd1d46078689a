//! The loop around the fold: read, fold, write what came of it together with how far was read, in one transaction.
//!
//! The state of a call is the newest record of its key in `calls.state`: the loop keeps none of its own that a crash could
//! lose. When all is read, calls whose time is up are ended by an event in `calls.raw`, read and folded like any other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use backbone::log::{Batch, Start};
use backbone::{Backbone, Consumer, Error, Record, Stored, Topic};
use schemas::{Call, CallKey, Clock, Event, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::end::presumed_end;
use crate::fold::{Change, ends_by, fold};
use crate::metrics::ProcessorMetrics;
use crate::sources::Sources;

/// At most so many events in one transaction.
const BATCH: usize = 500;
/// How long to wait for events before looking whether some call's time is up.
const IDLE: Duration = Duration::from_secs(1);
/// After an ended call was last heard of, corrections are taken for so long; then its state is dropped from the log.
const CORRECTIONS: Duration = Duration::from_hours(3 * 24);
/// Waits after a failure, doubled up to the longest.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The processor role.
pub struct Processor {
    backbone: Backbone,
    clock: Arc<Clock>,
    metrics: ProcessorMetrics,
    sources: Sources,
}

impl Processor {
    /// On a backbone.
    pub fn new(backbone: Backbone, clock: Arc<Clock>, metrics: ProcessorMetrics) -> Self {
        let sources = Sources::new(Arc::clone(&backbone.directory));
        Self { backbone, clock, metrics, sources }
    }

    /// Runs until `stop`; what fails is read again, forever.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let mut reader = self.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await?;
        let mut wait = SHORTEST_WAIT;
        while !stop.is_cancelled() {
            let turn = tokio::select! {
                turn = self.turn(reader.as_mut()) => turn,
                // A turn given up half way wrote nothing, or all: the log tells which at the next start.
                () = stop.cancelled() => break,
            };
            match turn {
                Ok(()) => wait = SHORTEST_WAIT,
                Err(why) => {
                    tracing::warn!(error = %why, wait_ms = wait.as_millis(), "folding failed, reading again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    if let Err(why) = reader.rewind().await {
                        tracing::warn!(error = %why, "the reader could not go back yet");
                    }
                }
            }
        }
        Ok(())
    }

    /// One batch: polled, folded, committed; and when nothing is left to read, the clock's part.
    pub async fn turn(&mut self, reader: &mut dyn Consumer) -> Result<(), Error> {
        self.sources.refresh().await?;
        let batch = reader.poll(BATCH, IDLE).await?;
        if !batch.records.is_empty() {
            let outputs = self.fold_batch(reader, &batch).await?;
            reader.commit(outputs).await?;
        }
        if batch.caught_up { self.by_clock(reader).await } else { Ok(()) }
    }

    async fn fold_batch(&self, reader: &mut dyn Consumer, batch: &Batch) -> Result<Vec<Record>, Error> {
        let events: Vec<Event> = batch.records.iter().filter_map(|stored| self.event(stored)).collect();
        let mut calls = self.calls(reader, &events).await?;
        let mut outputs = Vec::new();
        let mut changed: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for event in events {
            let key = event.key().to_string();
            let (call, change) = fold(calls.remove(&key), event);
            match change {
                Change::Changed => self.metrics.folded.inc(),
                Change::Earlier | Change::Repeated => self.metrics.repeated.inc(),
                Change::Ignored => self.metrics.ignored.inc(),
            };
            if change == Change::Changed && call.ended() {
                outputs.push(record(Topic::Finished, &call, None)?);
            }
            if matches!(change, Change::Changed | Change::Earlier) && seen.insert(key.clone()) {
                changed.push(key.clone());
            }
            calls.insert(key, call);
        }
        // Of a compacted topic only the last revision of a batch is ever seen.
        for call in changed.iter().filter_map(|key| calls.get(key)) {
            outputs.push(record(Topic::State, call, Some(self.due(call)))?);
        }
        Ok(outputs)
    }

    /// When the call needs the clock: to be ended, or, once over, to be dropped from the log.
    fn due(&self, call: &Call) -> Timestamp {
        ends_by(call, self.sources.timing(&call.source)).unwrap_or_else(|| {
            schemas::time::later(call.last_heard_at.max(call.ended_at.unwrap_or(Timestamp::MIN)), CORRECTIONS)
        })
    }

    fn event(&self, stored: &Stored) -> Option<Event> {
        let read = serde_json::from_slice::<Event>(&stored.record.value).map_err(|why| why.to_string());
        // Under another key it may stand in a partition whose reader does not have its call.
        let read = read.and_then(|event| {
            if event.key().to_string() == stored.record.key {
                Ok(event)
            } else {
                Err("not under its own key".to_owned())
            }
        });
        read.inspect_err(|why| {
            // It stays in calls.raw; what follows it must not wait.
            self.metrics.unreadable.inc();
            let (partition, offset) = (stored.position.partition, stored.position.offset);
            tracing::error!(partition, offset, error = why, "a record of calls.raw is no event, passed over");
        })
        .ok()
    }

    /// The calls that these events go on from: as the log has them, or else as the journal does.
    async fn calls(&self, reader: &mut dyn Consumer, events: &[Event]) -> Result<HashMap<String, Call>, Error> {
        let keys: Vec<CallKey> = events.iter().map(Event::key).collect::<HashSet<_>>().into_iter().collect();
        let texts: Vec<String> = keys.iter().map(CallKey::to_string).collect();
        let mut calls = HashMap::with_capacity(keys.len());
        let mut unknown = Vec::new();
        for (key, found) in keys.into_iter().zip(reader.latest(&texts).await?) {
            match found {
                Some(state) => drop(calls.insert(key.to_string(), read_call(&state)?)),
                None => unknown.push(key),
            }
        }
        for (key, found) in unknown.iter().zip(self.backbone.journal.newest(&unknown).await?) {
            if let Some(call) = found {
                calls.insert(key.to_string(), call);
            }
        }
        Ok(calls)
    }

    /// Ends the calls whose time is up, and drops the state of those that are long over.
    async fn by_clock(&self, reader: &mut dyn Consumer) -> Result<(), Error> {
        let now = self.clock.now();
        let mut words = Vec::new();
        let mut tombstones = Vec::new();
        for state in reader.due(now, BATCH).await? {
            let call = read_call(&state)?;
            if call.ended() {
                tombstones.push(Record { value: Vec::new(), due: None, id: Uuid::now_v7(), at: now, ..state });
            } else {
                self.metrics.presumed.inc();
                words.push(raw(&presumed_end(&call, now))?);
            }
        }
        if !words.is_empty() {
            self.backbone.log.append(words).await?;
        }
        if !tombstones.is_empty() {
            reader.commit(tombstones).await?;
        }
        Ok(())
    }
}

fn read_call(state: &Record) -> Result<Call, Error> {
    serde_json::from_slice(&state.value).map_err(|why| Error::Unreadable(format!("the state of {}: {why}", state.key)))
}

fn record(topic: Topic, call: &Call, due: Option<Timestamp>) -> Result<Record, Error> {
    let value = serde_json::to_vec(call).map_err(|why| Error::Invalid(why.to_string()))?;
    Ok(Record { topic, key: call.key().to_string(), id: Uuid::now_v7(), at: call.last_heard_at, due, value })
}

/// An event as a record of `calls.raw`.
fn raw(event: &Event) -> Result<Record, Error> {
    let value = serde_json::to_vec(event).map_err(|why| Error::Invalid(why.to_string()))?;
    Ok(Record {
        topic: Topic::Raw,
        key: event.key().to_string(),
        id: event.receipt,
        at: event.received_at,
        due: None,
        value,
    })
}
