//! What plans are made of: either the next step, or what is to be done once the steps so far are done.

use std::ops::ControlFlow;

use schemas::{Call, Direction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connector::{Known, Look, Made, Next, Put};
use crate::failure::Failure;

/// Breaks with the next step; goes on with what is known.
pub type Step<T> = ControlFlow<Next, T>;

/// What a plan says, from a walk through all its steps that ends with its notes.
pub fn next(walk: Step<Vec<String>>) -> Next {
    match walk {
        ControlFlow::Break(next) => next,
        ControlFlow::Continue(notes) => Next::Done { note: notes.join("; ") },
    }
}

/// Goes on once the CRM holds all of `put`.
pub fn ensure(known: &Known, put: Put) -> Step<&Made> {
    match known.made.get(&put.name) {
        Some(made) if put.content.iter().all(|(field, value)| made.content.get(field) == Some(value)) => {
            ControlFlow::Continue(made)
        }
        _ => ControlFlow::Break(Next::Put(put)),
    }
}

fn look(name: &str, query: &impl Serialize, why: &str) -> Look {
    // A query is texts and numbers only, which JSON always holds.
    let query = serde_json::to_value(query).unwrap_or_default();
    Look { name: name.to_owned(), query, why: why.to_owned() }
}

/// What a look-up found, read: what cannot be read is nothing. It is asked for first.
pub fn found<T: DeserializeOwned + Default>(
    known: &Known,
    name: &str,
    query: &impl Serialize,
    why: &str,
) -> ControlFlow<Look, T> {
    match known.found.get(name) {
        Some(found) => ControlFlow::Continue(serde_json::from_value(found.clone()).unwrap_or_default()),
        None => ControlFlow::Break(look(name, query, why)),
    }
}

/// What a client says of a look-up whose query or answer is not what it should be.
pub fn unreadable(look: &Look) -> impl Fn(serde_json::Error) -> Failure {
    move |why| Failure::NotUnderstood(format!("look-up {}: {why}", look.name))
}

/// The client called and nobody talked with them (tasks are for incoming calls only).
pub fn missed(call: &Call) -> bool {
    call.direction == Direction::Incoming && !call.answered()
}
