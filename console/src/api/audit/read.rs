//! What was received within the window, as the log has it: each receipt once, however often its record stands there.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use backbone::log::Start;
use backbone::{Cursor, Record, Topic};
use processor::audit::{Told, hour};
use processor::batch;
use schemas::time::{earlier, later};
use schemas::{CallKey, Rejected, SourceId, Timestamp};
use uuid::Uuid;

use super::Scope;
use crate::api::fault::Fault;
use crate::state::Console;

/// Records read at once.
const BATCH: usize = 500;
/// Receipts of one answer, so that memory and time are bounded.
const RECEIPTS_MAX: usize = 50_000;
/// What was received in the window and came to the log so long after it is still seen.
const TAIL: Duration = Duration::from_hours(24);
/// Times of records may be cut to milliseconds.
const FINE: Duration = Duration::from_secs(1);

/// What the log has of the window.
pub struct Received {
    /// How far the window was taken.
    pub until: Timestamp,
    /// By session.
    pub sessions: BTreeMap<CallKey, Vec<Told>>,
    /// What is of no call.
    pub others: Vec<Other>,
}

/// What was received and is of no call.
pub struct Other {
    pub source: SourceId,
    pub at: Timestamp,
    /// It is kept in `calls.rejected`; else it is a record of `calls.raw` that is no event.
    pub rejected: bool,
}

/// Reads it.
pub async fn read(console: &Console, scope: &Scope) -> Result<Received, Fault> {
    let since = scope.window.start;
    let received = Received { until: scope.window.end, sessions: BTreeMap::new(), others: Vec::new() };
    let mut reading = Reading { scope, received, seen: HashSet::new(), count: 0 };
    for topic in [Topic::Raw, Topic::Rejected] {
        let mut cursor = Cursor::default();
        loop {
            let batch = console.backbone().log.read(topic, Start::Time(since), &cursor, BATCH).await?;
            for stored in &batch {
                cursor.pass(stored.position);
                reading.take(&stored.record);
            }
            reading.cut(RECEIPTS_MAX);
            let end = later(reading.received.until, TAIL);
            if batch.len() < BATCH || batch.last().is_some_and(|last| last.record.at >= end) {
                break;
            }
        }
    }
    Ok(reading.received)
}

struct Reading<'a> {
    scope: &'a Scope,
    received: Received,
    seen: HashSet<Uuid>,
    count: usize,
}

impl Reading<'_> {
    fn take(&mut self, record: &Record) {
        if record.at < earlier(self.scope.window.start, FINE) || record.at >= self.received.until {
            return;
        }
        if record.topic == Topic::Rejected {
            let Ok(rejected) = serde_json::from_slice::<Rejected>(&record.value) else { return self.no_event(record) };
            let Rejected { receipt, source, received_at: at, .. } = rejected;
            return self.other(receipt, Other { source, at, rejected: true });
        }
        let Ok(event) = batch::event(record) else { return self.no_event(record) };
        let key = event.key();
        if self.is_new(&key.source, event.received_at, event.receipt) {
            self.received.sessions.entry(key).or_default().push(Told::from(&event));
        }
    }

    /// What another program wrote. Under a key that names no source it is nobody's.
    fn no_event(&mut self, record: &Record) {
        let source = record.key.split('/').next().and_then(|source| source.parse().ok());
        if let Some(source) = source {
            self.other(record.id, Other { source, at: record.at, rejected: false });
        }
    }

    fn other(&mut self, receipt: Uuid, other: Other) {
        if self.is_new(&other.source, other.at, receipt) {
            self.received.others.push(other);
        }
    }

    fn is_new(&mut self, source: &SourceId, at: Timestamp, receipt: Uuid) -> bool {
        let within = self.scope.window.start <= at && at < self.received.until;
        let is_new = within && self.scope.has(source) && self.seen.insert(receipt);
        self.count += usize::from(is_new);
        is_new
    }

    /// Of a window that holds too much the earlier part is taken, whole hours where it has some.
    fn cut(&mut self, most: usize) {
        while self.count > most {
            let events = self.received.sessions.values().flatten().map(|told| told.at);
            let mut times: Vec<Timestamp> = events.chain(self.received.others.iter().map(|other| other.at)).collect();
            let half = times.len() / 2;
            let (_, middle, _) = times.select_nth_unstable(half);
            let (middle, since) = (*middle, self.scope.window.start);
            let whole = Some(hour(middle)).filter(|hour| *hour > since);
            let until = whole.unwrap_or(middle).max(later(since, Duration::from_millis(1)));
            if until >= self.received.until {
                return;
            }
            self.received.until = until;
            self.received.others.retain(|other| other.at < until);
            self.received.sessions.retain(|_, told| {
                told.retain(|told| told.at < until);
                !told.is_empty()
            });
            let events: usize = self.received.sessions.values().map(Vec::len).sum();
            self.count = events + self.received.others.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use schemas::Event;
    use serde_json::json;

    use super::*;

    fn time(text: &str) -> Timestamp {
        format!("2026-11-28T{text}Z").parse().unwrap()
    }

    fn record(n: u32, at: Timestamp) -> Record {
        let event: Event = serde_json::from_value(json!({
            "id": format!("{n:032x}"), "receipt": Uuid::from_u128(n.into()), "account": "acme", "source": "acme-uis",
            "session": n.to_string(), "received_at": at, "said": {"state": "MISSED"}
        }))
        .unwrap();
        let (key, value) = (event.key().to_string(), serde_json::to_vec(&event).unwrap());
        Record { topic: Topic::Raw, key, id: event.receipt, at, due: None, value }
    }

    #[test]
    fn of_too_much_the_earlier_hours_are_taken() {
        let window = time("08:30:00")..time("12:00:00");
        let scope = Scope { window: window.clone(), sources: None, connection: None, connections: Vec::new() };
        let received = Received { until: window.end, sessions: BTreeMap::new(), others: Vec::new() };
        let mut reading = Reading { scope: &scope, received, seen: HashSet::new(), count: 0 };
        let times = ["08:40:00", "08:50:00", "09:10:00", "10:10:00", "10:20:00", "11:59:59", "08:29:59", "12:00:00"];
        for (n, at) in (0..).zip(times) {
            reading.take(&record(n, time(at)));
            reading.take(&record(n, time(at)));
        }
        assert_eq!(reading.count, 6, "within the window, each once");
        reading.cut(6);
        assert_eq!(reading.received.until, window.end, "that is not too much");
        reading.cut(5);
        assert_eq!((reading.received.until, reading.count), (time("10:00:00"), 3));
        reading.cut(1);
        assert_eq!(
            (reading.received.until, reading.count),
            (time("08:50:00"), 1),
            "less than an hour where it must be"
        );
        reading.take(&record(99, time("08:55:00")));
        assert_eq!(reading.count, 1, "what comes after is left to the next answer");
    }
}
