//! R6, and A6 for tasks.

use super::*;

fn r6() -> Rules {
    rules(json!({"missed_call_task": true}))
}

#[test]
fn r6_missed_call_of_known_client_goes_to_the_counterpartys_responsible() {
    let mut crm = Crm::default().company("7", "33", "+7 (916) 111-22-33");
    let note = crm.deliver(&r6(), &missed());
    assert_eq!(crm.names(), ["task"]);
    let task = crm.held("task");
    for (field, value) in [
        ("owner", "7"),
        ("responsible", "33"),
        ("name", "Пропущенный звонок"),
        ("status", "1"),
        ("date", "2026-11-19 12:01:15"),
        ("deadline", "2026-11-19 16:01:15"),
        ("visible", "1"),
    ] {
        assert_eq!(text(&task, field), value, "{field}");
    }
    let description = text(&task, "description");
    let begins = "Пропущенный звонок 19.11.2026 12:00:00 от +7 916 111-22-33, линия +7 495 111-22-33 [rf:";
    assert!(description.starts_with(begins), "{description}");
    assert!(description.ends_with(&crm.puts[0].marker));
    assert!(note.contains("for 33: the counterparty's responsible"), "{note}");
}

#[test]
fn r6_missed_call_of_unknown_client_goes_to_the_first_employee() {
    let mut crm = Crm::default().company("8", "33", "+74950000000");
    let note = crm.deliver(&r6(), &missed());
    assert_eq!(crm.names(), ["task"]);
    let task = crm.held("task");
    assert_eq!((text(&task, "responsible"), text(&task, "owner")), ("17", "(none)"));
    assert!(note.contains("the first employee in the mapping"), "{note}");
}

#[test]
fn r6_a_counterparty_without_a_responsible_leaves_the_task_to_the_first_employee() {
    let mut crm = Crm::default().company("7", "0", CLIENT);
    crm.deliver(&r6(), &missed());
    let task = crm.held("task");
    assert_eq!((text(&task, "responsible"), text(&task, "owner")), ("17", "7"));
}

#[test]
fn r6_u2_only_missed_incoming_calls_make_tasks() {
    for call in [answered(), outgoing(missed()), outgoing(answered())] {
        let mut crm = Crm::default().company("7", "33", CLIENT);
        crm.deliver(&r6(), &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty(), "{call:?}");
    }
}

#[test]
fn a16_a_missed_call_of_a_hidden_number_is_a_task_of_the_first_employee() {
    let mut crm = Crm::default();
    crm.deliver(&r6(), &from("anonymous", missed()));
    let task = crm.held("task");
    assert_eq!((text(&task, "responsible"), text(&task, "owner")), ("17", "(none)"));
    assert!(text(&task, "description").contains("от скрытого номера"));
}

#[test]
fn r6_with_r4_the_task_of_a_new_client_is_bound_to_the_new_counterparty() {
    let rules = rules(json!({"missed_call_task": true, "create_contact": true}));
    let mut crm = Crm::default();
    crm.deliver(&rules, &missed());
    assert_eq!(crm.names(), ["company", "contact", "task"]);
    assert_eq!(text(&crm.held("task"), "owner"), "1000");
    for record in ["company", "contact", "task"] {
        let held = crm.held(record);
        let user = held.get("responsible").or(held.get("manager")).and_then(Value::as_str);
        assert_eq!(user, Some("17"), "{record}");
    }
}

#[test]
fn r6_with_r7_the_task_is_not_bound_to_the_fixed_counterparty() {
    let rules = rules(json!({"missed_call_task": true, "create_contact": true, "fixed_counterparty_id": "5"}));
    let mut crm = Crm::default();
    crm.deliver(&rules, &missed());
    assert_eq!((text(&crm.held("contact"), "owner"), text(&crm.held("task"), "owner")), ("5", "(none)"));
}

#[test]
fn a6_the_task_of_a_call_that_was_answered_after_all_is_marked_done_and_never_erased() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&r6(), &Call { presumed: true, ..missed() });
    let before = crm.held("task");
    let note = crm.deliver(&r6(), &answered());
    assert_eq!(crm.names(), ["task", "task"]);
    let mut expected = before;
    expected.insert("status".to_owned(), json!("2"));
    assert_eq!(crm.held("task"), expected);
    assert!(note.contains("marked done"), "{note}");
    crm.deliver(&r6(), &recorded(&["https://r/1"], answered()));
    assert_eq!(crm.puts.len(), 2);
}

#[test]
fn a6_the_task_is_withdrawn_even_if_the_setting_was_turned_off_since() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&r6(), &missed());
    crm.deliver(&rules(json!({})), &answered());
    assert_eq!(text(&crm.held("task"), "status"), "2");
}

#[test]
fn a_task_stays_as_people_have_it_when_the_call_is_corrected_otherwise() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&r6(), &missed());
    crm.companies[0].manager = Some("18".to_owned());
    crm.deliver(&r6(), &Call { ended_at: Some(at("10:00:00")), ..missed() });
    assert_eq!((crm.puts.len(), text(&crm.held("task"), "responsible")), (1, "33"));
}
