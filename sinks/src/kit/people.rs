//! Employees of a call, and the users of the CRM that they are (R8, U4, S4, Z5).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use schemas::{Call, Direction, Employee, SourceId, Who};
use serde_json::{Value, json};

use super::plan;
use crate::connector::{Known, Look};

/// A user of the CRM, or nobody, and why: so that it can be explained (A7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// The CRM's id of the user.
    pub user: Option<String>,
    /// The rule, for people.
    pub rule: String,
}

impl Responsible {
    /// Why a record is made that carries the responsible, and by which rule it is this one.
    pub fn because(&self, why: &str) -> String {
        format!("{why}; responsible: {}", self.rule)
    }
}

/// Why a record is changed whose responsible stays.
pub fn stays(why: &str) -> String {
    format!("{why}; responsible: as it was made")
}

/// The first line of the mapping for an employee of a call of `source`.
pub fn mapped<'e>(employees: &'e [Employee], who: &Who, source: &SourceId) -> Option<&'e Employee> {
    employees.iter().find(|employee| employee.is(who, source))
}

/// The employee a call belongs to, and for what: who talked last; of an unanswered outgoing call, who called.
pub fn spoke(call: &Call) -> Option<(&Who, &'static str)> {
    if call.answered() {
        return call.talked_last().or_else(|| caller(call)).map(|who| (who, "talked last"));
    }
    caller(call).map(|who| (who, "called"))
}

/// The employee who called the client.
pub fn caller(call: &Call) -> Option<&Who> {
    call.legs.first().filter(|_| call.direction == Direction::Outgoing).map(|leg| &leg.who)
}

/// How an employee is named in a rule, where no phone number may stand.
pub fn named(who: &Who) -> &str {
    let only_phone = who.phone.is_some() && who.extension.is_none() && who.sip.is_none();
    match (who.is_empty(), only_phone) {
        (true, _) => "an unnamed employee",
        (_, true) => "an employee known by the phone number",
        _ => who.name(),
    }
}

/// The users of a CRM who can be given records (F11).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Active(Option<BTreeSet<String>>);

/// The query that [`active`] asks with; the client answers it with [`found`].
pub const USERS: &str = "users";

/// Asks the client for the users who can be given records.
pub fn active(known: &Known) -> ControlFlow<Look, Active> {
    let why = "who of the mapped employees still works there";
    plan::found(known, USERS, &json!({ "find": USERS }), why).map_continue(Active)
}

/// What [`active`] reads: the ids.
pub fn found(ids: impl IntoIterator<Item = String>) -> Value {
    ids.into_iter().map(Value::String).collect()
}

impl Active {
    /// Whether this user can be given records; where nobody knows, everybody.
    pub fn has(&self, user: &str) -> bool {
        self.0.as_ref().is_none_or(|users| users.contains(user))
    }
}
