//! The settings of a connection to Uspacy, and what can be wrong with them. Knows no call and sends nothing.

mod names;

use schemars::{JsonSchema, Schema};
use schemas::{Employee, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::plan::kind;
use crate::connector::Problem;
use crate::kit::settings::{Usual, id, mapping_problems, optional_id, problem, read, schema};

pub use names::{ExternalId, LeadFields, Status, StatusValues, Way};

/// Ways by which an employee may be mapped (U4).
const HOW: &str = "give the employee's sip, extension, phone or pbx_id";

/// The settings table of a connection, without what every kind takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// U4: the user to whom missed calls of new clients and calls of unmapped employees belong.
    #[serde(default, deserialize_with = "id")]
    pub default_responsible: String,
    /// U2: a missed incoming call makes an activity.
    #[serde(default = "yes")]
    pub missed_call_activity: bool,
    /// U2: the user who gets the activities; none: the default responsible.
    #[serde(default, deserialize_with = "optional_id")]
    pub missed_call_responsible: Option<String>,
    /// How long after the end of the missed call its activity ends.
    #[serde(default = "hour")]
    pub missed_call_due: Span,
    /// What is sent as `ended_call_status`.
    #[serde(default)]
    pub status_values: StatusValues,
    /// Under which integration calls stand in the CRM.
    #[serde(default = "ringfold")]
    pub integration_code: String,
    /// As what our mark of a call is sent.
    #[serde(default)]
    pub external_id: ExternalId,
    /// The code of the source that new leads get; none: the field is left out.
    #[serde(default)]
    pub lead_source: Option<String>,
    /// Fields of a lead that not every space has.
    #[serde(default)]
    pub lead_fields: LeadFields,
    /// How a number is looked for, one way after the other until it is found.
    #[serde(default = "every_way")]
    pub number_search: Vec<Way>,
}

fn yes() -> bool {
    true
}

fn hour() -> Span {
    Span::seconds(3600)
}

fn ringfold() -> String {
    "ringfold".to_owned()
}

fn every_way() -> Vec<Way> {
    vec![Way::Text, Way::Filter]
}

impl Settings {
    /// Reads and checks settings and mapping; everything wrong, where something is.
    pub fn read(settings: &Map<String, Value>, employees: &[Employee]) -> Result<(Usual, Self), Vec<Problem>> {
        let mapping = mapping_problems(employees, |employee| !employee.who.is_empty(), HOW);
        read(settings, &Usual::default(), kind::SEEN, mapping, Self::problems)
    }

    /// The JSON Schema of the table.
    pub fn schema() -> Schema {
        let mut schema = schema::<Self>(&Usual::default());
        // It has no default that would do; left out it is told with its place.
        if let Some(required) = schema.pointer_mut("/properties/default_responsible").and_then(Value::as_object_mut) {
            required.remove("default");
        }
        schema.insert("required".to_owned(), ["default_responsible"].as_slice().into());
        schema
    }

    /// U2: to whom the activities of missed calls go.
    pub fn of_missed_calls(&self) -> &str {
        self.missed_call_responsible.as_deref().unwrap_or(&self.default_responsible)
    }

