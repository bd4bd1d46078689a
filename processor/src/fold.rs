//! The fold: a call and an event make the call. Pure and total: no clock, no I/O, no error.
//!
//! A call is a function of the *set* of its distinct events, each with the earliest time it was received. So neither the
//! order in which they are folded nor how often each is folded can matter: there is nothing else it could depend on.

mod derive;

use std::time::Duration;

use schemas::{Call, Event, Heard, PbxState, Timestamp};

/// The same session id heard again after this long without a word belongs to a new call.
pub const SESSION_GAP: Duration = Duration::from_hours(6);
/// A call takes at most so many distinct ringings, and so many of all else that a PBX says; what comes after that is counted
/// and left out. Presumed ends are never left out: there is at most one after each of the others.
pub const MOST_EVENTS: usize = 200;

/// What an event did to its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It made the call, or the next revision of it.
    Changed,
    /// It had been said before, and this copy was received earlier: the same revision with an earlier time.
    Earlier,
    /// It had been said before.
    Repeated,
    /// One event too many: the call holds [`MOST_EVENTS`] of its kind already.
    Ignored,
}

/// Folds an event into the call of its session, or makes the first.
pub fn fold(call: Option<Call>, event: Event) -> (Call, Change) {
    let Some(mut call) = call else { return (begin(event, 1), Change::Changed) };
    if begins_anew(&call, &event) {
        return (begin(event, call.use_number.saturating_add(1)), Change::Changed);
    }
    let change = if let Some(known) = call.events.iter_mut().find(|known| known.id == event.id) {
        // The set keeps the earliest time of receipt, whichever copy was folded first.
        if known.at <= event.received_at {
            return (call, Change::Repeated);
        }
        known.at = event.received_at;
        Change::Earlier
    } else if is_full(&call, event.said.state) {
        return (call, Change::Ignored);
    } else {
        call.events.push(heard(event));
        Change::Changed
    };
    let Call { id, account, source, session, use_number, events, .. } = call;
    (derive::call(derive::Whose { id, account, source, session, use_number }, events), change)
}

/// Ringings are counted apart, so that however many of them come, an answer and an end still find room.
fn is_full(call: &Call, state: PbxState) -> bool {
    let rings = |state| state == PbxState::Ringing;
    let alike = |heard: &&Heard| heard.said.state != PbxState::PresumedEnd && rings(heard.said.state) == rings(state);
    state != PbxState::PresumedEnd && call.events.iter().filter(alike).count() >= MOST_EVENTS
}

fn begin(event: Event, use_number: u32) -> Call {
    let whose = derive::Whose {
        id: event.key().call_id(use_number),
        account: event.account.clone(),
        source: event.source.clone(),
        session: event.session.clone(),
        use_number,
    };
    derive::call(whose, vec![heard(event)])
}

fn heard(event: Event) -> Heard {
    Heard { id: event.id, at: event.received_at, origin: event.origin, said: event.said }
}

/// Only what begins a call can begin another one: a recording may come days later and still belong to the old call.
fn begins_anew(call: &Call, event: &Event) -> bool {
    let begins = matches!(event.said.state, PbxState::Ringing | PbxState::Answered);
    begins
        && event.received_at.duration_since(call.last_heard_at).unsigned_abs() > SESSION_GAP
        && event.received_at > call.last_heard_at
}

/// Folds a session's events from the beginning, in any order.
pub fn fold_all(events: impl IntoIterator<Item = Event>) -> Option<Call> {
    events.into_iter().fold(None, |call, event| Some(fold(call, event).0))
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
