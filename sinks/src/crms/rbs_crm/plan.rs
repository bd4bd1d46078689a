//! From a call, the connection's settings and what was found and made to the next step. Pure: no request, no clock.
//!
//! Nothing is made before a call has ended; the live notices are in [`notice`]. What was made once is kept as people may
//! have changed it since: a counterparty is never written again, a contact and a history entry only where the call itself
//! changed, a task only to mark it done.

mod counterparty;
mod notice;
mod phones;
mod records;
mod responsible;
mod texts;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use schemas::{Call, Employee};
use serde_json::Value;

use super::found::{Deals, Query};
use super::settings::Settings;
use crate::connector::{Known, Next};
use crate::kit::people::{self, Active};
use crate::kit::plan::{self, Step, ensure, found, missed};
use counterparty::Matched;

pub use phones::spellings;
pub use records::kind;

/// All that decides what a connection does with calls.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The settings, checked.
    pub settings: Settings,
    /// In which zone the CRM shows and takes times.
    pub zone: TimeZone,
    /// CRM users and extensions; the order counts.
    pub employees: Vec<Employee>,
}

impl Rules {
    /// What to do next for this call.
    pub fn next(&self, call: &Call, known: &Known) -> Next {
        plan::next(self.walk(call, known))
    }

    fn walk(&self, call: &Call, known: &Known) -> Step<Vec<String>> {
        if !call.ended() {
            return ControlFlow::Continue(vec!["the call has not ended: nothing is made before its end".to_owned()]);
        }
        let mut notes = Vec::new();
        self.withdraw_task(call, known, &mut notes)?;
        let settings = &self.settings;
        let wants_history = settings.add_recording_to_deal && !call.recordings.is_empty();
        let wants_task = settings.missed_call_task && missed(call);
        if !(settings.create_contact || wants_history || wants_task) {
            notes.push("no setting of this connection asks for a record of this call".to_owned());
            return ControlFlow::Continue(notes);
        }
        let matched = counterparty::find(self, call, known, self.held_owner(known)).map_break(Next::Look)?;
        notes.push(matched.note());
        if settings.create_contact {
            self.contact(call, known, &matched, &mut notes)?;
        }
        if wants_history {
            self.history(call, known, &matched, &mut notes)?;
        }
        if wants_task {
            self.task(call, known, &matched, &mut notes)?;
        }
        ControlFlow::Continue(notes)
    }

    /// A6: the task of a call that turns out to be none we missed is marked done, never erased.
    fn withdraw_task(&self, call: &Call, known: &Known, notes: &mut Vec<String>) -> Step<()> {
        let Some(made) = known.made.get("task").filter(|_| !missed(call)) else { return ControlFlow::Continue(()) };
        let made = ensure(known, records::task_done(self, call, made))?;
        notes.push(format!("task {} marked done: the call was not missed after all", made.crm_id));
        ControlFlow::Continue(())
    }

    /// R4 and R7.
    fn contact(&self, call: &Call, known: &Known, matched: &Matched, notes: &mut Vec<String>) -> Step<()> {
        let active = self.active(known, matched)?;
        let responsible = responsible::of_call(self, call, matched.manager(), &active);
        let held = self.held_owner(known).map(str::to_owned);
        let fixed = self.settings.fixed_counterparty_id.clone();
        let owner = match matched {
            Matched::Found { id, .. } | Matched::Ours { id } => Some(id.clone()),
            Matched::NoNumber(_) => held,
            Matched::Unknown => match held.or(fixed) {
                Some(owner) => Some(owner),
                None => Some(ensure(known, records::company(self, call, &responsible))?.crm_id.clone()),
            },
        };
        if matches!(matched, Matched::Unknown) && owner == self.settings.fixed_counterparty_id {
            notes.push("the fixed counterparty was taken".to_owned());
        }
        let made = ensure(known, records::contact(self, call, owner.as_deref(), &responsible))?;
        let whose = responsible.user.as_deref().unwrap_or("empty");
        notes.push(format!("contact document {}, responsible {whose}: {}", made.crm_id, responsible.rule));
        ControlFlow::Continue(())
    }

    /// R5: each recording, in the history of the deal that was the last active one when it was added.
    fn history(&self, call: &Call, known: &Known, matched: &Matched, notes: &mut Vec<String>) -> Step<()> {
        for (index, recording) in call.recordings.iter().enumerate() {
            let name = format!("history-{}", index + 1);
            let put = if let Some(made) = known.made.get(&name) {
                records::history_again(self, call, &name, recording, made)
            } else {
                let Some(company) = matched.by_its_own_phone() else {
                    let why = match matched {
                        Matched::NoNumber(_) => "there is no number to find a counterparty by",
                        _ => "no counterparty has this number as its own phone",
                    };
                    notes.push(format!("recording not added: {why}"));
                    return ControlFlow::Continue(());
                };
                let Some(deal) = last_active_deal(known, company)? else {
                    notes.push("recording not added: the counterparty has no active deal".to_owned());
                    return ControlFlow::Continue(());
                };
                records::history(self, call, &name, recording, &deal)
            };
            let made = ensure(known, put)?;
            let deal = made.content.get(self.settings.structures.history.owner.as_str()).and_then(Value::as_str);
            notes.push(format!("recording {} in the history of deal {}", index + 1, deal.unwrap_or("?")));
        }
        ControlFlow::Continue(())
    }

    /// R6.
    fn task(&self, call: &Call, known: &Known, matched: &Matched, notes: &mut Vec<String>) -> Step<()> {
        let active = self.active(known, matched)?;
        let responsible = responsible::of_missed(self, matched.manager(), &active);
        let made = match known.made.get("task") {
            Some(made) => made,
            None => ensure(known, records::task(self, call, matched.id(), &responsible))?,
        };
        let user = made.content.get(self.settings.structures.tasks.responsible.as_str()).and_then(Value::as_str);
        let rule = if user == responsible.user.as_deref() { responsible.rule } else { "as it was made".to_owned() };
        notes.push(format!("task {} of the missed call for {}: {rule}", made.crm_id, user.unwrap_or("nobody")));
        ControlFlow::Continue(())
    }

    /// F11: who can be given records; not asked where nobody is to be given one.
    fn active(&self, known: &Known, matched: &Matched) -> Step<Active> {
        if self.employees.is_empty() && matched.manager().is_none() {
            return ControlFlow::Continue(Active::default());
        }
        people::active(known).map_break(Next::Look)
    }

    /// The counterparty that the call's contact is bound to.
    fn held_owner<'k>(&self, known: &'k Known) -> Option<&'k str> {
        let contact = known.made.get("contact")?;
        contact.content.get(self.settings.structures.contacts.owner.as_str())?.as_str()
    }
}

fn last_active_deal(known: &Known, company: &str) -> Step<Option<String>> {
    let query = Query::LastActiveDeal { owner: company.to_owned() };
    let why = "R5: the counterparty's last active deal gets the recording";
    let deals: Deals = found(known, "deal", &query, why).map_break(Next::Look)?;
    ControlFlow::Continue(deals.ids.into_iter().next())
}
