//! To whom a record belongs in RBS CRM (R6, R8), and by which rule, so that it can be explained (A7). Whoever no longer works
//! there is given nothing (F11).

use schemas::Call;

use super::Rules;
use crate::kit::people::{self, Active, Responsible};

/// Who talked last; of an unanswered outgoing call, who called. A missed call, or somebody who is not in the mapping or no
/// longer works there: as [`of_missed`] says.
pub fn of_call(rules: &Rules, call: &Call, manager: Option<&str>, active: &Active) -> Responsible {
    let Some((who, what)) = people::spoke(call) else { return of_missed(rules, manager, active) };
    let why = match people::mapped(&rules.employees, who, &call.source) {
        Some(employee) if active.has(&employee.crm_user) => {
            return Responsible {
                user: Some(employee.crm_user.clone()),
                rule: format!("{} {what}", people::named(who)),
            };
        }
        Some(_) => "no longer works there",
        None => "is not in the mapping",
    };
    let Responsible { user, rule } = of_missed(rules, manager, active);
    Responsible { user, rule: format!("{} {what} and {why}, so {rule}", people::named(who)) }
}

/// The counterparty's responsible, else the first employee in the mapping, else nobody.
pub fn of_missed(rules: &Rules, manager: Option<&str>, active: &Active) -> Responsible {
    let Some(manager) = manager else { return first(rules, active) };
    if active.has(manager) {
        return Responsible { user: Some(manager.to_owned()), rule: "the counterparty's responsible".to_owned() };
    }
    let Responsible { user, rule } = first(rules, active);
    Responsible { user, rule: format!("the counterparty's responsible no longer works there, so {rule}") }
}

fn first(rules: &Rules, active: &Active) -> Responsible {
    let works = rules.employees.iter().position(|employee| active.has(&employee.crm_user));
    let rule = match works {
        Some(0) => "the first employee in the mapping",
        Some(_) => "the first employee in the mapping who still works there",
        None if rules.employees.is_empty() => "the mapping is empty",
        None => "nobody in the mapping works there any more",
    };
    Responsible { user: works.map(|row| rules.employees[row].crm_user.clone()), rule: rule.to_owned() }
}
