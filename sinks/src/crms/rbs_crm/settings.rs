//! The settings of a connection to RBS CRM, and what can be wrong with them. Knows no call and sends nothing.

mod names;
mod structures;

use schemars::JsonSchema;
use schemas::{Employee, Span};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::connector::{Limits, Problem};

pub use names::{Name, Optional};
pub use structures::Structures;

/// The settings table of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the accounts file")]
pub struct Settings {
    /// Deliveries in progress at once, 1 to 64.
    pub max_in_flight: u32,
    /// How long after a write the CRM's lists may not show it.
    pub search_lag: Span,
    /// Requests a minute; 0: no limit of ours. The vendor publishes no figure.
    pub max_per_minute: u32,
    /// How long a delivery is tried before it is dead.
    pub retry_for: Span,
    /// After this a request without an answer is given up, 1s to 2m.
    pub request_timeout: Span,
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
    #[serde(deserialize_with = "text_or_number")]
    pub fixed_counterparty_id: Option<String>,
    /// What this customer's CRM calls its structures and fields.
    pub structures: Structures,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_in_flight: 4,
            search_lag: Span::seconds(30),
            max_per_minute: 0,
            retry_for: Span::seconds(72 * 3600),
            request_timeout: Span::seconds(20),
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
    pub fn read(settings: &Map<String, Value>, employees: &[Employee]) -> Result<Self, Vec<Problem>> {
        let typed: Result<Self, _> = serde_path_to_error::deserialize(Value::Object(settings.clone()));
        let (typed, mut problems) = match typed {
            Ok(typed) => (Some(typed), Vec::new()),
            Err(wrong) => (None, vec![problem(&settings_path(wrong.path()), &wrong.inner().to_string())]),
        };
        if let Some(typed) = &typed {
            problems.extend(typed.problems(employees));
        }
        problems.extend(employees.iter().enumerate().flat_map(|(row, employee)| mapping_problems(row, employee)));
        match typed {
            Some(typed) if problems.is_empty() => Ok(typed),
            _ => Err(problems),
        }
    }

    /// How the connection may be used.
    pub fn limits(&self) -> Limits {
        Limits {
            max_in_flight: self.max_in_flight,
            max_per_minute: self.max_per_minute,
            search_lag: self.search_lag.duration(),
            retry_for: self.retry_for.duration(),
            request_timeout: self.request_timeout.duration(),
        }
    }

    fn problems(&self, employees: &[Employee]) -> Vec<Problem> {
        let operations = &self.structures.operations;
        let empty_fixed = self.fixed_counterparty_id.as_deref().is_some_and(|id| id.trim().is_empty());
        let checks = [
            (!(1..=64).contains(&self.max_in_flight), "max_in_flight", "allowed are 1 to 64"),
            (
                !(Span::seconds(1)..=Span::seconds(120)).contains(&self.request_timeout),
                "request_timeout",
                "allowed are 1s to 2m",
            ),
            (self.search_lag > Span::seconds(3600), "search_lag", "allowed are 0 to 1h"),
            (self.retry_for < Span::seconds(60), "retry_for", "at least 1m is needed"),
            (
                self.fixed_counterparty_id.is_some() && !self.create_contact,
                "fixed_counterparty_id",
                "it is the counterparty of contacts made for unknown numbers: set create_contact = true too, or leave it out",
            ),
            (empty_fixed, "fixed_counterparty_id", "give the counterparty's id in the CRM, or leave it out"),
            (
                self.missed_call_task && employees.is_empty(),
                "missed_call_task",
                "the task of an unknown client goes to the first employee: add at least one [[account.connection.employee]]",
            ),
        ];
        let mut problems: Vec<Problem> = checks
            .iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, key, message)| problem(&["settings".to_owned(), (*key).to_owned()], message))
            .collect();
        if !operations.pattern.contains("{}") {
            let path = ["settings", "structures", "operations", "pattern"].map(str::to_owned);
            problems.push(problem(&path, "{} must stand where the text goes: \"{}\" or \"%{}%\""));
        }
        for (key, phones) in
            [("companies", &self.structures.companies.phones), ("persons", &self.structures.persons.phones)]
        {
            if phones.len() > 5 || (key == "companies" && phones.is_empty()) {
                let path = ["settings", "structures", key, "phones"].map(str::to_owned);
                problems.push(problem(&path, "name 1 to 5 fields; persons may have none"));
            }
        }
        problems
    }
}

fn mapping_problems(row: usize, employee: &Employee) -> Vec<Problem> {
    let path = |key: &str| ["employee".to_owned(), row.to_string(), key.to_owned()];
    let mut problems = Vec::new();
    if employee.crm_user.trim().is_empty() {
        problems.push(problem(&path("crm_user"), "give the user's id in the CRM"));
    }
    if employee.who.extension.as_deref().is_none_or(|extension| extension.trim().is_empty()) {
        problems.push(problem(&path("extension"), "RBS CRM maps users to extensions: give the short internal number"));
    }
    problems
}

fn settings_path(path: &serde_path_to_error::Path) -> Vec<String> {
    let segments = path.iter().map(ToString::to_string);
    std::iter::once("settings".to_owned()).chain(segments).collect()
}

fn problem(path: &[String], message: &str) -> Problem {
    Problem { path: path.to_vec(), message: message.to_owned() }
}

/// Ids in RBS CRM are numbers, so people write them without quotes as well.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.to_string())),
        Some(other) => {
            Err(serde::de::Error::custom(format!("{other} is not an id: give the counterparty's id in the CRM")))
        }
    }
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
        let settings = Settings::read(&Map::new(), &[]).unwrap();
        assert_eq!(settings, Settings::default());
        assert!(settings.notify_only_responsible && !settings.create_contact);
        assert_eq!(settings.structures.contacts.structure.as_str(), "documents.contacts");
        assert_eq!(settings.limits().max_in_flight, 4);
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
        let settings = Settings::read(settings.as_object().unwrap(), &[]).unwrap();
        assert_eq!(settings.fixed_counterparty_id.as_deref(), Some("42"));
    }

    #[test]
    fn names_can_be_adapted_and_fields_that_the_crm_lacks_left_out() {
        let settings = json!({"structures": {
            "deals": {"structure": "documents.sales", "active": "5"}, "contacts": {"external_id": "", "duration": "length"}
        }});
        let settings = Settings::read(settings.as_object().unwrap(), &[]).unwrap();
        assert_eq!(settings.structures.deals.structure.as_str(), "documents.sales");
        assert_eq!(settings.structures.deals.owner.as_str(), "owner");
        assert!(settings.structures.contacts.external_id.name().is_none());
        assert_eq!(settings.structures.contacts.duration.name().unwrap().as_str(), "length");
    }

    #[test]
    fn the_schema_names_every_setting() {
        let schema = serde_json::to_value(schemars::schema_for!(Settings)).unwrap();
        for key in ["max_in_flight", "fixed_counterparty_id", "structures", "missed_call_task"] {
            assert!(schema["properties"].get(key).is_some(), "{key}");
        }
    }
}
