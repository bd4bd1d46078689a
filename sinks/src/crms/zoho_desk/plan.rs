//! From a call, the connection's settings and what was found and made to the next step. Pure: no request, no clock.
//!
//! A contact, its ticket, the call, the task of a missed one, in this order. Once the call's record is there, its contact and
//! its ticket stay what they were: a correction moves nothing.

mod contact;
mod marker;
mod numbers;
mod owner;
mod records;
mod ticket;
mod values;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use schemas::{Call, Employee};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::found::{Fields, Query};
use super::settings::{Own, Settings};
use crate::connector::{Known, Next};
use crate::kit::people::{Active, active};
use crate::kit::plan::{self, Step, ensure, missed};

pub use marker::FIELD as CALL_ID_FIELD;
pub use numbers::spellings;
pub use records::{CF, kind};
pub use values::{Filling, labelled, left_out};

/// The look-up of the account's fields.
const FIELDS: &str = "fields";

/// All that decides what a connection does with calls.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The settings, checked.
    pub settings: Settings,
    /// In which zone people read times.
    pub zone: TimeZone,
    /// Agents, and how PBXs name them; the order counts.
    pub employees: Vec<Employee>,
}

/// One asking of the plan: the call, and all that is known.
struct Walk<'a> {
    rules: &'a Rules,
    call: &'a Call,
    known: &'a Known,
    fields: Fields,
    active: Active,
    notes: Vec<String>,
}

impl Rules {
    /// What to do next for this call.
    pub fn next(&self, call: &Call, known: &Known) -> Next {
        plan::next(self.walk(call, known))
    }

    fn walk(&self, call: &Call, known: &Known) -> Step<Vec<String>> {
        if !call.ended() && !self.own().create_before_talk {
            return ControlFlow::Continue(vec!["the call has not ended: nothing is made before its end".to_owned()]);
        }
        if !call.ended() && known.made.contains_key(kind::TICKET) {
            return ControlFlow::Continue(vec!["contact and ticket are there before the end of the call".to_owned()]);
        }
        let active = active(known).map_break(Next::Look)?;
        let fields = found(known, FIELDS, &Query::Fields, "Z3, Z6: which fields the account has")?;
        let mut walk = Walk { rules: self, call, known, fields, active, notes: Vec::new() };
        let contact = walk.contact()?;
        let ticket = walk.ticket(&contact)?;
        if call.ended() {
            walk.call(contact.id.as_deref(), ticket.as_deref())?;
            walk.task(contact.id.as_deref(), ticket.as_deref())?;
        }
        ControlFlow::Continue(walk.notes)
    }

    fn own(&self) -> &Own {
        &self.settings.own
    }
}

impl Walk<'_> {
    fn own(&self) -> &Own {
        self.rules.own()
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Z3: the record of the call itself.
    fn call(&mut self, contact: Option<&str>, ticket: Option<&str>) -> Step<()> {
        let owner =
            owner::of_call(self, self.known.made.get(kind::CALL).and_then(|made| text(&made.content, "ownerId")));
        let made = ensure(self.known, records::call(self, contact, ticket, &owner))?;
        let note = format!("call {}, {}", made.crm_id, owner::told(&owner));
        self.note(note);
        ControlFlow::Continue(())
    }

    /// Z4: a missed call has an open task. A6: of a call that turns out to be none that was missed, it is done.
    fn task(&mut self, contact: Option<&str>, ticket: Option<&str>) -> Step<()> {
        let made = self.known.made.get(kind::TASK);
        match (made, missed(self.call)) {
            (None, false) => {}
            (Some(made), false) => {
                let made = ensure(self.known, records::task_done(self, made))?;
                let note = format!("task {} is done: the call was not missed after all", made.crm_id);
                self.note(note);
            }
            (made, true) => {
                let owner = owner::of_call(self, None);
                let made = match made {
                    Some(made) => made,
                    None => ensure(self.known, records::task(self, contact, ticket, &owner))?,
                };
                let note = format!("task {}, {}", made.crm_id, owner::told(&owner));
                self.note(note);
            }
        }
        ControlFlow::Continue(())
    }
}

fn found<T: DeserializeOwned + Default>(known: &Known, name: &str, query: &Query, why: &str) -> Step<T> {
    plan::found(known, name, query, why).map_break(Next::Look)
}

fn text<'m>(content: &'m Map<String, Value>, field: &str) -> Option<&'m str> {
    content.get(field)?.as_str()
}
