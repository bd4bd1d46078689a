//! A3: the task of a missed call.

use super::*;

#[test]
fn a3_a_missed_call_of_a_known_client_makes_a_task_bound_to_it() {
    let mut crm = Crm::new().client("7", CLIENT);
    let note = crm.deliver(&rules(json!({})), &unanswered());
    assert_eq!((crm.names().join(" ").as_str(), crm.looks.join(" ").as_str()), ("call task", "client users"));
    for (field, value) in [
        ("title", "Пропущений дзвінок 380671234567"),
        ("client_id", "7"),
        ("responsible_id", "2"),
        ("due_date", "2026-11-19 15:01:15"),
        ("status", "(none)"),
    ] {
        assert_eq!(crm.text("task", field), value, "{field}");
    }
    let description = crm.text("task", "description");
    let begins = "Пропущений дзвінок 19.11.2026 11:00:00, номер +380 67 123 4567, лінія +380 44 111 2233 [rf:";
    assert!(description.starts_with(begins), "{description}");
    assert!(description.ends_with(&crm.puts[1].marker));
    assert_eq!(note, "client 7; call 1000; task 1001 for user 2: the one of task_responsible");
}

#[test]
fn a3_a_missed_call_of_a_new_client_makes_a_task_bound_to_the_client_made() {
    let mut crm = Crm::new();
    crm.deliver(&rules(json!({})), &unanswered());
    assert_eq!((crm.names().join(" ").as_str(), crm.text("task", "client_id").as_str()), ("client call task", "1000"));
}

#[test]
fn a3_only_missed_incoming_calls_make_tasks() {
    for call in [answered(), outgoing(unanswered()), outgoing(answered())] {
        let mut crm = Crm::new().client("7", CLIENT);
        crm.deliver(&rules(json!({"directions": "both"})), &call);
        assert_eq!(crm.names().join(" "), "call");
    }
}

#[test]
fn a4_tasks_can_be_switched_off() {
    let mut crm = Crm::new().client("7", CLIENT);
    let note = crm.deliver(&rules(json!({"task_on_missed": false})), &unanswered());
    assert_eq!(crm.names().join(" "), "call");
    assert!(note.contains("task_on_missed is off"), "{note}");
}

#[test]
fn a16_a_missed_call_of_a_hidden_number_is_a_task_without_a_client() {
    let unknown = Call { client: None, ..unanswered() };
    for (call, title, description) in [
        (from("anonymous", unanswered()), "Пропущений дзвінок з прихованого номера", "номер приховано"),
        (unknown, "Пропущений дзвінок з невідомого номера", "номер невідомий"),
        (from("112", unanswered()), "Пропущений дзвінок 112", "номер 112"),
    ] {
        let mut crm = Crm::new();
        crm.deliver(&rules(json!({})), &call);
        assert_eq!((crm.names().join(" ").as_str(), crm.text("task", "client_id").as_str()), ("call task", "(none)"));
        assert_eq!(crm.text("task", "title"), title);
        assert!(crm.text("task", "description").contains(description));
    }
}

#[test]
fn f11_a_responsible_who_no_longer_works_there_is_given_no_task() {
    for (users, responsible, said) in [
        (json!(["3"]), "(none)", "nobody: user 2 of task_responsible no longer works there"),
        (json!(["2"]), "2", "user 2: the one of task_responsible"),
        (json!(null), "2", "user 2: the one of task_responsible"),
    ] {
        let mut crm = Crm::with(users);
        let note = crm.deliver(&rules(json!({})), &unanswered());
        assert_eq!(crm.text("task", "responsible_id"), responsible);
        assert!(note.ends_with(said), "{note}");
        assert_eq!(crm.deliver(&rules(json!({})), &unanswered()), note, "the note is the same the next time");
    }
}

#[test]
fn the_task_of_a_call_that_was_answered_after_all_is_marked_done_and_never_erased() {
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules(json!({})), &Call { presumed: true, ..unanswered() });
    let mut expected = crm.held("task");
    assert!(crm.text("task", "description").contains("завершення визначено за часом"));
    // Also where tasks were switched off since.
    let note = crm.deliver(&rules(json!({"task_on_missed": false})), &answered());
    expected.insert("status".to_owned(), json!("done"));
    assert_eq!(crm.held("task"), expected);
    assert_eq!(crm.names().join(" "), "call task call task");
    assert!(note.contains("marked done"), "{note}");
    crm.deliver(&rules(json!({})), &recorded(&["https://r/1"], answered()));
    assert_eq!(crm.names().join(" "), "call task call task call");
}

#[test]
fn a_crm_that_has_no_field_to_mark_a_task_done_by_keeps_it_open() {
    let rules = rules(json!({"structures": {"tasks": {"status": ""}}}));
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules, &unanswered());
    let note = crm.deliver(&rules, &answered());
    assert_eq!(crm.names().join(" "), "call task call");
    assert!(note.contains("stays open"), "{note}");
}

#[test]
fn a_task_stays_as_people_have_it_when_the_call_is_corrected_otherwise() {
    let mut crm = Crm::new().client("7", CLIENT);
    crm.deliver(&rules(json!({})), &unanswered());
    crm.clients[0].id = "8".to_owned();
    crm.deliver(&rules(json!({"task_responsible": 3})), &Call { ended_at: Some(at("10:00:00")), ..unanswered() });
    assert_eq!((crm.text("task", "responsible_id"), crm.text("task", "client_id")), ("2".to_owned(), "7".to_owned()));
    assert_eq!((crm.names().join(" ").as_str(), crm.text("call", "client_id").as_str()), ("call task call", "8"));
}

#[test]
fn a_crm_without_a_description_has_the_mark_in_the_title() {
    let mut crm = Crm::new().client("7", CLIENT);
    let structures = json!({"tasks": {"description": "", "due": "deadline"}});
    crm.deliver(&rules(json!({"missed_task_due": "1h", "structures": structures})), &unanswered());
    let marker = crm.puts[1].marker.clone();
    assert_eq!(crm.text("task", "title"), format!("Пропущений дзвінок 380671234567 {marker}"));
    assert_eq!(crm.text("task", "deadline"), "2026-11-19 12:01:15");
    assert_eq!(crm.text("task", "description"), "(none)");
}
