//! What plans are made of: either the next step, or what is to be done once the steps so far are done.

use std::ops::ControlFlow;

use schemas::{Call, Direction};
use serde::Serialize;

use crate::connector::{Known, Look, Made, Next, Put};

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

/// A look-up.
pub fn look(name: &str, query: &impl Serialize, why: &str) -> Look {
    // A query is texts and numbers only, which JSON always holds.
    let query = serde_json::to_value(query).unwrap_or_default();
    Look { name: name.to_owned(), query, why: why.to_owned() }
}

/// The client called and nobody talked with them (tasks are for incoming calls only).
pub fn missed(call: &Call) -> bool {
    call.direction == Direction::Incoming && !call.answered()
}
