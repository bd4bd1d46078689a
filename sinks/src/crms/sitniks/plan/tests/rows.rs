//! S2: the row in the register of calls, while the call goes on and after.

use super::*;

#[test]
fn s2_every_field_of_a_row() {
    let mut crm = Crm::default().card("15", CLIENT);
    let note = crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    let row = json!({
        "externalId": "acme-pbx/77", "direction": "in", "phone": "+380671112233", "clientId": 15, "managerId": 17,
        "status": "completed", "startedAt": "2026-11-19T09:00:00.000Z", "duration": 65, "recordUrl": "https://r/1"
    });
    assert_eq!(json!(crm.row()), row);
    assert_eq!(crm.puts[0].marker, "acme-pbx/77");
    assert!(note.contains("row 1000 completed, responsible 17: 101 talked last"), "{note}");
}

#[test]
fn s2_status_and_duration_of_each_outcome() {
    let unmeasured = Call { talk_seconds: None, ..answered() };
    let rows = [
        (answered(), "in", "completed", Some(65)),
        (unmeasured, "in", "completed", None),
        (missed(), "in", "cancelled", Some(0)),
        (outgoing(answered()), "out", "completed", Some(65)),
        (outgoing(missed()), "out", "cancelled", Some(0)),
        (ringing(), "in", "active", None),
        (talking(), "in", "active", None),
        (outgoing(ringing()), "out", "active", None),
    ];
    for (call, direction, status, duration) in rows {
        let mut crm = Crm::default().card("15", CLIENT);
        crm.deliver(&rules(json!({})), &call);
        let row = crm.row();
        assert_eq!((row["direction"].as_str(), row["status"].as_str()), (Some(direction), Some(status)), "{call:?}");
        assert_eq!(row.get("duration").and_then(Value::as_u64), duration, "{call:?}");
        assert_eq!(crm.puts.len(), 1);
    }
}

#[test]
fn s2_an_active_row_is_changed_once_at_the_end_of_the_call() {
    for (end, status, manager) in [(answered(), "completed", json!(17)), (missed(), "cancelled", json!(null))] {
        let mut crm = Crm::default();
        crm.deliver(&rules(json!({})), &ringing());
        assert_eq!(crm.row()["status"], "active");
        let note = crm.deliver(&rules(json!({})), &talking());
        assert_eq!(crm.names().join(" "), "client call", "one request while it goes on");
        assert!(note.contains("when the call ends"), "{note}");
        crm.deliver(&rules(json!({})), &end);
        assert_eq!(crm.names().join(" "), "client call call");
        assert_eq!((&crm.row()["status"], &crm.row()["managerId"]), (&json!(status), &manager));
        assert_eq!(crm.known.made[kind::CALL].crm_id, "1001");
    }
}

#[test]
fn s2_a_row_that_ended_is_never_active_again() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &missed());
    crm.deliver(&rules(json!({})), &ringing());
    assert_eq!((crm.names().join(" ").as_str(), &crm.row()["status"]), ("client call", &json!("cancelled")));
}

#[test]
fn a6_a_missed_call_that_was_answered_after_all_changes_its_row() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &missed());
    crm.deliver(&rules(json!({})), &Call { talk_seconds: None, ..answered() });
    let row = crm.row();
    assert_eq!((&row["status"], &row["managerId"]), (&json!("completed"), &json!(17)));
    // Nobody measured the talk: no seconds is not 0 seconds.
    assert_eq!(row["duration"], Value::Null);
}

#[test]
fn a8_a_recording_that_comes_late_is_a_change_and_the_first_stays() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(crm.row().get("recordUrl"), None);
    for urls in [&["https://r/1"][..], &["https://r/1", "https://r/2"]] {
        crm.deliver(&rules(json!({})), &recorded(urls, answered()));
        assert_eq!(crm.row()["recordUrl"], "https://r/1");
    }
    assert_eq!(crm.names().join(" "), "client call call");
    let note = crm.deliver(&rules(json!({})), &recorded(&["https://r/1", "https://r/2"], answered()));
    assert!(note.contains("the first of 2"), "{note}");
}

#[test]
fn what_may_not_be_changed_stays_as_the_row_was_made() {
    let mut crm = Crm::default();
    crm.deliver(&rules(json!({})), &ringing());
    crm.deliver(&rules(json!({})), &Call { started_at: at("08:59:00"), ..outgoing(answered()) });
    let row = crm.row();
    assert_eq!((&row["startedAt"], &row["direction"]), (&json!("2026-11-19T09:00:00.000Z"), &json!("in")));
    assert_eq!(row["status"], "completed");
}

#[test]
fn another_customers_names_and_words_are_a_matter_of_settings() {
    let rules = rules(json!({
        "names": {"external_id": "uid", "client_id": "", "duration": "seconds"},
        "statuses": {"completed": "DONE"}, "directions": {"incoming": "inbound"}
    }));
    let mut crm = Crm::default().card("15", CLIENT);
    crm.deliver(&rules, &answered());
    let row = json!({
        "uid": "acme-pbx/77", "direction": "inbound", "phone": "+380671112233", "managerId": 17, "status": "DONE",
        "startedAt": "2026-11-19T09:00:00.000Z", "seconds": 65
    });
    assert_eq!(json!(crm.row()), row);
    crm.deliver(&rules, &recorded(&["https://r/1"], answered()));
    assert_eq!(crm.names().join(" "), "call call");
}
