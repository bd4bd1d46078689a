//! The settings of a connection to RBS CRM, and what can be wrong with them. Knows no call and sends nothing.

mod structures;

use schemars::{JsonSchema, Schema};
use schemas::{Employee, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::kind;
use crate::connector::Problem;
use crate::kit::settings::{self as kit, Usual, mapping_problems, optional_id, problem};

pub use structures::Structures;

/// What only this kind takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the accounts file")]
pub struct Settings {
    /// R3: a call is announced to the counterparty's responsible only; off: to every employee in the mapping.
    pub notify_only_responsible: bool,
    /// R4: a document "Contact by calls" is made for every call that ended.
    pub create_contact: bool,
    /// R5: recordings are added to the history of the counterparty's last active deal.
    pub add_recording_to_deal: bool,
    /// R6: a missed incoming call makes a task.
    pub missed_call_task: bool,
    /// How long after the missed call its task is due.
    pub missed_task_due: Span,
    /// R7: the counterparty of contacts made for unknown numbers, instead of a new one.
    #[serde(deserialize_with = "optional_id")]
    pub fixed_counterparty_id: Option<String>,
    /// What this customer's CRM calls its structures and fields.
    pub structures: Structures,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            notify_only_responsible: true,
            create_contact: false,
            add_recording_to_deal: false,
            missed_call_task: false,
            missed_task_due: Span::seconds(4 * 3600),
            fixed_counterparty_id: None,
            structures: Structures::default(),
        }
    }
}

impl Settings {
    /// Reads and checks settings and mapping; everything wrong, where something is.
    pub fn read(settings: &Map<String, Value>, employees: &[Employee]) -> Result<(Usual, Self), Vec<Problem>> {
        let how = "RBS CRM maps users to extensions: give the short internal number";
        let mapping = mapping_problems(employees, has_extension, how);
        kit::read(settings, &Usual::default(), kind::SEEN, mapping, |own: &Self| own.problems(employees))
    }

    /// The JSON Schema of the whole table.
    pub fn schema() -> Schema {
        kit::schema::<Self>(&Usual::default())
    }

    fn problems(&self, employees: &[Employee]) -> Vec<Problem> {
        let empty_fixed = self.fixed_counterparty_id.as_deref() == Some("");
        let (companies, persons) = (&self.structures.companies.phones, &self.structures.persons.phones);
        let checks: [(bool, &[&str], &str); 6] = [
            (
                self.fixed_counterparty_id.is_some() && !self.create_contact,
                &["fixed_counterparty_id"],
                "it is the counterparty of contacts made for unknown numbers: set create_contact = true too, or leave it out",
            ),
            (empty_fixed, &["fixed_counterparty_id"], "give the counterparty's id in the CRM, or leave it out"),
            (
                self.missed_call_task && employees.is_empty(),
                &["missed_call_task"],
                "the task of an unknown client goes to the first employee: add at least one [[account.connection.employee]]",
            ),
            (
                !self.structures.operations.pattern.contains("{}"),
                &["structures", "operations", "pattern"],
                "{} must stand where the text goes: \"{}\" or \"%{}%\"",
            ),
            (!(1..=5).contains(&companies.len()), &["structures", "companies", "phones"], PHONES),
            (persons.len() > 5, &["structures", "persons", "phones"], PHONES),
        ];
        let wrong = checks.iter().filter(|(wrong, ..)| *wrong);
        wrong.map(|(_, path, message)| problem(&[&["settings"], *path].concat(), *message)).collect()
    }
}

const PHONES: &str = "name 1 to 5 fields; persons may have none";

