//! The fold: a call and an event make the call. Pure and total: no clock, no I/O, no error.
//!
//! A call is a function of the *set* of its distinct events, each with the earliest time it was received. So neither the
//! order in which they are folded nor how often each is folded can matter: there is nothing else it could depend on.
//! [`fold`] says what one event makes of a call; whoever folds many adds them to the [`Set`] and derives the call once.

mod derive;
mod people;
mod rank;
mod set;

use schemas::{Call, Direction, Event, Timestamp};

pub use set::{Change, MOST_EVENTS, SESSION_GAP, Set};

/// Folds an event into the call of its session, or makes the first.
pub fn fold<B>(call: Option<Call>, event: Event<B>) -> (Call, Change) {
    let Some(call) = call else { return (Set::begin(event, 1).into_call(), Change::Changed) };
    let mut set = Set::from(call);
    let change = set.add(event);
    (set.into_call(), change)
}

/// Folds a session's events from the beginning, in any order.
pub fn fold_all(events: impl IntoIterator<Item = Event>) -> Option<Call> {
    events.into_iter().fold(None, |call, event| Some(fold(call, event).0))
}

/// When the call is taken to be over if nothing more is heard; nothing once it is over. Not every PBX says that a client
/// answered: an outgoing call that rings may be a talk.
pub fn ends_by(call: &Call, timing: schemas::Timing) -> Option<Timestamp> {
    let span = match call.state {
        schemas::CallState::Ringing if call.direction == Direction::Outgoing => {
            timing.talk_without_end.max(timing.ring_without_end)
        }
        schemas::CallState::Ringing => timing.ring_without_end,
        schemas::CallState::Talking => timing.talk_without_end,
        schemas::CallState::Ended => return None,
    };
    Some(schemas::time::later(call.last_heard_at, span))
}
