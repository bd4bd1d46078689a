//! To whom a row belongs (S2, S4): who took or made the call, else nobody; and why, so that it can be explained (A7).

use std::ops::ControlFlow;

use schemas::{Call, Direction, Who};

use super::{Rules, id, kind};
use crate::connector::{Known, Look};
use crate::crms::sitniks::settings::Field;
use crate::kit::people::{Responsible, active, caller, mapped, named};

/// The manager; empty, where nobody took the call, or who did is not in the mapping or left.
pub fn of(rules: &Rules, call: &Call, known: &Known) -> ControlFlow<Look, Responsible> {
    let empty = |rule: String| ControlFlow::Continue(Responsible { user: None, rule });
    let Some((who, did)) = took_part(call) else {
        let rule = if call.ended() { "nobody took the call" } else { "nobody has taken the call yet" };
        return empty(rule.to_owned());
    };
    let who_did = format!("{} {did}", named(who));
    let Some(employee) = mapped(&rules.employees, who, &call.source) else {
        return empty(format!("{who_did} and is not in the mapping"));
    };
    let user = &employee.crm_user;
    // Whom the row has already is not asked for again: who left later took the call all the same.
    let row = known.made.get(kind::CALL).zip(rules.settings.name(Field::ManagerId));
    let held = row.is_some_and(|(row, name)| row.content.get(name) == Some(&id(user)));
    if held || active(known)?.has(user) {
        return ControlFlow::Continue(Responsible { user: Some(user.clone()), rule: who_did });
    }
    empty(format!("{who_did}, whose manager {user} no longer works there"))
}

/// Who made an outgoing call; of an incoming one who talked last.
fn took_part(call: &Call) -> Option<(&Who, &'static str)> {
    let talked = || call.talked_last().filter(|_| !call.ended() || call.answered());
    match call.direction {
        Direction::Outgoing => caller(call).filter(|who| !who.is_empty()).or_else(talked).map(|who| (who, "called")),
        Direction::Incoming => talked().map(|who| (who, if call.ended() { "talked last" } else { "talks" })),
    }
}
