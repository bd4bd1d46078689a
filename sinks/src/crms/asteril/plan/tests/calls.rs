//! A2: the Call, field by field.

use super::*;

#[test]
fn a2_an_answered_call_field_by_field() {
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    let expected = json!({
        "external_id": "acme-pbx/77", "direction": "incoming", "status": "answered", "client_id": 7, "phone": CLIENT,
        "line": "380441112233", "manager_phone": "acme_ivan", "start_time": "2026-11-19 11:00:00", "duration": 65,
        "record_url": "https://r/1"
    });
    assert_eq!(Value::Object(crm.held("call")), expected);
    assert_eq!(crm.puts[0].marker, "acme-pbx/77");
}

#[test]
fn a2_every_call_that_ended_is_a_call_whatever_a4_says() {
    let nothing = json!({"create_client": false, "client_on_missed": false, "task_on_missed": false});
    for (call, direction, status, manager) in [
        (answered(), "incoming", "answered", "acme_ivan"),
        (unanswered(), "incoming", "missed", "(none)"),
        (outgoing(answered()), "outgoing", "answered", "acme_ivan"),
        (outgoing(unanswered()), "outgoing", "missed", "acme_ivan"),
    ] {
        let mut crm = Crm::new();
        let note = crm.deliver(&rules(nothing.clone()), &call);
        assert_eq!(crm.names().join(" "), "call");
        let held = ["direction", "status", "manager_phone"].map(|field| crm.text("call", field));
        assert_eq!(held, [direction, status, manager]);
        assert!(note.contains("call 1000, not bound"), "{note}");
    }
}

#[test]
fn a2_who_talked_last_is_the_manager_as_the_pbx_names_them() {
    let by = |who: Who| talked(&[ivan(), who], answered());
    for (call, manager) in [
        (by(Who::extension("102")), "102"),
        (by(Who { phone: Some("+380500000001".into()), ..Who::default() }), "+380500000001"),
        (by(Who::default()), "(none)"),
        (talked(&[], answered()), "(none)"),
    ] {
        let mut crm = Crm::new().client("7", CLIENT);
        crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.text("call", "manager_phone"), manager);
    }
}

#[test]
fn talk_seconds_of_a_missed_call_are_0_and_unknown_ones_left_out() {
    let unknown = Call { talk_seconds: None, ..answered() };
    for (call, duration) in [(answered(), "65"), (unanswered(), "0"), (unknown, "(none)")] {
        let mut crm = Crm::new().client("7", CLIENT);
        crm.deliver(&rules(json!({})), &call);
        assert_eq!(crm.text("call", "duration"), duration);
    }
}

#[test]
fn a2_a8_a_recording_that_comes_later_changes_the_same_call_only() {
    let mut crm = Crm::new();
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.text("call", "record_url"), "(none)");
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!(
        (crm.names().join(" ").as_str(), crm.text("call", "record_url").as_str()),
        ("client call call", "https://r/1")
    );
    let note = crm.deliver(&rules(json!({})), &recorded(&["https://r/1", "https://r/2"], answered()));
    assert_eq!(crm.puts.len(), 3);
    assert!(note.contains("of its 2 recordings the first is linked"), "{note}");
}

#[test]
fn a2_a_missed_call_has_no_recording() {
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], unanswered()));
    assert_eq!(crm.text("call", "record_url"), "(none)");
}

#[test]
fn a_call_that_was_answered_after_all_follows_the_new_outcome() {
    let mut crm = Crm::new();
    let rules = rules(json!({"client_on_missed": false}));
    crm.deliver(&rules, &Call { presumed: true, ..unanswered() });
    assert_eq!((crm.names().join(" ").as_str(), crm.text("call", "client_id").as_str()), ("call task", "(none)"));
    crm.deliver(&rules, &recorded(&["https://r/1"], answered()));
    let call = ["client_id", "status", "duration", "manager_phone"].map(|field| crm.text("call", field));
    assert_eq!(call, ["1002", "answered", "65", "acme_ivan"]);
    assert_eq!(crm.names().join(" "), "call task client call task");
}

#[test]
fn names_and_values_are_a_matter_of_settings() {
    let calls = json!({
        "external_id": "", "direction": "type", "incoming": "in", "answered": "1", "client": "contact", "line": "",
        "manager": "", "duration": ""
    });
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules(json!({"structures": {"calls": calls}})), &answered());
    let expected = json!({
        "type": "in", "status": "1", "contact": 7, "phone": CLIENT, "start_time": "2026-11-19 11:00:00"
    });
    assert_eq!(Value::Object(crm.held("call")), expected);
    assert_eq!(crm.puts[0].marker, "2026-11-19 11:00:00");
    crm.deliver(&rules(json!({"structures": {"calls": calls}})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.text("call", "contact").as_str(), crm.puts.len()), ("7", 2));
}
