//! Receipts against the journal: one id for each request, however often its record stands in the log.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use schemas::{Call, Event, EventId, Heard, Origin, PbxState, Timestamp};
use uuid::Uuid;

use crate::fold::Set;

/// One receipt of `calls.raw`: what is needed of its event to keep the books.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id.
    pub receipt: Uuid,
    /// The event.
    pub event: EventId,
    /// When it was received.
    pub at: Timestamp,
    /// What it said.
    pub state: PbxState,
    /// Said by Ringfold itself and not received: looked for like all else, and counted nowhere.
    pub own: bool,
}

impl<B> From<&Event<B>> for Told {
    fn from(event: &Event<B>) -> Self {
        Self {
            receipt: event.receipt,
            event: event.id,
            at: event.received_at,
            state: event.said.state,
            own: event.origin == Origin::Clock,
        }
    }
}

/// What became of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Its event is part of a call, as first received.
    Folded,
    /// Its event had been received before.
    Repeated,
    /// Its call holds as many events as a call takes.
    Ignored,
    /// It is in no call.
    Missing,
}

/// What became of each receipt of a session, given once each, by the session's calls in the journal.
pub fn columns(told: &[Told], calls: &[Call]) -> Vec<Column> {
    let mut heard: HashMap<EventId, Vec<(usize, Timestamp)>> = HashMap::new();
    for (n, call) in calls.iter().enumerate() {
        call.events.iter().for_each(|event| heard.entry(event.id).or_default().push((n, event.at)));
    }
    // Of several received at the same instant one is folded.
    let mut folded = HashSet::new();
    let column = |told: &Told| {
        let times = heard.get(&told.event).map(Vec::as_slice).unwrap_or_default();
        let first = times.iter().find(|(_, at)| *at == told.at);
        if first.is_some_and(|(n, _)| folded.insert((*n, told.event))) {
            Column::Folded
        } else if times.iter().any(|(_, at)| *at <= told.at) {
            Column::Repeated
        } else if times.is_empty() && calls.iter().any(|call| Set::from(call.clone()).is_full(told.state)) {
            Column::Ignored
        } else {
            // Also where the call has only a later copy: this one was never folded.
            Column::Missing
        }
    };
    told.iter().map(column).collect()
}

/// The events of calls, received within these times, that none of the receipts stands for.
pub fn unsaid<'a>(told: &[Told], calls: &'a [Call], within: &Range<Timestamp>) -> Vec<(&'a Call, &'a Heard)> {
    let said: HashSet<(EventId, Timestamp)> = told.iter().map(|told| (told.event, told.at)).collect();
    let events = calls.iter().flat_map(|call| call.events.iter().map(move |event| (call, event)));
    events.filter(|(_, event)| within.contains(&event.at) && !said.contains(&(event.id, event.at))).collect()
}

/// The books of one source and hour of receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Receipts {
    /// Requests kept.
    pub received: u64,
    /// Those that are the first of an event of a call.
    pub folded: u64,
    /// Those that said again what had been said.
    pub repeated: u64,
    /// Those that a full call left out, and records that are no event.
    pub ignored: u64,
    /// Those that could not be read, kept in `calls.rejected`.
    pub rejected: u64,
    /// Those that may not have been folded yet.
    pub on_the_way: u64,
    /// Events of calls that nothing in the log says.
    pub unsaid: u64,
}

impl Receipts {
    /// Counts a receipt in its column; a missing one, unless it may be under way, only as received.
    pub fn add(&mut self, told: &Told, column: Column, under_way: bool) {
        if told.own && (under_way || column != Column::Missing) {
            return;
        }
        self.received += 1;
        match column {
            Column::Folded => self.folded += 1,
            Column::Repeated => self.repeated += 1,
            Column::Ignored => self.ignored += 1,
            Column::Missing if under_way => self.on_the_way += 1,
            Column::Missing => {}
        }
    }

    /// Every receipt is in one column, and every event of a call has its receipt.
    pub fn balance(&self) -> bool {
        let Self { received, folded, repeated, ignored, rejected, on_the_way, unsaid } = *self;
        received == folded + repeated + ignored + rejected + on_the_way && unsaid == 0
    }
}