fn has_extension(employee: &Employee) -> bool {
    employee.who.extension.as_deref().is_some_and(|extension| !extension.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn employees(text: &str) -> Vec<Employee> {
        serde_json::from_str(text).unwrap()
    }

    fn wrong(settings: &Value, mapping: &str) -> Vec<(String, String)> {
        match Settings::read(settings.as_object().unwrap(), &employees(mapping)) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| (p.path.join("."), p.message)).collect(),
        }
    }

    const ONE: &str = r#"[{"crm_user":"17","extension":"101"}]"#;

    #[test]
    fn without_any_settings_the_defaults_hold() {
        let (usual, settings) = Settings::read(&Map::new(), &[]).unwrap();
        assert_eq!(settings, Settings::default());
        assert!(settings.notify_only_responsible && !settings.create_contact);
        assert_eq!(settings.structures.contacts.structure.as_str(), "documents.contacts");
        assert_eq!(usual.limits().max_in_flight, 4);
    }

    #[test]
    fn every_problem_has_its_place_and_says_what_is_allowed() {
        let rows = [
            (json!({"max_in_flight": 0}), ONE, "settings.max_in_flight", "1 to 64"),
            (json!({"max_in_flight": "4"}), ONE, "settings.max_in_flight", "expected u32"),
            (json!({"search_lag": "30"}), ONE, "settings.search_lag", "write 90s"),
            (json!({"request_timeout": "1h"}), ONE, "settings.request_timeout", "1s to 2m"),
            (json!({"retry_for": "1s"}), ONE, "settings.retry_for", "at least 1m"),
            (json!({"create_contacts": true}), ONE, "settings.create_contacts", "unknown field"),
            (json!({"fixed_counterparty_id": "5"}), ONE, "settings.fixed_counterparty_id", "create_contact = true"),
            (json!({"fixed_counterparty_id": true}), ONE, "settings.fixed_counterparty_id", "not an id"),
            (json!({"missed_call_task": true}), "[]", "settings.missed_call_task", "at least one"),
            (json!({"structures": {"deals": {"status": "a b"}}}), ONE, "settings.structures.deals.status", "Latin"),
            (json!({"structures": {"deals": {"colour": "x"}}}), ONE, "settings.structures.deals.colour", "unknown"),
            (
                json!({"structures": {"operations": {"pattern": "%"}}}),
                ONE,
                "settings.structures.operations.pattern",
                "{}",
            ),
            (
                json!({"structures": {"companies": {"phones": []}}}),
                ONE,
                "settings.structures.companies.phones",
                "1 to 5",
            ),
            (json!({}), r#"[{"crm_user":"17","sip":"ivan"}]"#, "employee.0.extension", "extensions"),
            (json!({}), r#"[{"crm_user":" ","extension":"101"}]"#, "employee.0.crm_user", "user's id"),
        ];
        for (settings, mapping, path, message) in rows {
            let found = wrong(&settings, mapping);
            assert_eq!(found.len(), 1, "{settings} {found:?}");
            assert_eq!(found[0].0, path, "{settings} {found:?}");
            assert!(found[0].1.contains(message), "{settings} {found:?}");
        }
    }

    #[test]
    fn r7_the_fixed_counterparty_may_be_written_as_a_number() {
        let settings = json!({"create_contact": true, "fixed_counterparty_id": 42});
        let settings = Settings::read(settings.as_object().unwrap(), &[]).unwrap().1;
        assert_eq!(settings.fixed_counterparty_id.as_deref(), Some("42"));
    }

    #[test]
    fn names_can_be_adapted_and_fields_that_the_crm_lacks_left_out() {
        let settings = json!({"structures": {
            "deals": {"structure": "documents.sales", "active": "5"}, "contacts": {"external_id": "", "duration": "length"}
        }});
        let settings = Settings::read(settings.as_object().unwrap(), &[]).unwrap().1;
        assert_eq!(settings.structures.deals.structure.as_str(), "documents.sales");
        assert_eq!(settings.structures.deals.owner.as_str(), "owner");
        assert!(settings.structures.contacts.external_id.name().is_none());
        assert_eq!(settings.structures.contacts.duration.name(), Some("length"));
    }

    #[test]
    fn the_schema_names_every_setting() {
        let schema = serde_json::to_value(Settings::schema()).unwrap();
        for key in ["max_in_flight", "fixed_counterparty_id", "structures", "missed_call_task"] {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
    }
}
