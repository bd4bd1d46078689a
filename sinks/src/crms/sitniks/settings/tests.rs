//! What settings may say, and what is answered to those that say something else.

use serde_json::json;

use super::*;

const ONE: &str = r#"[{"crm_user":"17","extension":"101"}]"#;

fn read(settings: &Value, mapping: &str) -> Result<(Usual, Settings), Vec<Problem>> {
    let employees: Vec<Employee> = serde_json::from_str(mapping).unwrap();
    Settings::read(settings.as_object().unwrap(), &employees)
}

#[test]
fn without_any_settings_the_defaults_hold() {
    let (usual, settings) = read(&json!({}), "[]").unwrap();
    assert_eq!(settings, Settings::default());
    assert!(settings.create_client);
    assert_eq!((usual.limits().max_in_flight, usual.limits().max_per_minute), (1, 0));
    for field in Field::ALL {
        assert_eq!(settings.name(field), Some(field.usual_name()));
    }
}

#[test]
fn every_problem_has_its_place_and_says_what_is_allowed() {
    let rows = [
        (json!({"max_in_flight": 0}), ONE, "settings.max_in_flight", "1 to 64"),
        (json!({"create_clients": true}), ONE, "settings.create_clients", "unknown field"),
        (json!({"create_client": "yes"}), ONE, "settings.create_client", "boolean"),
        (json!({"paths": {"calls": "calls"}}), ONE, "settings.paths.calls", "/calls"),
        (json!({"paths": {"calls": "/a/../b"}}), ONE, "settings.paths.calls", "/calls"),
        (json!({"paths": {"calls": "/calls?x=1"}}), ONE, "settings.paths.calls", "/calls"),
        (json!({"paths": {"orders": "/orders"}}), ONE, "settings.paths.orders", "unknown field"),
        (json!({"statuses": {"active": " "}}), ONE, "settings.statuses.active", "the API's word"),
        (json!({"statuses": {"cancelled": "active"}}), ONE, "settings.statuses.cancelled", "word for active"),
        (json!({"directions": {"outgoing": "in"}}), ONE, "settings.directions.outgoing", "word for incoming"),
        (json!({"names": {"phone": ""}}), ONE, "settings.names.phone", "do without"),
        (json!({"names": {"phone": "a b"}}), ONE, "settings.names.phone", "Latin"),
        (json!({"names": {"duration": "phone"}}), ONE, "settings.names.duration", "taken by phone"),
        (json!({"names": {"colour": "x"}}), ONE, "settings.names", "unknown variant"),
        (json!({"changeable": ["external_id"]}), ONE, "settings.changeable", "leave it out"),
        (json!({"change_by": "POST"}), ONE, "settings.change_by", "unknown variant"),
        (json!({}), r#"[{"crm_user":"17"}]"#, "employee.0.extension", "sip"),
        (json!({}), r#"[{"crm_user":" ","sip":"ivan"}]"#, "employee.0.crm_user", "user's id"),
    ];
    for (settings, mapping, path, message) in rows {
        let problems = read(&settings, mapping).unwrap_err();
        assert_eq!(problems.len(), 1, "{settings} {problems:?}");
        assert!(problems[0].path.join(".").starts_with(path), "{settings} {problems:?}");
        assert!(problems[0].message.contains(message), "{settings} {problems:?}");
    }
}

#[test]
fn settings_and_mapping_are_both_told_of() {
    let problems = read(&json!({"change_by": "POST"}), r#"[{"crm_user":"17"}]"#).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn names_can_be_adapted_and_fields_that_the_crm_lacks_left_out() {
    let settings = json!({
        "names": {"external_id": "uid", "duration": ""}, "paths": {"calls": "/telephony/calls"}, "change_by": "PUT",
        "changeable": ["status", "phone"], "search_lag": "5s"
    });
    let (usual, settings) = read(&settings, ONE).unwrap();
    assert_eq!((settings.name(Field::ExternalId), settings.name(Field::Duration)), (Some("uid"), None));
    assert_eq!((settings.paths.calls.as_str(), settings.paths.clients.as_str()), ("/telephony/calls", "/clients"));
    assert_eq!((settings.change_by, usual.limits().search_lag.as_secs()), (Change::Put, 5));
}

#[test]
fn the_schema_names_every_setting_and_its_default() {
    let schema = serde_json::to_value(schema()).unwrap();
    for key in ["create_client", "paths", "names", "changeable", "retry_for"] {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    assert_eq!(schema["properties"]["max_in_flight"]["default"], 1);
}
