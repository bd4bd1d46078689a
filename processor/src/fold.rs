//! The fold: a call and an event make the call. Pure and total: no clock, no I/O, no error.
//!
//! A call is a function of the *set* of its distinct events, each with the earliest time it was received. So neither the
//! order in which they are folded nor how often each is folded can matter: there is nothing else it could depend on.

mod derive;

use std::time::Duration;

use schemas::{Call, Event, Heard, PbxState, Timestamp};

/// The same session id heard again after this long without a word belongs to a new call.
pub const SESSION_GAP: Duration = Duration::from_hours(6);
/// A call takes at most so many distinct events; what comes after that is counted and left out.
pub const MOST_EVENTS: usize = 200;

/// What an event did.
#[derive(Debug, Clone, PartialEq)]
pub enum Folded {
    /// It made the call, or changed it.
    Changed(Call),
    /// It had been said before: nothing changed.
    Repeated,
    /// It had been said before, and this copy was received earlier: the call has the same revision and an earlier time.
    Earlier(Call),
    /// One event too many: the call holds [`MOST_EVENTS`] already.
    Ignored,
}

/// Folds an event into the call of its session, or makes the first.
pub fn fold(call: Option<&Call>, event: &Event) -> Folded {
    let Some(call) = call else { return Folded::Changed(begin(event, 1)) };
    if begins_anew(call, event) {
        return Folded::Changed(begin(event, call.use_number.saturating_add(1)));
    }
    let mut events = call.events.clone();
    let derived = |events| derive::call(&event.account, &call.key(), call.use_number, events);
    if let Some(known) = events.iter_mut().find(|known| known.id == event.id) {
        // The set keeps the earliest time of receipt, whichever copy was folded first.
        if known.at <= event.received_at {
            return Folded::Repeated;
        }
        known.at = event.received_at;
        return Folded::Earlier(derived(events));
    }
    if events.len() >= MOST_EVENTS {
        return Folded::Ignored;
    }
    events.push(heard(event));
    Folded::Changed(derived(events))
}

fn begin(event: &Event, use_number: u32) -> Call {
    derive::call(&event.account, &event.key(), use_number, vec![heard(event)])
}

fn heard(event: &Event) -> Heard {
    Heard { id: event.id.clone(), at: event.received_at, origin: event.origin, said: event.said.clone() }
}

/// Only what begins a call can begin another one: a recording may come days later and still belong to the old call.
fn begins_anew(call: &Call, event: &Event) -> bool {
    let begins = matches!(event.said.state, PbxState::Ringing | PbxState::Answered);
    begins
        && event.received_at.duration_since(call.last_heard_at).unsigned_abs() > SESSION_GAP
        && event.received_at > call.last_heard_at
}

/// Folds a session's events from the beginning, in any order.
pub fn fold_all<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Call> {
    events.into_iter().fold(None, |call, event| match fold(call.as_ref(), event) {
        Folded::Changed(changed) | Folded::Earlier(changed) => Some(changed),
        Folded::Repeated | Folded::Ignored => call,
    })
}

/// When the call is taken to be over if nothing more is heard; nothing once it is over.
pub fn ends_by(call: &Call, timing: schemas::Timing) -> Option<Timestamp> {
    let span = match call.state {
        schemas::CallState::Ringing => timing.ring_without_end,
        schemas::CallState::Talking => timing.talk_without_end,
        schemas::CallState::Ended => return None,
    };
    Some(schemas::time::later(call.last_heard_at, span))
}
