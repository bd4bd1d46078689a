//! A16, F9, F10: whose number it is, and records that are gone.

use super::*;

#[test]
fn a16_hidden_short_and_unknown_callers_have_a_call_and_a_task_and_no_card() {
    for said in ["anonymous", "101", "112", ""] {
        let mut desk = Desk::default().contact("5", said);
        let note = desk.deliver(&rules(json!({})), &from(said, missed()));
        assert_eq!(desk.names(), ["call", "task"], "{said}");
        assert_eq!((desk.field("call", "contactId"), desk.field("call", "ticketId")), ("(none)", "(none)"));
        assert!(note.contains("no contact and no ticket"), "{note}");
    }
    let mut desk = Desk::default();
    desk.deliver(&rules(json!({})), &Call { client: None, ..answered() });
    assert_eq!((desk.names(), desk.field("call", "subject")), (vec!["call"], "Вхідний дзвінок від невідомого номера"));
    let mut desk = Desk::default();
    desk.deliver(&rules(json!({"contact_without_number": "77"})), &from("anonymous", missed()));
    assert_eq!((desk.names(), desk.field("call", "contactId")), (vec!["call", "task"], "77"));
    assert_eq!(desk.field("task", "contactId"), "77");
}

#[test]
fn a16_only_the_whole_number_matches_and_of_several_the_oldest_is_taken() {
    let mut desk = Desk::default().contact("5", "1112233").contact("6", "+380 67 111 22 34");
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.names(), ["contact", "ticket", "call"], "strangers");
    let mut desk = Desk::default().contact("100", "0671112233").contact("99", "+38 (067) 111-22-33");
    let note = desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.field("call", "contactId"), "99");
    assert!(note.contains("2 contacts have this number, the oldest was taken"), "{note}");
}

#[test]
fn f9_what_was_made_for_a_number_is_taken_though_searches_do_not_show_it() {
    let (rules, mut desk) = (rules(json!({})), Desk::default());
    desk.deliver(&rules, &answered());
    let (contact, ticket) = (desk.id("contact").to_owned(), desk.id("ticket").to_owned());
    let mut next = Desk::of(desk.far);
    next = next.remembers("contact", &contact).remembers("ticket", &ticket);
    next.deliver(&rules, &Call { id: CallId("acme-pbx/78".to_owned()), ..missed() });
    assert_eq!(next.names(), ["call", "task"]);
    assert_eq!((next.field("call", "contactId"), next.field("call", "ticketId")), (contact.as_str(), ticket.as_str()));
    assert_eq!(next.looks, ["users", "fields", &format!("contact {contact}"), &format!("ticket {ticket}")]);
}

#[test]
fn f10_what_was_remembered_and_is_gone_leaves_it_to_the_number() {
    let mut desk = Desk::default().contact("5", CLIENT).remembers("contact", "4").remembers("ticket", "3");
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!((desk.names(), desk.field("call", "contactId")), (vec!["ticket", "call"], "5"));
    let mut desk = Desk::default().remembers("contact", "4");
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.names(), ["contact", "ticket", "call"]);
    let mut desk = Desk::default().contact("4", "067 999 88 77").contact("5", CLIENT).remembers("contact", "4");
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.field("call", "contactId"), "5", "given another number since");
    // Closed, or another contact's, it is not the one.
    for (contact, open) in [("5", false), ("6", true)] {
        let mut desk =
            Desk::default().contact("5", CLIENT).ticket("3", contact, open, "2026-11-01").remembers("ticket", "3");
        desk.deliver(&rules(json!({})), &answered());
        assert_eq!(desk.names(), ["ticket", "call"]);
    }
}

#[test]
fn f10_what_this_call_made_and_people_deleted_is_not_made_again() {
    let rules = rules(json!({"create_before_talk": true}));
    let mut desk = Desk::default();
    desk.deliver(&rules, &ringing());
    desk.contacts.clear();
    desk.tickets.clear();
    let note = desk.deliver(&rules, &missed());
    assert_eq!(desk.names(), ["contact", "ticket", "call", "task"], "one of each");
    assert_eq!((desk.field("call", "contactId"), desk.field("call", "ticketId")), ("(none)", "(none)"));
    assert!(note.contains("was deleted since, and none is made again"), "{note}");

    let mut desk = Desk::default();
    desk.deliver(&rules, &ringing());
    desk.tickets.clear();
    let note = desk.deliver(&rules, &answered());
    assert_eq!((desk.field("call", "contactId"), desk.field("call", "ticketId")), (desk.id("contact"), "(none)"));
    assert!(note.contains("ticket 1001 was deleted since"), "{note}");

    // Merged into another one, which has the number now.
    let mut desk = Desk::default();
    desk.deliver(&rules, &ringing());
    desk.contacts.clear();
    desk.tickets.clear();
    desk = desk.contact("5", CLIENT).ticket("7", "5", true, "2026-11-01");
    desk.deliver(&rules, &answered());
    assert_eq!((desk.field("call", "contactId"), desk.field("call", "ticketId")), ("5", "7"));
}

#[test]
fn a_delivery_goes_on_wherever_it_was_cut_off() {
    let rules = rules(json!({}));
    let mut whole = Desk::default();
    whole.deliver(&rules, &missed());
    for cut in 0..whole.puts.len() {
        let mut desk = Desk::default();
        for put in &whole.puts[..cut] {
            desk.put(put.clone());
        }
        desk.deliver(&rules, &missed());
        let names = desk.names();
        assert_eq!(names, ["contact", "ticket", "call", "task"], "cut after {cut}");
        let contents = |desk: &Desk| desk.puts.iter().map(|put| put.content.clone()).collect::<Vec<_>>();
        assert_eq!(contents(&desk), contents(&whole), "cut after {cut}");
    }
}
