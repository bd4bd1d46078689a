//! From a call, the connection's settings and what was found and made to the next step. Pure: no request, no clock.
//!
//! Nothing is made before a call has ended. A call stays in the lead that it was put in, whatever is found later; a lead
//! that we did not make for this call is never written, an activity only to mark it done.

mod place;
mod records;
mod responsible;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use schemas::{Call, Employee};

use super::found::Query;
use super::settings::Settings;
use crate::connector::{Known, Next};
use crate::kit::people::{self, Active};
use crate::kit::plan::{Step, ensure, found, missed, next};
use place::Place;
use records::lead::LeadHas;
use records::{activity, lead};
use responsible::Responsible;

pub use records::kind;

/// The names of the records that a call makes.
mod name {
    /// The lead that the call made.
    pub const LEAD: &str = "lead";
    /// The call itself.
    pub const CALL: &str = "call";
    /// What there is to do for a missed call.
    pub const ACTIVITY: &str = "activity";
}

/// All that decides what a connection does with calls.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The settings, checked.
    pub settings: Settings,
    /// In which zone people read times.
    pub zone: TimeZone,
    /// CRM users and how PBXs name them.
    pub employees: Vec<Employee>,
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
        withdraw_activity(call, known, &mut notes)?;
        let active = people::active(known).map_break(Next::Look)?;
        let place = place::find(call, known).map_break(Next::Look)?;
        notes.push(place.note());
        let held = known.made.get(name::CALL);
        let responsible = responsible::of_call(self, call, &place, &active, held);
        let lead = self.lead(call, known, &place, &responsible, &mut notes)?;
        let made = ensure(known, records::call::record(self, call, &place, lead.as_deref(), &responsible, held))?;
        notes.push(format!("call {}, responsible {}: {}", made.crm_id, responsible.user, responsible.rule));
        self.activity(call, known, lead.as_deref(), &active, &mut notes)?;
        Step::Continue(notes)
    }

    /// U1: the lead that the call is put in; a new one where none is open.
    fn lead(
        &self,
        call: &Call,
        known: &Known,
        place: &Place,
        responsible: &Responsible,
        notes: &mut Vec<String>,
    ) -> Step<Option<String>> {
        let (ours, held) = (known.made.get(name::LEAD), known.made.get(name::CALL));
        let put = match (place, ours) {
            (Place::NoNumber(_), _) => return Step::Continue(None),
            (Place::Open { lead, .. } | Place::Kept { lead }, None) => return Step::Continue(Some(lead.clone())),
            (Place::New { contact, company, .. }, _) => {
                let has = lead_has(known)?;
                let bound = (contact.as_deref(), company.as_deref());
                lead::new(self, call, bound, responsible, &has)
            }
            (_, Some(made)) => {
                let has = if lead::marks_differ(call, made) { lead_has(known)? } else { LeadHas::default() };
                lead::again(call, made, held, responsible, &has)
            }
        };
        let made = ensure(known, put)?;
        notes.push(format!("lead {} was made for this call", made.crm_id));
        Step::Continue(Some(made.crm_id.clone()))
    }

    /// U2: what whoever handles missed calls has to do.
    fn activity(
        &self,
        call: &Call,
        known: &Known,
        lead: Option<&str>,
        active: &Active,
        notes: &mut Vec<String>,
    ) -> Step<()> {
        if !missed(call) || !self.settings.missed_call_activity {
            return Step::Continue(());
        }
        let Responsible { user, rule } = responsible::of_activity(self, active);
        let made = match known.made.get(name::ACTIVITY) {
            Some(made) => made,
            None => ensure(known, activity::new(self, call, lead, &user, &rule))?,
        };
        let whose = made.content.get("responsible_id").and_then(place::id).unwrap_or_default();
        let rule = if whose == user { rule } else { "as it was decided then".to_owned() };
        notes.push(format!("activity {} of the missed call for {whose}: {rule}", made.crm_id));
        Step::Continue(())
    }
}

/// A6: the activity of a call that turns out to be none we missed is marked done, never erased.
fn withdraw_activity(call: &Call, known: &Known, notes: &mut Vec<String>) -> Step<()> {
    let Some(made) = known.made.get(name::ACTIVITY).filter(|_| !missed(call)) else { return Step::Continue(()) };
    let made = ensure(known, activity::done(call, made))?;
    notes.push(format!("activity {} marked done: the call was not missed after all", made.crm_id));
    Step::Continue(())
}

/// Which fields leads have in this space.
fn lead_has(known: &Known) -> Step<LeadHas> {
    let why = "which fields leads have in this space";
    found(known, "lead-fields", &Query::LeadFields, why).map_continue(LeadHas).map_break(Next::Look)
}
