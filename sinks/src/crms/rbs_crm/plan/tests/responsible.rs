//! To whom records belong: R6, R8, A7, A10, F11.

use super::*;

fn r4() -> Rules {
    rules(json!({"create_contact": true}))
}

#[test]
fn r8_a7_the_responsible_follows_the_mapping_and_the_note_names_the_rule() {
    let unmapped = talked(&["101", "999"].map(Who::extension), answered());
    let transferred = talked(&["101", "102"].map(Who::extension), answered());
    let rows = [
        (answered(), "18", "17", "101 talked last"),
        (transferred, "", "18", "102 talked last"),
        (unmapped.clone(), "33", "33", "999 talked last and is not in the mapping, so the counterparty's responsible"),
        (unmapped, "0", "17", "999 talked last and is not in the mapping, so the first employee in the mapping"),
        (missed(), "33", "33", "the counterparty's responsible"),
        (missed(), "", "17", "the first employee in the mapping"),
        (outgoing(answered()), "33", "17", "101 talked last"),
        (outgoing(missed()), "33", "17", "101 called"),
        (talked(&[], answered()), "33", "33", "the counterparty's responsible"),
    ];
    for (call, manager, user, rule) in rows {
        let mut crm = Crm::default().company("7", manager, CLIENT);
        let note = crm.deliver(&r4(), &call);
        assert_eq!(text(&crm.held("contact"), "responsible"), user, "{rule}");
        assert!(note.ends_with(&format!("responsible {user}: {rule}")), "{note}");
    }
}

#[test]
fn r8_with_an_empty_mapping_the_responsible_stays_empty() {
    let rules = Rules { employees: Vec::new(), ..r4() };
    let mut crm = Crm::default().company("7", "", CLIENT);
    let note = crm.deliver(&rules, &missed());
    assert_eq!(text(&crm.held("contact"), "responsible"), "(none)");
    assert!(note.contains("responsible empty: the mapping is empty"), "{note}");
}

#[test]
fn a_mapping_for_one_source_does_not_hold_in_another() {
    let mut rules = r4();
    rules.employees[0].source = Some("other".parse().unwrap());
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&rules, &answered());
    assert_eq!(text(&crm.held("contact"), "responsible"), "33");
}

#[test]
fn a10_after_a_transfer_the_responsible_is_who_talked_last_and_the_others_stay_legs() {
    let mut crm = Crm::default().company("7", "33", CLIENT);
    crm.deliver(&r4(), &answered());
    assert_eq!(text(&crm.held("contact"), "responsible"), "17");
    // Word of the transfer comes after the end.
    let note = crm.deliver(&r4(), &talked(&["101", "102"].map(Who::extension), answered()));
    let contact = crm.held("contact");
    assert_eq!((crm.names().len(), text(&contact, "responsible")), (2, "18"));
    assert!(text(&contact, "description").contains("сотрудник 102"), "{contact:?}");
    assert!(note.ends_with("responsible 18: 102 talked last"), "{note}");
}

#[test]
fn a7_a_missed_call_that_names_no_employee_goes_by_the_rule_of_missed_calls() {
    let rules = rules(json!({"create_contact": true, "missed_call_task": true}));
    for (manager, user, rule) in
        [("33", "33", "the counterparty's responsible"), ("", "17", "the first employee in the mapping")]
    {
        for who in [&[Who::default()][..], &[]] {
            let mut crm = Crm::default().company("7", manager, CLIENT);
            let note = crm.deliver(&rules, &rung(who, missed()));
            assert_eq!(
                (text(&crm.held("contact"), "responsible"), text(&crm.held("task"), "responsible")),
                (user, user)
            );
            assert!(note.matches(rule).count() == 2, "{note}");
        }
    }
}

#[test]
fn f11_a_user_who_left_is_as_one_who_is_not_in_the_mapping_and_the_note_says_so() {
    let left = "the counterparty's responsible no longer works there, so";
    let second = "the first employee in the mapping who still works there";
    let rows: [(&[&str], Call, &str, &str, String); 8] = [
        (&["17", "33"], answered(), "33", "17", "101 talked last".to_owned()),
        (
            &["18", "33"],
            answered(),
            "33",
            "33",
            "101 talked last and no longer works there, so the counterparty's responsible".to_owned(),
        ),
        (&["18"], answered(), "33", "18", format!("101 talked last and no longer works there, so {left} {second}")),
        (&["18"], answered(), "", "18", format!("101 talked last and no longer works there, so {second}")),
        (&["17", "18"], missed(), "33", "17", format!("{left} the first employee in the mapping")),
        (&["18"], missed(), "", "18", second.to_owned()),
        (&["18"], outgoing(missed()), "", "18", format!("101 called and no longer works there, so {second}")),
        (&["99"], missed(), "33", "empty", format!("{left} nobody in the mapping works there any more")),
    ];
    for (users, call, manager, user, rule) in rows {
        let mut crm = Crm::default().company("7", manager, CLIENT).users(users);
        let note = crm.deliver(&r4(), &call);
        assert!(note.ends_with(&format!("responsible {user}: {rule}")), "{note}");
        let given = Some(user).filter(|user| *user != "empty").unwrap_or("(none)");
        assert_eq!(text(&crm.held("contact"), "responsible"), given, "{rule}");
    }
}

#[test]
fn f11_r6_a_task_and_a_new_counterparty_are_given_to_nobody_who_left() {
    let rules = rules(json!({"create_contact": true, "missed_call_task": true}));
    let mut crm = Crm::default().users(&["18"]);
    crm.deliver(&rules, &missed());
    assert_eq!((text(&crm.held("company"), "manager"), text(&crm.held("task"), "responsible")), ("18", "18"));
}

#[test]
fn f11_nobody_asks_for_users_where_nobody_is_to_be_given_anything() {
    let mut crm = Crm::default().company("7", "33", CLIENT).deal("7", "300");
    crm.deliver(&rules(json!({"add_recording_to_deal": true})), &recorded(&["https://r/1"], answered()));
    assert_eq!((crm.looks.join(" "), crm.names().len()), ("counterparty deal".to_owned(), 1));
    let mut crm = Crm::default().company("7", "", CLIENT);
    crm.deliver(&Rules { employees: Vec::new(), ..r4() }, &answered());
    assert_eq!((crm.looks.join(" "), crm.names().len()), ("counterparty".to_owned(), 1));
}
