//! Whose a record is (Z5), and by which rule, so that it can be explained (A7).

use super::Walk;
use crate::kit::people::{Responsible, mapped, named, spoke};
use crate::kit::plan::missed;

/// Of what is made because of the call: who talked last, or called without an answer; of missed calls, and where that is nobody
/// in the mapping who still works there, the senior manager. `held` is who has the record already: an employee who left
/// since keeps it.
pub fn of_call(walk: &Walk<'_>, held: Option<&str>) -> Responsible {
    if missed(walk.call) {
        return senior(walk, "an incoming call that was missed");
    }
    let Some((who, what)) = spoke(walk.call) else { return senior(walk, "nobody is known to have talked") };
    let name = named(who);
    let Some(employee) = mapped(&walk.rules.employees, who, &walk.call.source) else {
        return senior(walk, &format!("{name} {what} and is not in the mapping"));
    };
    let user = &employee.crm_user;
    if !walk.active.has(user) && held != Some(user) {
        return senior(walk, &format!("{name} {what}, but agent {user} no longer works there"));
    }
    Responsible { user: Some(user.clone()), rule: format!("{name} {what}") }
}

/// Of contacts and tickets: where they are made before the talk, the senior manager's, who hands them on.
pub fn of_new(walk: &Walk<'_>, held: Option<&str>) -> Responsible {
    if walk.own().create_before_talk { senior(walk, "made before the talk") } else { of_call(walk, held) }
}

fn senior(walk: &Walk<'_>, why: &str) -> Responsible {
    let senior = &walk.own().senior_manager;
    if walk.active.has(senior) {
        return Responsible { user: Some(senior.clone()), rule: format!("the senior manager: {why}") };
    }
    Responsible { user: None, rule: format!("{why}, and the senior manager no longer works there") }
}

/// For people.
pub fn told(owner: &Responsible) -> String {
    format!("agent {}: {}", owner.user.as_deref().unwrap_or("nobody"), owner.rule)
}
