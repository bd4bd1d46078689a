//! Z3 and Z4: which records a call makes, and what they hold.

use super::*;

#[test]
fn before_its_end_a_call_makes_nothing() {
    for state in [CallState::Ringing, CallState::Talking] {
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let mut desk = Desk::default();
        desk.deliver(&rules(json!({})), &call);
        assert!(desk.puts.is_empty() && desk.looks.is_empty(), "{state:?}");
    }
}

#[test]
fn z3_an_answered_call_of_a_new_number_makes_contact_ticket_and_call() {
    let mut desk = Desk::default();
    let note = desk.deliver(&rules(json!({})), &recorded(&["https://r/1.mp3"], answered()));
    assert_eq!(desk.names(), ["contact", "ticket", "call"]);
    assert_eq!((desk.field("contact", "lastName"), desk.field("contact", "phone")), ("+380671112233", "+380671112233"));
    let ticket = ["subject", "contactId", "departmentId", "channel", "phone"].map(|field| desk.field("ticket", field));
    assert_eq!(ticket, ["Вхідний дзвінок від +380 67 111 2233", desk.id("contact"), "201", "Phone", "+380671112233"]);
    for (field, value) in [
        ("subject", "Вхідний дзвінок від +380 67 111 2233"),
        ("departmentId", "201"),
        ("contactId", desk.id("contact")),
        ("ticketId", desk.id("ticket")),
        ("ownerId", "17"),
        ("direction", "inbound"),
        ("status", "Completed"),
        ("startTime", "2026-11-19T09:00:00.000Z"),
        ("duration", "65"),
        ("recordingUrl", "https://r/1.mp3"),
    ] {
        assert_eq!(desk.field("call", field), value, "{field}");
    }
    let description = desk.field("call", "description");
    assert!(description.contains("лінія +380 44 111 2233, співробітник 101, розмова 1 хв 5 с, очікування 10 с [rf:"));
    assert!(note.contains("call 1002, agent 17: 101 talked last"), "{note}");
    assert!(!note.contains("111"), "no numbers in notes: {note}");
}

#[test]
fn z3_outcome_and_direction_make_status_subject_and_duration() {
    let rows = [
        (answered(), "Completed", "inbound", "65", "Вхідний дзвінок від +380 67 111 2233"),
        (missed(), "Missed", "inbound", "0", "Пропущений дзвінок від +380 67 111 2233"),
        (outgoing(answered()), "Completed", "outbound", "65", "Вихідний дзвінок: +380 67 111 2233"),
        (outgoing(missed()), "Missed", "outbound", "0", "Вихідний дзвінок без відповіді: +380 67 111 2233"),
        (
            Call { talk_seconds: None, ..answered() },
            "Completed",
            "inbound",
            "(none)",
            "Вхідний дзвінок від +380 67 111 2233",
        ),
    ];
    for (call, status, direction, duration, subject) in rows {
        let mut desk = Desk::default();
        desk.deliver(&rules(json!({})), &call);
        let held = ["status", "direction", "duration", "subject"].map(|field| desk.field("call", field));
        assert_eq!(held, [status, direction, duration, subject]);
        assert_eq!(desk.field("ticket", "subject"), subject);
    }
    let statuses = json!({"answered_status": "Done", "missed_status": "Lost", "unanswered_status": "Canceled"});
    for (call, status) in [(answered(), "Done"), (missed(), "Lost"), (outgoing(missed()), "Canceled")] {
        let mut desk = Desk::default();
        desk.deliver(&rules(statuses.clone()), &call);
        assert_eq!(desk.field("call", "status"), status);
    }
}

#[test]
fn z4_a_missed_call_has_an_open_task_with_a_due_time() {
    for (settings, due) in
        [(json!({}), "2026-11-19T13:01:15.000Z"), (json!({"missed_task_due": "30m"}), "2026-11-19T09:31:15.000Z")]
    {
        let mut desk = Desk::default();
        desk.deliver(&rules(settings), &missed());
        assert_eq!(desk.names(), ["contact", "ticket", "call", "task"]);
        for (field, value) in [
            ("subject", "Пропущений дзвінок від +380 67 111 2233"),
            ("dueDate", due),
            ("ownerId", SENIOR),
            ("departmentId", "201"),
            ("contactId", desk.id("contact")),
            ("ticketId", desk.id("ticket")),
            ("status", "(none)"),
        ] {
            assert_eq!(desk.field("task", field), value, "{field}");
        }
        assert!(desk.field("task", "description").contains("19.11.2026 11:00:00"), "in the connection's zone");
    }
    let mut desk = Desk::default();
    desk.deliver(&rules(json!({"missed_task_status": "Not Started"})), &missed());
    assert_eq!(desk.field("task", "status"), "Not Started");
}

