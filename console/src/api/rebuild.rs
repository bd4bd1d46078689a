//! `/rebuild`: the calls of a window made again from `calls.raw`, and compared with those that are there (D4).

mod reading;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use backbone::log::{Lag, Start};
use backbone::{Cursor, Record, Stored, Topic};
use processor::rebuild::{self, Difference};
use schemas::time::{earlier, later};
use schemas::{Call, CallKey, Event, Source, Timestamp, Unread};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::fault::Fault;
use super::input::Given;
use crate::state::Console;
use crate::wire::{Differs, FieldDiffers, Rebuild, Rebuilt};
use reading::{History, Reading};

/// Records read at once.
const BATCH: usize = 1000;
/// Of one request, so that memory is bounded.
const EVENTS_MAX: usize = 100_000;
/// Calls that differ, in one answer.
const DIFFER_MAX: usize = 1000;
/// What is said of a call so long after the window is read along; what comes later is looked at where a call differs.
const TAIL: Duration = Duration::from_hours(1);
/// A call heard of so lately may still be under way through the processor.
const SETTLED: Duration = Duration::from_mins(1);
/// Readers that are behind have so long to read what there is.
const CATCHING_UP: Duration = Duration::from_secs(20);
/// Between two looks whether they have.
const LOOK: Duration = Duration::from_millis(100);

/// What was said of each session, as far as it was read.
type Sessions = BTreeMap<CallKey, Vec<Event<Unread>>>;

/// `POST /rebuild`
pub async fn post(State(console): State<Console>, Given(asked): Given<Rebuild>) -> Result<Json<Rebuilt>, Fault> {
    let entries = console.backbone().directory.load().await?.sources;
    let sources: Vec<Source> = entries.into_iter().map(|entry| entry.source).collect();
    if let Some(id) = asked.source.as_ref().filter(|id| sources.iter().all(|source| source.id != **id)) {
        return Err(Fault::none("source", id, "sources list"));
    }
    let reading = Reading::new(asked.reread.then_some(sources));
    let sessions = read(&console, &asked, &reading).await?;
    let settled = settled(&console).await?;
    let mut rebuilt = Rebuilt::default();
    for (key, events) in sessions {
        let within = |call: &Call| asked.since <= call.started_at && call.started_at < asked.until;
        let made = rebuild::calls(events);
        for call in made.iter().filter(|call| within(call) && call.last_heard_at < settled) {
            rebuilt.calls += 1;
            if console.backbone().journal.call(&call.id).await?.is_some_and(|is| is == *call) {
                continue;
            }
            // All of the session, for the window may have cut it.
            if let Some((differs, records)) = surely(&console, &key, call, &reading, &mut rebuilt).await? {
                if asked.correct && !records.is_empty() {
                    console.backbone().log.append(records).await?;
                    rebuilt.corrected += 1;
                }
                rebuilt.differ.push(differs);
            }
            if rebuilt.differ.len() >= DIFFER_MAX {
                return Ok(Json(rebuilt));
            }
        }
    }
    Ok(Json(rebuilt))
}

/// Calls last heard of before this are what they will be: everything said by then was folded, and is in the journal. Who is behind
/// is waited for a while: it may be by what was made right just before.
async fn settled(console: &Console) -> Result<Timestamp, Fault> {
    let deadline = Instant::now() + CATCHING_UP;
    loop {
        let lags = console.backbone().log.lag().await?;
        let behind = match settled_by(&lags, earlier(console.parts.clock.now(), SETTLED)) {
            Ok(settled) => return Ok(settled),
            Err(lag) => format!("the {} has {} records to read yet", lag.group, lag.records),
        };
        if Instant::now() >= deadline {
            return Err(Fault::conflict(behind, "calls are not what they will be: ask again when it has read them"));
        }
        sleep(LOOK).await;
    }
}

/// The same, by what readers have yet to read: whatever there is, where they have read all; else what was heard of before `young`, unless
/// one may not have read that either. What it has yet to read may be of any age, where that is not known.
fn settled_by(lags: &[Lag], young: Timestamp) -> Result<Timestamp, &Lag> {
    let reads = |lag: &&Lag| ["processor", "journal"].contains(&lag.group.as_str()) && lag.records > 0;
    let behind: Vec<&Lag> = lags.iter().filter(reads).collect();
    match behind.iter().find(|lag| lag.oldest.is_none_or(|oldest| oldest < young)) {
        Some(lag) => Err(*lag),
        None if behind.is_empty() => Ok(Timestamp::MAX),
        None => Ok(young),
    }
}

