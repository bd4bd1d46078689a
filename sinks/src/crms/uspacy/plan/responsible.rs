//! To whom a record belongs (U1, U2, U4), and by which rule, so that it can be explained (A7).

use schemas::Call;

use super::Rules;
use super::place::{Place, id};
use crate::connector::Made;
use crate::kit::people::{self, Active, mapped, named};
use crate::kit::plan::missed;

/// A user of the CRM, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// The CRM's id of the user.
    pub user: String,
    /// The rule, for people.
    pub rule: String,
}

/// Of a call, and of the lead that is made for it. `held` is the record that the call has already.
pub fn of_call(rules: &Rules, call: &Call, place: &Place, active: &Active, held: Option<&Made>) -> Responsible {
    let held = held.and_then(|made| id(made.content.get("employees")?.get(0)?));
    let Some((who, what)) = people::spoke(call) else {
        if missed(call) {
            return of_missed(rules, place, active, held);
        }
        return by_default(rules, active, "the PBX did not say which employee it was, so");
    };
    match mapped(&rules.employees, who, &call.source) {
        None => by_default(rules, active, &format!("{} {what} and is not in the mapping, so", named(who))),
        // Who left since then stays whose call it was.
        Some(employee) if active.has(&employee.crm_user) || held.as_deref() == Some(&employee.crm_user) => {
            Responsible { user: employee.crm_user.clone(), rule: format!("{} {what}", named(who)) }
        }
        Some(_) => by_default(rules, active, &format!("{} {what} and no longer works there, so", named(who))),
    }
}

/// U2: of what there is to do for a missed call.
pub fn of_activity(rules: &Rules, active: &Active) -> Responsible {
    let settings = &rules.settings;
    match &settings.missed_call_responsible {
        Some(user) if active.has(user) => {
            Responsible { user: user.clone(), rule: "whoever handles missed calls".to_owned() }
        }
        Some(_) => by_default(rules, active, "whoever handles missed calls no longer works there, so"),
        None => by_default(rules, active, ""),
    }
}

/// Of a missed call: the lead's responsible, of a new client the default one. Employees who were rung do not count.
fn of_missed(rules: &Rules, place: &Place, active: &Active, held: Option<String>) -> Responsible {
    let because = |user: String, why: &str| Responsible { user, rule: format!("the call was missed: {why}") };
    match (place, held) {
        (Place::Open { owner: Some(owner), .. }, _) if active.has(owner) => {
            because(owner.clone(), "the lead's responsible")
        }
        (Place::Open { owner: Some(_), .. }, _) => {
            by_default(rules, active, "the call was missed, and the lead's responsible no longer works there, so")
        }
        (Place::Kept { .. }, Some(user)) => because(user, "as it was decided then"),
        _ => by_default(rules, active, "the call was missed:"),
    }
}

fn by_default(rules: &Rules, active: &Active, why: &str) -> Responsible {
    let user = rules.settings.default_responsible.clone();
    let left = if active.has(&user) { "" } else { ", who no longer works there: set another one" };
    Responsible { rule: format!("{why} the default responsible{left}").trim_start().to_owned(), user }
}