#[test]
fn z4_only_missed_incoming_calls_have_a_task() {
    for call in [answered(), outgoing(answered()), outgoing(missed())] {
        let mut desk = Desk::default();
        desk.deliver(&rules(json!({})), &call);
        assert_eq!(desk.names(), ["contact", "ticket", "call"]);
    }
}

#[test]
fn a_known_contacts_open_ticket_gets_the_call_and_a_missed_one_its_task_either_way() {
    let with_ticket = || Desk::default().contact("5", "067 111 22 33").ticket("7", "5", true, "2026-11-01");
    let mut desk = with_ticket();
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(
        (desk.names(), desk.field("call", "contactId"), desk.field("call", "ticketId")),
        (vec!["call"], "5", "7")
    );
    let mut desk = with_ticket();
    desk.deliver(&rules(json!({})), &missed());
    assert_eq!((desk.names(), desk.field("task", "ticketId")), (vec!["call", "task"], "7"));

    let mut desk = Desk::default().contact("5", "067 111 22 33").ticket("7", "5", false, "2026-11-01");
    desk.deliver(&rules(json!({})), &missed());
    assert_eq!(desk.names(), ["ticket", "call", "task"]);
    assert_eq!((desk.field("ticket", "contactId"), desk.field("task", "ticketId")), ("5", desk.id("ticket")));
}

#[test]
fn of_several_open_tickets_the_one_changed_last_is_taken() {
    let mut desk =
        Desk::default().contact("5", CLIENT).ticket("7", "5", true, "2026-11-02").ticket("8", "5", true, "2026-11-03");
    desk = desk.ticket("9", "5", false, "2026-11-04");
    let other = Ticket { department: "202".to_owned(), id: "10".to_owned(), ..desk.tickets[1].clone() };
    desk.tickets.push(other);
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.field("call", "ticketId"), "8", "not a closed one, not one of another department");
}

#[test]
fn a_recording_that_comes_late_changes_the_call_and_nothing_else() {
    let (rules, mut desk) = (rules(json!({})), Desk::default());
    desk.deliver(&rules, &answered());
    desk.looks.clear();
    // A person closed the ticket meanwhile: the call stays with it.
    desk.tickets[0].open = false;
    desk.deliver(&rules, &recorded(&["https://r/1"], answered()));
    assert_eq!(desk.names(), ["contact", "ticket", "call", "call"]);
    assert_eq!(desk.looks, ["users", "fields"]);
    assert_eq!(
        (desk.field("call", "recordingUrl"), desk.field("call", "ticketId")),
        ("https://r/1", desk.id("ticket"))
    );
    desk.deliver(&rules, &recorded(&["https://r/1", "https://r/2"], answered()));
    assert!(desk.field("call", "description").contains("записи: https://r/1 https://r/2"));
    let count = desk.puts.len();
    desk.deliver(&rules, &recorded(&["https://r/1", "https://r/2"], answered()));
    assert_eq!(desk.puts.len(), count, "nothing is written twice");
}

#[test]
fn a_link_that_is_too_long_for_its_field_stands_in_the_description() {
    let long = format!("https://r/{}", "x".repeat(2500));
    let mut desk = Desk::default();
    desk.deliver(&rules(json!({})), &recorded(&[&long], answered()));
    assert_eq!(desk.field("call", "recordingUrl"), "(none)");
    assert!(desk.field("call", "description").contains(&long));
}

#[test]
fn a6_a_missed_call_that_turns_out_answered_has_its_task_done_and_its_records_follow() {
    let (rules, mut desk) = (rules(json!({"done_task_status": "Виконано"})), Desk::default());
    desk.deliver(&rules, &missed());
    assert_eq!((desk.field("call", "ownerId"), desk.field("ticket", "assigneeId")), (SENIOR, SENIOR));
    let note = desk.deliver(&rules, &answered());
    assert_eq!(desk.names()[4..], ["ticket", "call", "task"]);
    assert_eq!((desk.field("task", "status"), desk.field("task", "ownerId")), ("Виконано", SENIOR));
    assert_eq!((desk.field("call", "status"), desk.field("call", "ownerId")), ("Completed", "17"));
    assert_eq!(desk.field("ticket", "assigneeId"), "17");
    assert_eq!(desk.field("contact", "ownerId"), SENIOR, "a card is not handed on");
    assert!(note.contains("is done"), "{note}");
    let count = desk.puts.len();
    desk.deliver(&rules, &answered());
    assert_eq!(desk.puts.len(), count);
}
