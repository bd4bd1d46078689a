//! Z5: what is made before the talk.

use super::*;

#[test]
fn z5_before_the_talk_contact_and_ticket_are_the_senior_managers() {
    let (rules, mut desk) = (rules(json!({"create_before_talk": true})), Desk::default());
    let note = desk.deliver(&rules, &ringing());
    assert_eq!(desk.names(), ["contact", "ticket"], "{note}");
    assert_eq!((desk.field("contact", "ownerId"), desk.field("ticket", "assigneeId")), (SENIOR, SENIOR));
    assert_eq!(desk.field("ticket", "subject"), "Вхідний дзвінок від +380 67 111 2233");

    desk.looks.clear();
    desk.deliver(&rules, &Call { state: CallState::Talking, ..ringing() });
    assert_eq!((desk.puts.len(), desk.looks.len()), (2, 0), "each word of a call that goes on would cost credits");
    desk.deliver(&rules, &answered());
    assert_eq!(desk.names(), ["contact", "ticket", "call"], "neither is written again");
    assert_eq!((desk.field("call", "ownerId"), desk.field("ticket", "assigneeId")), ("17", SENIOR));
    assert_eq!(desk.field("call", "ticketId"), desk.id("ticket"));
    assert_eq!(desk.looks, ["users", "fields", "contact 1000", "ticket 1001"], "F10: both are still there");
}

#[test]
fn z5_a_missed_call_renames_its_ticket_and_has_a_task() {
    let (rules, mut desk) = (rules(json!({"create_before_talk": true})), Desk::default());
    desk.deliver(&rules, &ringing());
    desk.deliver(&rules, &missed());
    assert_eq!(desk.names(), ["contact", "ticket", "ticket", "call", "task"]);
    assert_eq!(desk.field("ticket", "subject"), "Пропущений дзвінок від +380 67 111 2233");
}

#[test]
fn z5_a_call_whose_early_steps_were_dropped_makes_the_same_records() {
    let (rules, mut desk) = (rules(json!({"create_before_talk": true})), Desk::default());
    desk.deliver(&rules, &answered());
    assert_eq!(desk.names(), ["contact", "ticket", "call"]);
    let owners = [desk.field("contact", "ownerId"), desk.field("ticket", "assigneeId"), desk.field("call", "ownerId")];
    assert_eq!(owners, [SENIOR, SENIOR, "17"]);
}

#[test]
fn z5_before_the_talk_a_known_client_makes_only_a_ticket_that_is_missing_and_a_hidden_one_nothing() {
    let rules = rules(json!({"create_before_talk": true}));
    let mut desk = Desk::default().contact("5", CLIENT);
    desk.deliver(&rules, &ringing());
    assert_eq!((desk.names(), desk.field("ticket", "contactId")), (vec!["ticket"], "5"));
    let mut desk = Desk::default().contact("5", CLIENT).ticket("7", "5", true, "2026-11-01");
    desk.deliver(&rules, &ringing());
    assert_eq!(desk.names(), [""; 0]);
    let mut desk = Desk::default();
    desk.deliver(&rules, &from("anonymous", ringing()));
    assert_eq!(desk.names(), [""; 0]);
}

#[test]
fn z5_an_outgoing_call_is_made_early_too() {
    let (rules, mut desk) = (rules(json!({"create_before_talk": true})), Desk::default());
    desk.deliver(&rules, &outgoing(ringing()));
    desk.deliver(&rules, &outgoing(missed()));
    let owners = [desk.field("contact", "ownerId"), desk.field("ticket", "assigneeId"), desk.field("call", "ownerId")];
    assert_eq!(owners, [SENIOR, SENIOR, "17"]);
}

#[test]
fn z5_what_only_the_end_tells_is_filled_then() {
    let settings =
        json!({"create_before_talk": true, "ticket_fields": {"talk_seconds": "cf_talk", "outcome": "cf_how"}});
    let (rules, mut desk) = (rules(settings), Desk::default());
    desk.fields.tickets.extend(single(&["talk", "how"]));
    desk.deliver(&rules, &ringing());
    assert_eq!((desk.field("ticket", "cf.cf_talk"), desk.field("ticket", "cf.cf_how")), ("(none)", "(none)"));
    desk.deliver(&rules, &answered());
    assert_eq!((desk.field("ticket", "cf.cf_talk"), desk.field("ticket", "cf.cf_how")), ("65", "answered"));
}
