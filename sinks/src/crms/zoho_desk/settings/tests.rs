use serde_json::json;

use super::*;

const ONE: &str = r#"[{"crm_user":"17","sip":"acme_ivan"}]"#;

/// What is wrong with the least that is needed and `more`.
fn wrong(more: &Value, mapping: &str) -> Vec<(String, String)> {
    let mut settings = json!({"department_id": "201", "senior_manager": "101"});
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    match Settings::read(settings.as_object().unwrap(), &serde_json::from_str::<Vec<Employee>>(mapping).unwrap()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|p| (p.path.join("."), p.message)).collect(),
    }
}

#[test]
fn the_least_is_a_department_and_a_senior_manager() {
    let settings = json!({"department_id": 201, "senior_manager": "101"});
    let own = Settings::read(settings.as_object().unwrap(), &[]).unwrap().own;
    assert_eq!((own.department_id.as_str(), own.senior_manager.as_str()), ("201", "101"));
    assert_eq!((own.create_before_talk, own.missed_task_due.to_string().as_str()), (false, "4h"));
    let problems = Settings::read(&Map::new(), &[]).unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| problem.path.join(".")).collect();
    assert_eq!(places, ["settings.department_id", "settings.senior_manager"]);
}

#[test]
fn every_problem_has_its_place_and_says_what_is_allowed() {
    let rows = [
        (json!({"max_in_flight": 0}), ONE, "settings.max_in_flight", "1 to 64"),
        (json!({"department": "201"}), ONE, "settings.department", "unknown field"),
        (json!({"department_id": "main"}), ONE, "settings.department_id", "digits"),
        (json!({"senior_manager": true}), ONE, "settings.senior_manager", "not an id"),
        (json!({"create_before_talk": "yes"}), ONE, "settings.create_before_talk", "expected a boolean"),
        (json!({"missed_task_due": "4"}), ONE, "settings.missed_task_due", "write 90s"),
        (json!({"missed_task_due": "0"}), ONE, "settings.missed_task_due", "1m to 366d"),
        (json!({"contact_without_number": "?"}), ONE, "settings.contact_without_number", "id of a contact"),
        (json!({}), r#"[{"crm_user":"17"}]"#, "employee.0.extension", "one or more of"),
        (json!({}), r#"[{"crm_user":" ","phone":"0671112233"}]"#, "employee.0.crm_user", "user's id"),
    ];
    for (settings, mapping, path, message) in rows {
        let found = wrong(&settings, mapping);
        assert_eq!(found.len(), 1, "{settings} {found:?}");
        assert_eq!(found[0].0, path, "{settings} {found:?}");
        assert!(found[0].1.contains(message), "{settings} {found:?}");
    }
    assert_eq!(wrong(&json!({}), r#"[{"crm_user":"17","phone":"0671112233"}]"#), []);
}

#[test]
fn z6_wrong_mappings_are_refused_with_their_own_words() {
    let rows = [
        (json!({"ticket_fields": {"colour": "cf_a"}}), "ticket_fields.colour", "no call field"),
        (json!({"contact_fields": {"landing": 5}}), "contact_fields.landing", "expected a string"),
        (json!({"contact_fields": {"landing": ""}}), "contact_fields.landing", "name of the CRM's field"),
        (
            json!({"ticket_fields": {"landing": "cf_a", "pool": "cf_a"}}),
            "ticket_fields.pool",
            "chosen for landing already",
        ),
        (
            json!({"ticket_fields": {"landing": "cf_a"}, "ticket_defaults": {"cf_a": "x"}}),
            "ticket_defaults.cf_a",
            "chosen for landing in ticket_fields",
        ),
        (json!({"contact_defaults": {"lastName": "x"}}), "contact_defaults.lastName", "filled from the call"),
        (json!({"ticket_defaults": {"priority": ["High"]}}), "ticket_defaults.priority", "a text, a number"),
    ];
    for (settings, path, message) in rows {
        let found = wrong(&settings, ONE);
        assert_eq!(found.len(), 1, "{settings} {found:?}");
        assert_eq!(found[0].0, format!("settings.{path}"), "{settings} {found:?}");
        assert!(found[0].1.contains(message), "{settings} {found:?}");
    }
    let good = json!({
        "ticket_fields": {"landing": "cf_a"}, "contact_fields": {"landing": "cf_a"},
        "ticket_defaults": {"priority": "High", "cf_b": 7, "isSpam": false}
    });
    assert_eq!(wrong(&good, ONE), []);
}

#[test]
fn the_schema_names_every_setting() {
    let schema = serde_json::to_value(Settings::schema()).unwrap();
    for key in ["max_in_flight", "department_id", "ticket_fields", "contact_defaults", "missed_task_due"] {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&json!("department_id")) && required.contains(&json!("senior_manager")), "{required:?}");
}
