//! The settings of a connection to Asteril, and what can be wrong with them. Knows no call and sends nothing.

mod structures;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use schemas::{Employee, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::kind;
use crate::connector::Problem;
use crate::kit::fields;
use crate::kit::settings::{self, Usual, mapping_problems, problem};

pub use structures::Structures;

/// For which calls clients are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Directions {
    /// Of those who call.
    #[default]
    Incoming,
    /// Of those who are called, too.
    Both,
}

/// What a connection to Asteril takes besides [`Usual`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the accounts file")]
pub struct Settings {
    /// A1: a client is made for a number that nobody has.
    pub create_client: bool,
    /// A4: also for a call that nobody answered.
    pub client_on_missed: bool,
    /// A3, A4: a missed incoming call makes a task.
    pub task_on_missed: bool,
    /// A4: for which calls clients are made.
    pub directions: Directions,
    /// A3: the id of the user whose access this connection has: responsible for the tasks. Required.
    #[serde(deserialize_with = "settings::id")]
    pub task_responsible: String,
    /// A4: whether the `utm_*` of `fields` are sent.
    pub utm: bool,
    /// A1: call field -> text field of a new client, like `utm_source = "custom_field_3"`.
    pub fields: BTreeMap<String, String>,
    /// How long after the missed call its task is due.
    pub missed_task_due: Span,
    /// Rows asked for with one page of a list, 1 to 500.
    pub page_size: u32,
    /// What this customer's Asteril calls its requests and fields.
    pub structures: Structures,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            create_client: true,
            client_on_missed: true,
            task_on_missed: true,
            directions: Directions::Incoming,
            task_responsible: String::new(),
            utm: false,
            fields: BTreeMap::new(),
            missed_task_due: Span::seconds(4 * 3600),
            // The only size that is seen in public code.
            page_size: 10,
            structures: Structures::default(),
        }
    }
}

impl Settings {
    /// Reads and checks settings and mapping; everything wrong, where something is.
    pub fn read(settings: &Map<String, Value>, employees: &[Employee]) -> Result<(Usual, Self), Vec<Problem>> {
        let how = "give one of extension, sip, phone and pbx_id";
        let mapping = mapping_problems(employees, |employee| !employee.who.is_empty(), how);
        settings::read(settings, &Usual::default(), kind::SEEN, mapping, Self::problems)
    }

    /// The JSON Schema of the table.
    pub fn schema() -> Schema {
        settings::schema::<Self>(&Usual::default())
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.task_responsible.is_empty() {
            let message = "give the id of the user whose access this is: the tasks of missed calls are theirs";
            problems.push(problem(&["settings", "task_responsible"], message));
        }
        if !(1..=500).contains(&self.page_size) {
            problems.push(problem(&["settings", "page_size"], "allowed are 1 to 500"));
        }
        let mapping = || self.fields.iter().map(|(field, target)| (field.as_str(), target.as_str()));
        problems.extend(fields::problems(&["settings", "fields"], mapping()));
        let clients = &self.structures.clients;
        for (field, target) in mapping().filter(|(_, target)| [&*clients.name, &*clients.phone].contains(target)) {
            let message = format!("{target:?} is where a client's name or number stands: choose a text field");
            problems.push(problem(&["settings", "fields", field], message));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(settings: &Value, mapping: &Value) -> Result<(Usual, Settings), Vec<Problem>> {
        let employees: Vec<Employee> = serde_json::from_value(mapping.clone()).unwrap();
        Settings::read(settings.as_object().unwrap(), &employees)
    }

    #[test]
    fn with_a_responsible_alone_the_defaults_hold() {
        for id in [json!("2"), json!(2)] {
            let (usual, settings) = read(&json!({"task_responsible": id}), &json!([])).unwrap();
            assert_eq!(usual, Usual::default());
            assert_eq!(settings, Settings { task_responsible: "2".to_owned(), ..Settings::default() });
        }
    }

    #[test]
    fn every_problem_has_its_place_and_says_what_is_allowed() {
        let none = json!([]);
        let rows = [
            (json!({}), &none, "settings.task_responsible", "whose access"),
            (json!({"task_responsible": ""}), &none, "settings.task_responsible", "whose access"),
            (json!({"task_responsible": true}), &none, "settings.task_responsible", "not an id"),
            (json!({"create_clients": true}), &none, "settings.create_clients", "unknown field"),
            (json!({"directions": "outgoing"}), &none, "settings.directions", "incoming"),
            (json!({"fields": {"colour": "custom_field_1"}}), &none, "settings.fields.colour", "no call field"),
            (
                json!({"fields": {"landing": "custom_field_1", "referrer": "custom_field_1"}}),
                &none,
                "settings.fields.referrer",
                "chosen for landing already",
            ),
            (json!({"fields": {"landing": "phone"}}), &none, "settings.fields.landing", "choose a text field"),
            (json!({"page_size": 0}), &none, "settings.page_size", "1 to 500"),
            (json!({"max_in_flight": 0}), &none, "settings.max_in_flight", "1 to 64"),
            (json!({"structures": {"api": "../x"}}), &none, "settings.structures.api", "Latin"),
            (json!({"structures": {"calls": {"phone": ""}}}), &none, "settings.structures.calls.phone", "Latin"),
            (json!({"structures": {"tasks": {"status": "a b"}}}), &none, "settings.structures.tasks.status", "Latin"),
            (json!({"structures": {"tasks": {"done": ""}}}), &none, "settings.structures.tasks.done", "value"),
            (json!({"structures": {"tasks": {"colour": "x"}}}), &none, "settings.structures.tasks.colour", "unknown"),
            (json!({}), &json!([{"crm_user": "17"}]), "employee.0.extension", "one of extension"),
        ];
        for (mut settings, mapping, path, message) in rows {
            let table = settings.as_object_mut().unwrap();
            if path != "settings.task_responsible" {
                table.insert("task_responsible".to_owned(), json!(2));
            }
            let found = read(&settings, mapping).unwrap_err();
            assert_eq!(found.len(), 1, "{settings} {found:?}");
            assert_eq!(found[0].path.join("."), path, "{settings} {found:?}");
            assert!(found[0].message.contains(message), "{settings} {found:?}");
        }
    }

    #[test]
    fn names_can_be_adapted_and_fields_that_the_crm_lacks_left_out() {
        let structures = json!({"api": "api/v3.2", "calls": {"external_id": ""}, "tasks": {"done": "виконано"}});
        let (_, settings) = read(&json!({"task_responsible": 2, "structures": structures}), &json!([])).unwrap();
        let names = settings.structures;
        assert_eq!((&*names.api, &*names.calls.external_id, &*names.tasks.done), ("api/v3.2", "", "виконано"));
        assert_eq!(names.calls.record_url.as_str(), "record_url");
    }

    #[test]
    fn the_schema_names_every_setting() {
        let schema = serde_json::to_value(Settings::schema()).unwrap();
        for key in ["max_in_flight", "task_responsible", "structures", "fields", "directions"] {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
    }
}
