//! The settings of a connection to Zoho Desk, and what can be wrong with them. Knows no call and sends nothing.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use schemas::{Employee, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::kind;
use crate::connector::{Limits, Problem};
use crate::kit::fields;
use crate::kit::settings::{self as kit, Usual, id, optional_id, problem};

/// A task may be due so much later at most.
const DUE_MAX: Span = Span::seconds(366 * 86400);
/// A value that Ringfold itself writes is no matter of fixed values.
const OURS: [&str; 8] =
    ["subject", "departmentId", "contactId", "assigneeId", "ownerId", "lastName", "phone", "description"];

/// What is Zoho Desk's own in the settings table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// In which department tickets, calls and tasks are made: its id.
    #[serde(default, deserialize_with = "id")]
    pub department_id: String,
    /// Z5: the agent who owns what is made before the talk, what missed calls make, and what calls on unmapped numbers make.
    #[serde(default, deserialize_with = "id")]
    pub senior_manager: String,
    /// Z5: contact and ticket are made while the call goes on, and are the senior manager's.
    #[serde(default)]
    pub create_before_talk: bool,
    /// Z4: how long after a missed call its task is due, 1m to 366d.
    #[serde(default = "four_hours")]
    pub missed_task_due: Span,
    /// Z6: call field -> API name of a custom single-line field of the ticket.
    #[serde(default)]
    pub ticket_fields: BTreeMap<String, String>,
    /// Z6: call field -> API name of a custom single-line field of the contact.
    #[serde(default)]
    pub contact_fields: BTreeMap<String, String>,
    /// Fixed values of a new ticket: API name -> text, number, true or false.
    #[serde(default)]
    pub ticket_defaults: BTreeMap<String, Value>,
    /// Fixed values of a new contact.
    #[serde(default)]
    pub contact_defaults: BTreeMap<String, Value>,
    /// The status of an answered call.
    #[serde(default = "completed")]
    pub answered_status: String,
    /// The status of a missed incoming call.
    #[serde(default = "missed")]
    pub missed_status: String,
    /// The status of an outgoing call that was not answered.
    #[serde(default = "missed")]
    pub unanswered_status: String,
    /// The status of the task of a missed call; none: the one that the CRM gives new tasks.
    #[serde(default)]
    pub missed_task_status: Option<String>,
    /// The status of a task that is done.
    #[serde(default = "completed")]
    pub done_task_status: String,
    /// The contact of calls from hidden, short and internal numbers; none: they have no contact.
    #[serde(default, deserialize_with = "optional_id")]
    pub contact_without_number: Option<String>,
    /// Characters that custom fields do not take: a blank is written for each.
    #[serde(default)]
    pub not_in_values: String,
}

fn four_hours() -> Span {
    Span::seconds(4 * 3600)
}

fn completed() -> String {
    "Completed".to_owned()
}

fn missed() -> String {
    "Missed".to_owned()
}

/// The settings of a connection, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    usual: Usual,
    /// What is Zoho Desk's own.
    pub own: Own,
}

impl Settings {
    /// Reads and checks settings and mapping; everything wrong, where something is.
    pub fn read(settings: &Map<String, Value>, employees: &[Employee]) -> Result<Self, Vec<Problem>> {
        let mapped = |employee: &Employee| {
            let who = &employee.who;
            [&who.extension, &who.sip, &who.phone, &who.pbx_id]
                .into_iter()
                .flatten()
                .any(|name| !name.trim().is_empty())
        };
        let how = "give how the PBX names the agent: one or more of extension, sip, phone, pbx_id";
        let mapping = kit::mapping_problems(employees, mapped, how);
        let (usual, own) = kit::read(settings, &Usual::default(), kind::SEEN, mapping, Own::problems)?;
        Ok(Self { usual, own })
    }

    /// The JSON Schema of the table.
    pub fn schema() -> Schema {
        let mut schema = kit::schema::<Own>(&Usual::default());
        // Left out, they are refused with words of their own.
        schema.insert("required".to_owned(), serde_json::json!(["department_id", "senior_manager"]));
        schema
    }

    /// How the connection may be used.
    pub fn limits(&self) -> Limits {
        self.usual.limits()
    }
}

impl Own {
    fn problems(&self) -> Vec<Problem> {
        let digits = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
        let checks = [
            (digits(&self.department_id), "department_id", "give the id of the department: digits, as in its address"),
            (
                digits(&self.senior_manager),
                "senior_manager",
                "give the id of an agent: digits, as in the agent's address",
            ),
            (
                (Span::seconds(60)..=DUE_MAX).contains(&self.missed_task_due),
                "missed_task_due",
                "allowed are 1m to 366d",
            ),
            (
                self.contact_without_number.as_deref().is_none_or(digits),
                "contact_without_number",
                "give the id of a contact, or leave it out",
            ),
        ];
        let wrong = checks.iter().filter(|(right, ..)| !right);
        let mut problems: Vec<Problem> = wrong.map(|(_, key, message)| problem(&["settings", key], *message)).collect();
        problems.extend(mapping("ticket", &self.ticket_fields, &self.ticket_defaults));
        problems.extend(mapping("contact", &self.contact_fields, &self.contact_defaults));
        problems
    }
}

/// Z6: what is wrong with a mapping and the fixed values beside it.
fn mapping(of: &str, chosen: &BTreeMap<String, String>, defaults: &BTreeMap<String, Value>) -> Vec<Problem> {
    let (fields, fixed) = (format!("{of}_fields"), format!("{of}_defaults"));
    let pairs = chosen.iter().map(|(field, target)| (field.as_str(), target.as_str()));
    let mut problems = fields::problems(&["settings", &fields], pairs);
    for (target, value) in defaults {
        let wrong = |message: String| problem(&["settings", &fixed, target], message);
        if let Some((field, _)) = chosen.iter().find(|(_, taken)| *taken == target) {
            problems.push(wrong(format!(
                "{target:?} is chosen for {field} in {fields} already: one field takes one value"
            )));
        }
        if OURS.contains(&target.as_str()) {
            problems.push(wrong(format!("{target:?} is filled from the call")));
        }
        if !(value.is_string() || value.is_number() || value.is_boolean()) {
            problems.push(wrong("a fixed value is a text, a number, true or false".to_owned()));
        }
    }
    problems
}
