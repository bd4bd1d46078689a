//! Z5, F11: whose the records are.

use super::*;

/// The owners of contact, ticket, call and task.
fn owners(desk: &Desk) -> [&str; 4] {
    [("contact", "ownerId"), ("ticket", "assigneeId"), ("call", "ownerId"), ("task", "ownerId")]
        .map(|(name, field)| desk.field(name, field))
}

#[test]
fn z5_owners_row_by_row() {
    let unmapped = talked(&[Who::extension("109")], answered());
    let rows = [
        (answered(), ["17", "17", "17", "(none)"], "101 talked last"),
        (talked(&["101", "102"].map(Who::extension), answered()), ["18", "18", "18", "(none)"], "102 talked last"),
        (missed(), [SENIOR; 4], "the senior manager: an incoming call that was missed"),
        (unmapped.clone(), [SENIOR, SENIOR, SENIOR, "(none)"], "109 talked last and is not in the mapping"),
        (outgoing(answered()), ["17", "17", "17", "(none)"], "101 talked last"),
        (outgoing(missed()), ["17", "17", "17", "(none)"], "101 called"),
        (outgoing(unmapped), [SENIOR, SENIOR, SENIOR, "(none)"], "not in the mapping"),
        (
            outgoing(rung(&[Who::extension("109")], missed())),
            [SENIOR, SENIOR, SENIOR, "(none)"],
            "109 called and is not in the mapping",
        ),
        (talked(&[], answered()), [SENIOR, SENIOR, SENIOR, "(none)"], "nobody is known to have talked"),
    ];
    for (call, expected, rule) in rows {
        let mut desk = Desk::default();
        let note = desk.deliver(&rules(json!({})), &call);
        assert_eq!(owners(&desk), expected, "{note}");
        assert!(note.contains(rule), "{rule}: {note}");
    }
}

#[test]
fn z5_a_known_contact_and_its_ticket_keep_their_owners() {
    let mut desk = Desk::default().contact("5", CLIENT).ticket("7", "5", true, "2026-11-01");
    desk.deliver(&rules(json!({})), &missed());
    assert_eq!(owners(&desk), ["(none)", "(none)", SENIOR, SENIOR]);
}

#[test]
fn f11_who_left_is_treated_as_unmapped_and_keeps_what_was_made_before() {
    let (rules, mut desk) = (rules(json!({})), Desk::default().with(&["18", SENIOR]));
    let note = desk.deliver(&rules, &answered());
    assert_eq!(owners(&desk), [SENIOR, SENIOR, SENIOR, "(none)"]);
    assert!(note.contains("agent 17 no longer works there"), "{note}");

    let mut desk = Desk::default();
    desk.deliver(&rules, &answered());
    desk.agents = vec!["18", SENIOR];
    desk.deliver(&rules, &recorded(&["https://r/1"], answered()));
    assert_eq!(desk.names(), ["contact", "ticket", "call", "call"]);
    assert_eq!(owners(&desk), ["17", "17", "17", "(none)"]);

    let mut desk = Desk::default().with(&["17", "18"]);
    let note = desk.deliver(&rules, &missed());
    assert_eq!(owners(&desk), ["(none)"; 4], "left to the CRM");
    assert!(note.contains("the senior manager no longer works there"), "{note}");
}

#[test]
fn z5_an_employee_is_known_by_sip_account_and_by_phone_number() {
    let mut rules = rules(json!({}));
    let employees = json!([{"crm_user": "17", "sip": "acme_ivan"}, {"crm_user": "18", "phone": "067 999 88 77"}]);
    rules.employees = serde_json::from_value(employees).unwrap();
    for (who, user) in [(json!({"sip": "acme_ivan"}), "17"), (json!({"phone": "0679998877"}), "18")] {
        let who: Who = serde_json::from_value(who).unwrap();
        let mut desk = Desk::default();
        let note = desk.deliver(&rules, &talked(&[who], answered()));
        assert_eq!(desk.field("call", "ownerId"), user);
        assert!(!note.contains("9998877"), "no numbers in notes: {note}");
    }
}
