//! What a PBX said by itself goes before what it said when asked, and that before a presumed end: it fills what is blank and
//! replaces nothing. Where the two differ, the call says so.

use std::time::Duration;

use schemas::time::{earlier, later};
use schemas::{Call, Heard, Origin, PbxState, Recording, Timestamp};

/// A list of calls that begin longer before it was asked for than this is not believed.
const OLDEST: Duration = Duration::from_hours(32 * 24);

/// What a PBX said, and not the clock.
pub fn said(events: &[Heard]) -> impl Iterator<Item = &Heard> {
    events.iter().filter(|event| event.said.state.of_the_pbx())
}

/// What a PBX said by itself.
pub fn told(events: &[Heard]) -> impl Iterator<Item = &Heard> {
    said(events).filter(|event| event.origin != Origin::Backfill)
}

/// What a PBX said when asked.
pub fn asked(events: &[Heard]) -> impl Iterator<Item = &Heard> {
    said(events).filter(|event| event.origin == Origin::Backfill)
}

/// All that a PBX said, in the order in which it counts.
pub fn ranked(events: &[Heard]) -> impl Iterator<Item = &Heard> {
    told(events).chain(asked(events))
}

/// The first that says it.
pub fn first<'a, T>(events: &'a [Heard], what: impl Fn(&'a Heard) -> Option<T>) -> Option<T> {
    ranked(events).find_map(what)
}

/// When its call began, of a word that tells a whole call afterwards: by the PBX's stamp. Else when the word was heard.
pub fn began(event: &Heard) -> Timestamp {
    let stamp = event.said.started_at.filter(|_| event.origin == Origin::Backfill);
    stamp.filter(|at| (earlier(event.at, OLDEST)..=event.at).contains(at)).unwrap_or(event.at)
}

/// When the client was through to somebody, likewise.
pub fn answered(event: &Heard) -> Timestamp {
    after(event, event.said.wait_seconds)
}

/// When its call ended, likewise.
pub fn ended(event: &Heard) -> Timestamp {
    let seconds = event.said.wait_seconds.unwrap_or(0).checked_add(event.said.talk_seconds.unwrap_or(0));
    after(event, seconds)
}

fn after(event: &Heard, seconds: Option<u32>) -> Timestamp {
    later(began(event), Duration::from_secs(seconds.unwrap_or(0).into())).min(event.at)
}

/// It ends a call.
pub fn ends(event: &Heard) -> bool {
    matches!(event.said.state, PbxState::Hangup | PbxState::Missed)
}

/// It is of a talk: an answer, or an end that leaves something of one. In seed 003 HANGUP is sent for recorded talks only.
pub fn talked(event: &Heard) -> bool {
    match event.said.state {
        PbxState::Answered => true,
        PbxState::Hangup => event.said.recording.is_some() || event.said.talk_seconds.is_none_or(|seconds| seconds > 0),
        _ => false,
    }
}

/// A list of calls may write the address of a recording in another way than webhooks do: only the last part of it is the same.
pub fn recordings(events: &[Heard]) -> Vec<Recording> {
    let mut recordings: Vec<Recording> = Vec::new();
    let mut add = |event: &Heard, alike: fn(&str, &str) -> bool| {
        for url in event.said.recordings() {
            if recordings.iter().all(|known| !alike(&known.url, url)) {
                recordings.push(Recording { url: url.clone(), heard_at: event.at });
            }
        }
    };
    told(events).for_each(|event| add(event, |a, b| a == b));
    asked(events).for_each(|event| add(event, schemas::same_recording));
    recordings
}

/// What the PBX said differently when asked, in words.
pub fn disagreements(call: &Call, whole: impl Fn(&Heard) -> schemas::Who) -> Vec<String> {
    let events = &call.events;
    let counts = "what it had said by itself counts";
    let mut found = Vec::new();
    let known = told(events).any(|event| ends(event) || talked(event));
    if let Some(end) = asked(events).find(|event| known && ends(event) && talked(event) != call.answered()) {
        let word = if talked(end) { "answered" } else { "missed" };
        found.push(format!("the PBX said when asked that it was {word}: {counts}"));
    }
    let direction = told(events).find_map(|event| event.said.direction);
    if direction.is_some() && asked(events).filter_map(|event| event.said.direction).any(|said| Some(said) != direction)
    {
        found.push(format!("the PBX said when asked that it went the other way: {counts}"));
    }
    let who = call.talked_last().filter(|who| !who.is_empty());
    let other = |event: &Heard| talked(event) && !event.said.who.is_empty() && Some(&whole(event)) != who;
    if who.is_some() && asked(events).any(other) {
        found.push(format!("the PBX said when asked that somebody else talked: {counts}"));
    }
    found
}
