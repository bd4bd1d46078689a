//! To whom a record belongs (R6, R8), and by which rule, so that it can be explained (A7).

use schemas::{Call, Direction, Employee, Who};

use super::Rules;

/// A user of the CRM, or nobody, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// The CRM's id of the user.
    pub user: Option<String>,
    /// The rule, for people.
    pub rule: String,
}

/// Who talked last; of an unanswered outgoing call, who called. A missed call, or somebody who is not in the mapping:
/// as [`of_missed`] says.
pub fn of_call(rules: &Rules, call: &Call, manager: Option<&str>) -> Responsible {
    let Some((who, what)) = spoke(call) else { return of_missed(rules, manager) };
    if let Some(employee) = mapped(rules, who, call) {
        return Responsible { user: Some(employee.crm_user.clone()), rule: format!("{} {what}", who.name()) };
    }
    let Responsible { user, rule } = of_missed(rules, manager);
    let who = if who.is_empty() { "an unnamed employee" } else { who.name() };
    Responsible { user, rule: format!("{who} {what} and is not in the mapping, so {rule}") }
}

/// The counterparty's responsible, else the first employee in the mapping, else nobody.
pub fn of_missed(rules: &Rules, manager: Option<&str>) -> Responsible {
    if let Some(manager) = manager {
        return Responsible { user: Some(manager.to_owned()), rule: "the counterparty's responsible".to_owned() };
    }
    match rules.employees.first() {
        Some(first) => {
            Responsible { user: Some(first.crm_user.clone()), rule: "the first employee in the mapping".to_owned() }
        }
        None => Responsible { user: None, rule: "the mapping is empty".to_owned() },
    }
}

/// The first line of the mapping for an employee of this call.
pub fn mapped<'r>(rules: &'r Rules, who: &Who, call: &Call) -> Option<&'r Employee> {
    rules.employees.iter().find(|employee| employee.is(who, &call.source))
}

fn spoke(call: &Call) -> Option<(&Who, &'static str)> {
    let caller = || call.legs.first().filter(|_| call.direction == Direction::Outgoing).map(|leg| &leg.who);
    if call.answered() {
        return call.talked_last().or_else(caller).map(|who| (who, "talked last"));
    }
    caller().map(|who| (who, "called"))
}
