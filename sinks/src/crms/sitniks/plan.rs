//! From a call, the connection's settings and what was found and made to the next step. Pure: no request, no clock.
//!
//! A call that goes on gets its card and an active row. The row is then left until the call ends, and changed once: the
//! CRM bears few requests. A row that ended is never active again.

mod client;
mod responsible;
mod row;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use schemas::{Call, Employee, Phone};
use serde_json::Value;

use super::settings::{Field, Settings};
use crate::connector::{Known, Next, Put};
use crate::kit::plan::{Step, ensure, next};
use crate::kit::records::{Fields, put};
use client::Matched;

/// The kinds of record, as [`Put::record`] names them; each is made once a call, under the same name.
pub mod kind {
    /// A client's card; also the word it is remembered by.
    pub const CLIENT: &str = "client";
    /// A row in the register of calls.
    pub const CALL: &str = "call";
    /// Those that people see.
    pub const SEEN: &[&str] = &[CLIENT, CALL];
}

/// All that decides what a connection does with calls.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The settings, checked.
    pub settings: Settings,
    /// Managers, and how PBXs name them.
    pub employees: Vec<Employee>,
}

impl Rules {
    /// What to do next for this call.
    pub fn next(&self, call: &Call, known: &Known) -> Next {
        next(self.walk(call, known))
    }

    fn walk(&self, call: &Call, known: &Known) -> Step<Vec<String>> {
        let row = known.made.get(kind::CALL);
        if let Some(row) = row.filter(|_| !call.ended()) {
            return ControlFlow::Continue(vec![format!(
                "row {} is active, and is changed when the call ends",
                row.crm_id
            )]);
        }
        let mut notes = Vec::new();
        let client = self.client(call, known, &mut notes)?;
        let responsible = responsible::of(self, call, known).map_break(Next::Look)?;
        let row = ensure(known, row::put(self, call, client.as_deref(), &responsible, row))?;
        if let (Some(client), Some(name)) = (&client, self.settings.name(Field::ClientId))
            && row.content.get(name) != Some(&id(client))
        {
            notes.push(format!("the row was made without client {client} and stays so"));
        }
        let whose = responsible.user.as_deref().unwrap_or("empty");
        notes.push(format!("row {} {}, responsible {whose}: {}", row.crm_id, row::stands(call), responsible.rule));
        if call.recordings.len() > 1 {
            notes.push(format!("a row takes one recording, the first of {}", call.recordings.len()));
        }
        ControlFlow::Continue(notes)
    }

    /// S1: the card of the client, made where nobody has the number.
    fn client(&self, call: &Call, known: &Known, notes: &mut Vec<String>) -> Step<Option<String>> {
        let matched = client::find(self, call, known).map_break(Next::Look)?;
        notes.push(matched.note());
        let Matched::Unknown(number) = matched else {
            return ControlFlow::Continue(matched.id().map(str::to_owned));
        };
        if !self.settings.create_client {
            notes.push("none is made: create_client is off".to_owned());
        } else if known.made.contains_key(kind::CLIENT) {
            // What people deleted is not made again behind their backs.
            notes.push("this call made a card that is gone or has another number: there will be no second".to_owned());
        } else {
            return ControlFlow::Break(Next::Put(card(number)));
        }
        ControlFlow::Continue(None)
    }
}

/// S1: a new client, named by the number and found again by it.
fn card(number: &Phone) -> Put {
    let phone = number.e164.as_deref().unwrap_or_default();
    let mut fields = Fields::default();
    fields.set("fullname", number.pretty());
    fields.set("phone", phone);
    let why = "S1: a card for a number that nobody has";
    Put { remember: Some(kind::CLIENT), ..put(kind::CLIENT, kind::CLIENT, fields, phone.to_owned(), why) }
}

/// An id as the API takes it: the CRM's ids are numbers.
fn id(text: &str) -> Value {
    match text.parse::<u64>() {
        Ok(number) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}