    fn problems(&self) -> Vec<Problem> {
        let blank = |value: &Option<String>| value.as_deref().is_some_and(|value| value.trim().is_empty());
        let wrong = [
            (self.default_responsible.is_empty(), "default_responsible", "give the id of the user in the CRM"),
            (
                blank(&self.missed_call_responsible),
                "missed_call_responsible",
                "give the id of the user, or leave it out",
            ),
            (self.missed_call_due > Span::seconds(30 * 86_400), "missed_call_due", "allowed are 0 to 30d"),
            (self.integration_code.trim().is_empty(), "integration_code", "give the code of the integration"),
            (blank(&self.lead_source), "lead_source", "give the code of a source, or leave it out"),
            (
                self.number_search.is_empty() || self.number_search.len() > 2,
                "number_search",
                "give one or both of text and filter",
            ),
        ];
        let mut problems: Vec<Problem> = wrong
            .iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, key, message)| problem(&["settings", key], *message))
            .collect();
        problems.extend(self.status_values.problems());
        problems
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(settings: &Value, employees: &Value) -> Result<(Usual, Settings), String> {
        let Value::Object(settings) = settings else { panic!("not a table") };
        let employees: Vec<Employee> = serde_json::from_value(employees.clone()).unwrap();
        Settings::read(settings, &employees)
            .map_err(|problems| problems.iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let (usual, settings) = checked(&json!({"default_responsible": 9}), &json!([])).unwrap();
        assert_eq!((usual.max_in_flight, usual.max_per_minute), (4, 0));
        assert_eq!((settings.default_responsible.as_str(), settings.of_missed_calls()), ("9", "9"));
        assert!(settings.missed_call_activity && settings.lead_source.is_none());
        assert_eq!(settings.number_search, [Way::Text, Way::Filter]);
        let table = json!({"default_responsible": "9", "missed_call_responsible": 4, "external_id": "text",
            "status_values": {"answered": 3, "missed": ""}, "lead_fields": {"mark": ""}, "number_search": ["filter"]});
        let (_, settings) = checked(&table, &json!([])).unwrap();
        assert_eq!(settings.of_missed_calls(), "4");
        assert_eq!(settings.status_values.of(Status::Answered), Some(json!(3)));
        assert_eq!(settings.status_values.of(Status::Missed), None);
        assert_eq!(settings.status_values.of(Status::MissedKnown), Some(json!("unsuccessful")));
    }

    #[test]
    fn every_wrong_setting_is_named_by_its_place() {
        let rows = [
            (json!({}), "settings.default_responsible"),
            (json!({"default_responsible": " "}), "settings.default_responsible"),
            (json!({"default_responsible": true}), "settings.default_responsible"),
            (json!({"default_responsible": 9, "missed_call_responsible": ""}), "settings.missed_call_responsible"),
            (json!({"default_responsible": 9, "missed_call_due": "60d"}), "settings.missed_call_due"),
            (json!({"default_responsible": 9, "integration_code": ""}), "settings.integration_code"),
            (json!({"default_responsible": 9, "lead_source": ""}), "settings.lead_source"),
            (json!({"default_responsible": 9, "number_search": []}), "settings.number_search"),
            (json!({"default_responsible": 9, "number_search": ["guess"]}), "settings.number_search.[0]"),
            (json!({"default_responsible": 9, "external_id": "hash"}), "settings.external_id"),
            (json!({"default_responsible": 9, "status_values": {"lost": "x"}}), "settings.status_values.lost"),
            (json!({"default_responsible": 9, "status_values": {"missed": []}}), "settings.status_values.missed"),
            (json!({"default_responsible": 9, "lead_fields": {"colour": "x"}}), "settings.lead_fields.colour"),
            (json!({"default_responsible": 9, "max_in_flight": 0}), "settings.max_in_flight"),
        ];
        for (settings, place) in rows {
            assert_eq!(checked(&settings, &json!([])).unwrap_err(), place, "{settings}");
        }
    }

    #[test]
    fn u4_an_employee_is_mapped_by_sip_extension_phone_or_pbx_id() {
        let settings = json!({"default_responsible": 9});
        let mapping = json!([{"crm_user": "7", "sip": "acme_ivan"}, {"crm_user": "8", "phone": "380671112233"}]);
        checked(&settings, &mapping).unwrap();
        let wrong = json!([{"crm_user": "", "sip": "acme_ivan"}, {"crm_user": "8"}]);
        assert_eq!(checked(&settings, &wrong).unwrap_err(), "employee.0.crm_user employee.1.extension");
    }

    #[test]
    fn the_schema_names_what_is_required() {
        let schema = serde_json::to_value(Settings::schema()).unwrap();
        assert_eq!(schema["required"], json!(["default_responsible"]));
        assert_eq!(schema["properties"]["default_responsible"].get("default"), None);
        assert_eq!(schema["additionalProperties"], false);
    }
}
