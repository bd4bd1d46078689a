//! From a call, the connection's settings and what was found and made to the next step. Pure: no request, no clock.
//!
//! Nothing is made before a call has ended. What was made once is kept as people may have changed it since: a client that was
//! there before is never written, one that this call made and its Call only where the call itself changed, a task only to
//! mark it done.

mod matching;
mod records;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use schemas::{Call, Direction};

use super::found;
use super::settings::{Directions, Settings};
use crate::connector::{Known, Made, Next};
use crate::kit::people::{self, Responsible};
use crate::kit::plan::{Step, ensure, missed, next};
use matching::Matched;

pub use records::kind;

/// All that decides what a connection does with calls.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The settings, checked.
    pub settings: Settings,
    /// In which zone the CRM shows and takes times.
    pub zone: TimeZone,
}

impl Rules {
    /// What to do next for this call.
    pub fn next(&self, call: &Call, known: &Known) -> Next {
        next(self.walk(call, known))
    }

    fn walk(&self, call: &Call, known: &Known) -> Step<Vec<String>> {
        if !call.ended() {
            return Step::Continue(vec!["the call has not ended: nothing is made before its end".to_owned()]);
        }
        let mut notes = Vec::new();
        let client = self.client(call, known, &mut notes)?;
        self.call(call, known, client.as_deref(), &mut notes)?;
        if missed(call) {
            self.task(call, known, client.as_deref(), &mut notes)?;
        } else {
            self.withdraw_task(call, known, &mut notes)?;
        }
        Step::Continue(notes)
    }

    /// A1, A5: the client that the call is bound to.
    fn client(&self, call: &Call, known: &Known, notes: &mut Vec<String>) -> Step<Option<String>> {
        let held = known.made.get("call").and_then(|made| self.held_client(made));
        let matched = matching::find(call, known, held.as_deref()).map_break(Next::Look)?;
        notes.push(matched.note());
        let id = match matched {
            Matched::Found { id, .. } => Some(id),
            Matched::Ours { id } => {
                ensure(known, records::client(self, call, known.made.get("client")))?;
                Some(id)
            }
            Matched::NoNumber(_) => held,
            // A person removed the client of this call: that is not undone.
            Matched::Unknown if held.is_some() => held,
            Matched::Unknown => match self.no_client(call) {
                Some(why) => {
                    notes.push(format!("none is made: {why}"));
                    None
                }
                None => Some(ensure(known, records::client(self, call, None))?.crm_id.clone()),
            },
        };
        Step::Continue(id)
    }

    /// A4: why no client is made for a new number.
    fn no_client(&self, call: &Call) -> Option<&'static str> {
        let settings = &self.settings;
        if !settings.create_client {
            Some("create_client is off")
        } else if call.direction == Direction::Outgoing && settings.directions == Directions::Incoming {
            Some("directions says incoming calls only")
        } else if !call.answered() && !settings.client_on_missed {
            Some("client_on_missed is off")
        } else {
            None
        }
    }

    /// A2: every call that ended, whatever A4 says.
    fn call(&self, call: &Call, known: &Known, client: Option<&str>, notes: &mut Vec<String>) -> Step<()> {
        let made = ensure(known, records::call(self, call, client))?;
        let bound = if client.is_some() { "" } else { ", not bound" };
        notes.push(format!("call {}{bound}", made.crm_id));
        if call.answered() && call.recordings.len() > 1 {
            notes.push(format!("of its {} recordings the first is linked", call.recordings.len()));
        }
        Step::Continue(())
    }

    /// A3.
    fn task(&self, call: &Call, known: &Known, client: Option<&str>, notes: &mut Vec<String>) -> Step<()> {
        let wanted = &self.settings.task_responsible;
        let made = match known.made.get("task") {
            Some(made) => made,
            None if !self.settings.task_on_missed => {
                notes.push("no task: task_on_missed is off".to_owned());
                return Step::Continue(());
            }
            None => {
                let active = people::active(known).map_break(Next::Look)?;
                ensure(known, records::task(self, call, client, &self.of_task(&active)))?
            }
        };
        let whose = match made.content.get(self.settings.structures.tasks.responsible.as_str()).and_then(found::id) {
            Some(user) => format!("user {user}: the one of task_responsible"),
            None => format!("nobody: user {wanted} of task_responsible no longer works there"),
        };
        notes.push(format!("task {} for {whose}", made.crm_id));
        Step::Continue(())
    }

    /// Whose a task is, and why (A7).
    fn of_task(&self, active: &people::Active) -> Responsible {
        let wanted = &self.settings.task_responsible;
        if active.has(wanted) {
            return Responsible { user: Some(wanted.clone()), rule: "the one of task_responsible".to_owned() };
        }
        let rule = format!("nobody: user {wanted} of task_responsible no longer works there");
        Responsible { user: None, rule }
    }

    /// The task of a call that turns out to be none we missed is marked done, never erased.
    fn withdraw_task(&self, call: &Call, known: &Known, notes: &mut Vec<String>) -> Step<()> {
        let Some(made) = known.made.get("task") else { return Step::Continue(()) };
        if self.settings.structures.tasks.status.is_empty() {
            notes.push(format!("task {} stays open, for structures.tasks.status names no field", made.crm_id));
            return Step::Continue(());
        }
        let made = ensure(known, records::task_done(self, call, made))?;
        notes.push(format!("task {} marked done: the call was not missed after all", made.crm_id));
        Step::Continue(())
    }

    fn held_client(&self, call: &Made) -> Option<String> {
        found::id(call.content.get(self.settings.structures.calls.client.as_str())?)
    }
}
