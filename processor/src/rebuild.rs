//! Calls made again from what was said, compared with the calls that are there, and the word that has one made right (D4).
//! Pure.

use schemas::{Call, CallId, Event, EventId, Origin, PbxState, Said, Timestamp, Verbatim};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::fold::Set;

/// The calls of one session, from all that was said of it, in the order received.
pub fn calls<B>(events: impl IntoIterator<Item = Event<B>>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut set: Option<Set> = None;
    for event in events {
        match &mut set {
            None => set = Some(Set::begin(event, 1)),
            Some(of) if of.begins_anew(&event) => {
                calls.push(of.clone().into_call());
                of.add(event);
            }
            Some(of) => {
                of.add(event);
            }
        }
    }
    calls.extend(set.map(Set::into_call));
    calls
}

/// One thing that two makings of a call say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field of the call.
    pub field: String,
    /// As the call has it.
    pub is: Value,
    /// As it is made from what was said.
    pub should_be: Value,
}

/// What the call says otherwise than what was said of it makes.
pub fn differences(is: &Call, should_be: &Call) -> Vec<Difference> {
    differ(&fields(is), &fields(should_be))
}

/// A call, field by field.
pub(crate) fn fields(call: &Call) -> Map<String, Value> {
    match serde_json::to_value(call) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The fields that differ, by name; null: there is none.
pub(crate) fn differ(is: &Map<String, Value>, should_be: &Map<String, Value>) -> Vec<Difference> {
    let mut names: Vec<&String> = is.keys().chain(should_be.keys()).collect();
    names.sort();
    names.dedup();
    let of = |fields: &Map<String, Value>, name: &str| fields.get(name).cloned().unwrap_or_default();
    let both = names.into_iter().map(|name| (name, of(is, name), of(should_be, name)));
    let differ = both.filter(|(_, is, should_be)| is != should_be);
    differ.map(|(field, is, should_be)| Difference { field: field.clone(), is, should_be }).collect()
}

/// The word that has a call derived anew: it says nothing of the call, and makes its next revision. Said twice of the same making
/// it is one word.
pub fn word(right: &Call, now: Timestamp) -> Event {
    let made = serde_json::to_vec(right).unwrap_or_default();
    Event {
        id: EventId::of(&[b"rebuilt", right.id.as_str().as_bytes(), &made]),
        receipt: Uuid::now_v7(),
        account: right.account.clone(),
        source: right.source.clone(),
        session: right.session.clone(),
        received_at: now,
        origin: Origin::Clock,
        reading: 0,
        said: Said::only(PbxState::Rebuilt),
        body: Verbatim::default(),
    }
}

/// Whether this is the last call of its session: only that one can be made right by a word.
pub fn is_last(calls: &[Call], id: &CallId) -> bool {
    calls.last().is_some_and(|last| last.id == *id)
}
