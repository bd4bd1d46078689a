//! One batch of events: read, and folded into the calls that stood before. No I/O: what is to be written comes out.

use std::collections::HashMap;

use backbone::{Error, Record, Stored, Topic};
use schemas::{Call, Event, Timestamp, Unread};
use uuid::Uuid;

use crate::fold::{Change, Set};
use crate::metrics::ProcessorMetrics;

/// What one transaction writes is at most about so many bytes, or what one event makes: a call that holds much and is
/// corrected often makes far more than was read.
pub const OUTPUT_BYTES_MAX: usize = 16 << 20;

/// The events of a batch, each with the place of its session among the keys.
#[derive(Default)]
pub struct Events {
    /// Every session once.
    pub keys: Vec<String>,
    events: Vec<(usize, Event<Unread>)>,
}

impl Events {
    /// Reads the records. What is no event stays in `calls.raw`, counted: what follows it must not wait.
    pub fn read(records: Vec<Stored>, metrics: &ProcessorMetrics) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut events = Vec::with_capacity(records.len());
        for Stored { position, record } in records {
            match event(&record) {
                Ok(event) => {
                    let place = places.len();
                    events.push((*places.entry(record.key).or_insert(place), event));
                }
                Err(why) => {
                    metrics.unreadable.inc();
                    let (partition, offset) = (position.partition, position.offset);
                    tracing::error!(partition, offset, error = %why, "a record of calls.raw is no event, passed over");
                }
            }
        }
        let mut keys = vec![String::new(); places.len()];
        for (key, place) in places {
            keys[place] = key;
        }
        Self { keys, events }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// The event that a record of `calls.raw` holds, or why it is none.
pub fn event(record: &Record) -> Result<Event<Unread>, String> {
    let event = read(&record.value)?;
    // Under another key it may stand in a partition whose reader does not have its call.
    if is_of(&record.key, &event) { Ok(event) } else { Err("not under its own key".to_owned()) }
}

/// Checks once that it is UTF-8, and not text by text.
fn read(value: &[u8]) -> Result<Event<Unread>, String> {
    let text = std::str::from_utf8(value).map_err(|why| why.to_string())?;
    serde_json::from_str(text).map_err(|why| why.to_string())
}

fn is_of(key: &str, event: &Event<Unread>) -> bool {
    key.split_once('/') == Some((event.source.as_str(), event.session.as_str()))
}

/// What became of a batch.
pub struct Folded {
    /// What is to be written, in order.
    pub outputs: Vec<Record>,
    /// Every session of the batch as it then stands.
    pub sets: Vec<(String, Set)>,
    /// Of the values of `outputs`.
    pub bytes: usize,
}

/// Why a batch was not folded.
#[derive(Debug)]
pub enum Failed {
    /// It makes more than [`OUTPUT_BYTES_MAX`]: fold fewer events at once.
    TooMuch,
    /// A call cannot be written down.
    Unwritable(Error),
}

/// Folds the events, in order, into the calls that stood before: one for each key, where there was one. `due` says when a
/// call needs the clock.
///
/// `calls.finished` gets every revision of a call from its end on. `calls.state` is compacted: of it only the last revision
/// of a batch is ever seen, so no other is made.
pub fn fold(
    events: Events,
    sets: Vec<Option<Set>>,
    due: impl Fn(&Call) -> Timestamp,
    metrics: &ProcessorMetrics,
) -> Result<Folded, Failed> {
    let mut folding = Folding::of(events.keys, sets, due);
    for (place, event) in events.events {
        match folding.add(place, event)? {
            Change::Changed => metrics.folded.inc(),
            Change::Earlier | Change::Repeated => metrics.repeated.inc(),
            Change::Ignored => metrics.ignored.inc(),
        };
    }
    folding.states()
}

/// A batch while it is folded.
struct Folding<D> {
    slots: Vec<Slot>,
    outputs: Vec<Record>,
    bytes: usize,
    due: D,
    ids: Ids,
    scratch: Vec<u8>,
}

/// One session of the batch.
struct Slot {
    key: String,
    set: Option<Set>,
    /// Its state is to be written.
    changed: bool,
    /// Where among the outputs its last finished revision is, if nothing changed since; and when that needs the clock.
    finished: Option<(usize, Timestamp)>,
}

impl<D: Fn(&Call) -> Timestamp> Folding<D> {
    fn of(keys: Vec<String>, sets: Vec<Option<Set>>, due: D) -> Self {
        let slot = |(key, set)| Slot { key, set, changed: false, finished: None };
        let slots = keys.into_iter().zip(sets).map(slot).collect();
        Self { slots, outputs: Vec::new(), bytes: 0, due, ids: Ids::new(), scratch: Vec::new() }
    }