/// The events of sessions that begin in the window.
async fn read(console: &Console, asked: &Rebuild, reading: &Reading) -> Result<Sessions, Fault> {
    let (mut sessions, mut cursor, mut count) = (Sessions::new(), Cursor::default(), 0);
    let end = later(asked.until, TAIL);
    loop {
        let batch = console.backbone().log.read(Topic::Raw, Start::Time(asked.since), &cursor, BATCH).await?;
        for stored in &batch {
            cursor.pass(stored.position);
            let Some(event) = reading.event(&stored.record.value) else { continue };
            let key = event.key();
            if asked.source.as_ref().is_some_and(|source| *source != key.source) {
                continue;
            }
            if event.received_at < asked.until || sessions.contains_key(&key) {
                sessions.entry(key).or_default().push(event);
                count += 1;
            }
        }
        if count > EVENTS_MAX {
            let detail = format!("more than {EVENTS_MAX} events were said in this window");
            return Err(Fault::invalid(detail, "ask for a shorter one"));
        }
        if batch.len() < BATCH || batch.last().is_some_and(|last| last.record.at >= end) {
            return Ok(sessions);
        }
    }
}

/// The difference of a call, from all that was said of its session; and the records that make it right.
async fn surely(
    console: &Console,
    key: &CallKey,
    call: &Call,
    reading: &Reading,
    rebuilt: &mut Rebuilt,
) -> Result<Option<(Differs, Vec<Record>)>, Fault> {
    let backbone = console.backbone();
    let records = backbone.log.history(Topic::Raw, &key.to_string(), Timestamp::MIN).await?;
    let History { events, changed, unreadable } = reading.history(&records);
    rebuilt.unreadable += unreadable;
    rebuilt.reread += changed.len() as u64;
    let made = rebuild::calls(events);
    let Some(right) = made.iter().find(|made| made.started_at == call.started_at) else { return Ok(None) };
    let Some(is) = backbone.journal.call(&right.id).await? else {
        // What was said is said again: whoever knows it passes it over.
        let again = records.into_iter().map(again).collect();
        return Ok(Some((Differs { call: right.id.clone(), missing: true, fields: Vec::new() }, again)));
    };
    let fields: Vec<FieldDiffers> = rebuild::differences(&is, right).into_iter().map(shown).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let differs = Differs { call: right.id.clone(), missing: false, fields };
    if !rebuild::is_last(&made, &right.id) {
        return Ok(Some((differs, Vec::new())));
    }
    // What the call never got is said again; no word could have it derived from that.
    let lost = |stored: &Stored| {
        let event = serde_json::from_slice::<Event<Unread>>(&stored.record.value);
        event.is_ok_and(|event| {
            let heard =
                |call: &Call| call.events.iter().any(|heard| (heard.id, heard.at) == (event.id, event.received_at));
            heard(right) && !heard(&is)
        })
    };
    let now = console.parts.clock.now();
    let mut again: Vec<Record> = records.into_iter().filter(lost).map(again).collect();
    if !again.is_empty() {
        for event in changed {
            again.push(Record::raw(&event, Uuid::now_v7(), now)?);
        }
        return Ok(Some((differs, again)));
    }
    // What is read otherwise, and after it the word.
    let words = changed.into_iter().chain([rebuild::word(right, now)]);
    let records = words.map(|event| Record::raw(&event, Uuid::now_v7(), now)).collect::<Result<_, _>>()?;
    Ok(Some((differs, records)))
}

/// The same record once more.
fn again(stored: Stored) -> Record {
    Record { id: Uuid::now_v7(), ..stored.record }
}

fn shown(Difference { field, is, should_be }: Difference) -> FieldDiffers {
    FieldDiffers { field, is, should_be }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn lag(group: &str, records: u64, oldest: Option<i64>) -> Lag {
        Lag { group: group.to_owned(), topic: Topic::Raw, partition: 0, records, oldest: oldest.map(at) }
    }

    #[test]
    fn a_reader_that_may_be_behind_is_waited_for() {
        let (old, young) = (Some(10), Some(60));
        for (lags, expected) in [
            (vec![], Ok(Timestamp::MAX)),
            (vec![lag("processor", 0, None), lag("journal", 0, None), lag("sink-rbs-crm", 9, old)], Ok(Timestamp::MAX)),
            (vec![lag("processor", 1, young), lag("journal", 0, None)], Ok(at(50))),
            (vec![lag("processor", 1, young), lag("journal", 2, old)], Err("journal")),
            (vec![lag("processor", 1, young), lag("journal", 2, None)], Err("journal")),
            (vec![lag("journal", 2, None), lag("processor", 1, old)], Err("journal")),
            (vec![lag("processor", 0, None), lag("processor", 2, old), lag("journal", 1, young)], Err("processor")),
        ] {
            let found = settled_by(&lags, at(50)).map_err(|lag| lag.group.as_str());
            assert_eq!(found, expected, "{lags:?}");
        }
    }
}
