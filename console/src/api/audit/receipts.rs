//! Each session of the window against its calls in the journal.

use backbone::Topic;
use processor::audit::{Column, Told, UnderWay, columns, unsaid};
use processor::batch;
use schemas::{Call, CallKey, Timestamp};

use super::Scope;
use super::books::Books;
use super::read::Received;
use crate::api::fault::Fault;
use crate::state::Console;

/// Sessions looked up at once.
const KEYS: usize = 100;
/// Sessions of which all that the log has is looked for, in one answer.
const HISTORIES_MAX: usize = 50;
/// Who brings an event into the journal.
pub const GROUPS: &[&str] = &["processor", "journal"];

/// A session, and what was received of it.
pub type Session = (CallKey, Vec<Told>);

/// Counts the sessions that fit; gives back the others.
pub async fn look(console: &Console, scope: &Scope, log: &Received, books: &mut Books) -> Result<Vec<Session>, Fault> {
    let mut unsure = Vec::new();
    let mut sessions = log.sessions.iter();
    loop {
        let some: Vec<(&CallKey, &Vec<Told>)> = sessions.by_ref().take(KEYS).collect();
        if some.is_empty() {
            return Ok(unsure);
        }
        let keys: Vec<CallKey> = some.iter().map(|(key, _)| (*key).clone()).collect();
        for ((key, told), calls) in some.into_iter().zip(calls(console, &keys, scope.window.start).await?) {
            let columns = columns(told, &calls);
            if columns.contains(&Column::Missing) || !unsaid(told, &calls, &scope.window).is_empty() {
                unsure.push((key.clone(), told.clone()));
            } else {
                told.iter().zip(columns).for_each(|(told, column)| books.receipt(key, told, column, false));
            }
        }
    }
}

/// Looks again at what did not fit, and counts it as it is then.
pub async fn look_again(
    console: &Console,
    scope: &Scope,
    mut unsure: Vec<Session>,
    way: &UnderWay,
    books: &mut Books,
) -> Result<(), Fault> {
    let mut histories = 0;
    for some in unsure.chunks_mut(KEYS) {
        let keys: Vec<CallKey> = some.iter().map(|(key, _)| key.clone()).collect();
        for ((key, told), calls) in some.iter_mut().zip(calls(console, &keys, scope.window.start).await?) {
            if !unsaid(told, &calls, &scope.window).is_empty() && histories < HISTORIES_MAX {
                histories += 1;
                complete(console, scope, key, told, &calls).await?;
            }
            for (told, column) in told.iter().zip(columns(told, &calls)) {
                books.receipt(key, told, column, way.may_be(told.at, told.at, GROUPS));
            }
            // What came while this was read is no longer looked for in the log.
            for (call, event) in
                unsaid(told, &calls, &scope.window).into_iter().filter(|(_, event)| event.at < way.since)
            {
                books.unsaid(call, event);
            }
        }
    }
    Ok(())
}

/// Adds what the log has of the events that seemed not to be in it: brought there later than was read.
async fn complete(
    console: &Console,
    scope: &Scope,
    key: &CallKey,
    told: &mut Vec<Told>,
    calls: &[Call],
) -> Result<(), Fault> {
    let history = console.backbone().log.history(Topic::Raw, &key.to_string(), scope.window.start).await?;
    let events = history.iter().filter_map(|stored| batch::event(&stored.record).ok());
    let kept: Vec<Told> = events.map(|event| Told::from(&event)).collect();
    let found: Vec<Told> = unsaid(told, calls, &scope.window)
        .into_iter()
        .filter_map(|(_, event)| kept.iter().find(|kept| kept.event == event.id && kept.at == event.at).cloned())
        .collect();
    told.extend(found);
    Ok(())
}

/// The calls of each session that may hold what was received since then.
async fn calls(console: &Console, keys: &[CallKey], since: Timestamp) -> Result<Vec<Vec<Call>>, Fault> {
    let journal = &console.backbone().journal;
    let mut all = Vec::with_capacity(keys.len());
    for (key, newest) in keys.iter().zip(journal.newest(keys).await?) {
        let mut calls = Vec::from_iter(newest);
        while let Some(last) = calls.last().filter(|last| last.use_number > 1 && last.started_at >= since) {
            let Some(before) = journal.call(&key.call_id(last.use_number - 1)).await? else { break };
            calls.push(before);
        }
        all.push(calls);
    }
    Ok(all)
}