    fn add(&mut self, place: usize, event: Event<Unread>) -> Result<Change, Failed> {
        let slot = &mut self.slots[place];
        let (set, change) = match slot.set.take() {
            Some(mut set) => {
                let change = set.add(event);
                (set, change)
            }
            None => (Set::begin(event, 1), Change::Changed),
        };
        if matches!(change, Change::Repeated | Change::Ignored) {
            slot.set = Some(set);
            return Ok(change);
        }
        slot.changed = true;
        slot.finished = None;
        if change == Change::Changed && set.ended() {
            self.finish(place, set)?;
        } else {
            slot.set = Some(set);
        }
        Ok(change)
    }

    fn finish(&mut self, place: usize, set: Set) -> Result<(), Failed> {
        let call = set.into_call();
        let value = self.json(&call)?;
        let key = self.slots[place].key.clone();
        self.slots[place].finished = Some((self.outputs.len(), (self.due)(&call)));
        self.push(Record { topic: Topic::Finished, key, id: Uuid::nil(), at: call.last_heard_at, due: None, value })?;
        self.slots[place].set = Some(Set::from(call));
        Ok(())
    }

    /// The state of every call that changed, and all that was folded.
    fn states(mut self) -> Result<Folded, Failed> {
        let mut sets = Vec::with_capacity(self.slots.len());
        for Slot { key, set, changed, finished } in std::mem::take(&mut self.slots) {
            let Some(mut set) = set else { continue };
            let written = finished.and_then(|(place, due)| Some((self.outputs.get(place)?, due)));
            if let Some((finished, due)) = written {
                let state = Record { topic: Topic::State, due: Some(due), ..finished.clone() };
                self.push(state)?;
            } else if changed {
                let call = set.into_call();
                let (value, due) = (self.json(&call)?, Some((self.due)(&call)));
                let (key, at) = (key.clone(), call.last_heard_at);
                self.push(Record { topic: Topic::State, key, id: Uuid::nil(), at, due, value })?;
                set = Set::from(call);
            }
            sets.push((key, set));
        }
        Ok(Folded { outputs: self.outputs, sets, bytes: self.bytes })
    }

    fn push(&mut self, record: Record) -> Result<(), Failed> {
        self.bytes += record.value.len();
        self.outputs.push(Record { id: self.ids.next(), ..record });
        // One event may make a finished revision and a state, however large.
        if self.bytes > OUTPUT_BYTES_MAX && self.outputs.len() > 2 { Err(Failed::TooMuch) } else { Ok(()) }
    }

    fn json(&mut self, call: &Call) -> Result<Vec<u8>, Failed> {
        self.scratch.clear();
        serde_json::to_writer(&mut self.scratch, call)
            .map_err(|why| Failed::Unwritable(Error::Invalid(why.to_string())))?;
        Ok(self.scratch.clone())
    }
}

/// Ids for the records of one batch: one drawn from the system, and counted on from there.
struct Ids(Uuid);

impl Ids {
    /// What follows the two bits of the variant.
    const COUNTED: u64 = u64::MAX >> 2;

    fn new() -> Self {
        Self(Uuid::now_v7())
    }

    fn next(&mut self) -> Uuid {
        let (high, low) = self.0.as_u64_pair();
        let counted = low.wrapping_add(1) & Self::COUNTED;
        self.0 = Uuid::from_u64_pair(high, low & !Self::COUNTED | counted);
        self.0
    }
}
