//! Z3, Z6: marks of marketing, the customer's mapping, fixed values, our own field.

use super::*;

const MARKS: [(&str, &str); 2] = [("utm_source", "google"), ("google_client_id", "123.456")];

fn desk_with(contact: &[&str], ticket: &[&str]) -> Desk {
    let mut desk = Desk::default();
    desk.fields.contacts.extend(single(contact));
    desk.fields.tickets.extend(single(ticket));
    desk
}

#[test]
fn z3_the_six_fields_are_filled_where_the_account_has_them() {
    let mut desk = desk_with(&["rs_utm_source"], &["rs_utm_source", "rs_google_client_id", "rs_utm_term"]);
    desk.deliver(&rules(json!({})), &marked(&MARKS, answered()));
    assert_eq!(desk.field("contact", "cf.cf_rs_utm_source"), "google");
    assert_eq!(desk.field("contact", "cf.cf_rs_google_client_id"), "(none)");
    assert_eq!(desk.field("ticket", "cf.cf_rs_utm_source"), "google");
    assert_eq!(desk.field("ticket", "cf.cf_rs_google_client_id"), "123.456");
    assert_eq!(desk.field("ticket", "cf.cf_rs_utm_term"), "(none)");
    assert!(desk.field("call", "description").contains("utm_source: google, google_client_id: 123.456"));
}

#[test]
fn z3_a_field_is_known_by_its_label_whatever_its_api_name_and_only_a_single_line_one() {
    let mut desk = Desk::default();
    let field =
        |label: &str, kind: &str| Field { label: label.to_owned(), custom: true, kind: kind.to_owned(), max: None };
    desk.fields.tickets.insert("cf_1".to_owned(), field("RS_UTM_Source ", "Text"));
    desk.fields.tickets.insert("cf_rs_google_client_id".to_owned(), field("Google", "Textarea"));
    desk.fields.contacts.insert("cf_rs_utm_source".to_owned(), field("Джерело", "Text"));
    desk.deliver(&rules(json!({})), &marked(&MARKS, answered()));
    assert_eq!(desk.field("ticket", "cf.cf_1"), "google");
    assert_eq!(desk.field("ticket", "cf.cf_rs_google_client_id"), "(none)");
    assert_eq!(desk.field("contact", "cf.cf_rs_utm_source"), "google");
}

#[test]
fn z6_a_mapping_fills_its_field_and_replaces_an_automatic_value() {
    let mut desk = desk_with(&["who"], &["rs_utm_source", "talk", "url"]);
    let settings = json!({
        "ticket_fields": {"utm_campaign": "cf_rs_utm_source", "talk_seconds": "cf_talk", "landing": "cf_url"},
        "contact_fields": {"employee": "cf_who"}
    });
    let long = format!("https://a.test/?{}", "я".repeat(200));
    let marks = [("utm_source", "google"), ("utm_campaign", "autumn"), ("landing", &long)];
    desk.deliver(&rules(settings.clone()), &marked(&marks, answered()));
    assert_eq!(desk.field("ticket", "cf.cf_rs_utm_source"), "autumn");
    assert_eq!(desk.field("ticket", "cf.cf_talk"), "65");
    assert_eq!(desk.field("ticket", "cf.cf_url").chars().count(), 100, "cut");
    assert_eq!(desk.field("contact", "cf.cf_who"), "101");

    let mut desk = desk_with(&[], &["rs_utm_source"]);
    desk.deliver(&rules(settings), &marked(&MARKS, answered()));
    assert_eq!(desk.field("ticket", "cf.cf_rs_utm_source"), "(none)", "replaced, also by nothing");

    let mut desk = desk_with(&[], &["url"]);
    desk.fields.tickets.get_mut("cf_url").unwrap().max = Some(20);
    let settings = json!({"ticket_fields": {"landing": "cf_url"}, "not_in_values": "?&="});
    desk.deliver(&rules(settings), &marked(&[("landing", "https://a.test/?a=1&b=2")], answered()));
    assert_eq!(desk.field("ticket", "cf.cf_url"), "https://a.test/ a 1");
}

#[test]
fn z6_a_field_that_is_not_there_or_takes_no_single_line_is_left_out_and_named() {
    let mut desk = desk_with(&[], &["long"]);
    desk.fields.tickets.get_mut("cf_long").unwrap().kind = "Textarea".to_owned();
    let settings = json!({
        "ticket_fields": {"utm_source": "cf_long", "utm_medium": "priority", "utm_term": "cf_none"},
        "contact_defaults": {"cf_kind": "x"}
    });
    let marks = [("utm_source", "google"), ("utm_medium", "cpc"), ("utm_term", "x")];
    let note = desk.deliver(&rules(settings), &marked(&marks, answered()));
    for (field, why) in [
        ("cf.cf_long", "utm_source is left out: cf_long of the ticket is no custom single-line field"),
        ("priority", "utm_medium is left out: priority of the ticket is no custom single-line field"),
        ("cf.cf_none", "utm_term is left out: the ticket has no field cf_none"),
    ] {
        assert_eq!(desk.field("ticket", field), "(none)");
        assert!(note.contains(why), "{note}");
    }
    assert!(note.contains("the contact has no field cf_kind"), "{note}");
}

#[test]
fn fixed_values_go_into_new_records_and_above_automatic_ones() {
    let mut desk = desk_with(&[], &["rs_utm_source", "number"]);
    desk.fields.tickets.insert("channel".to_owned(), Field::default());
    let settings = json!({"ticket_defaults": {
        "priority": "High", "channel": "Web", "cf_rs_utm_source": "phone", "cf_number": 7
    }});
    desk.deliver(&rules(settings), &marked(&MARKS, answered()));
    let held = ["priority", "channel", "cf.cf_rs_utm_source", "cf.cf_number"].map(|field| desk.field("ticket", field));
    assert_eq!(held, ["High", "Web", "phone", "7"]);
}

#[test]
fn z3_a_known_contact_and_an_open_ticket_get_the_marks_only_where_they_have_none() {
    let known = || {
        let mut desk = desk_with(&["rs_utm_source"], &["rs_utm_source"]).contact("5", CLIENT);
        desk = desk.ticket("7", "5", true, "2026-11-01");
        desk.tickets[0].cf = Values::from([("cf_rs_utm_source".to_owned(), "bing".to_owned())]);
        desk
    };
    let mut desk = known();
    desk.deliver(&rules(json!({})), &marked(&MARKS, answered()));
    assert_eq!(desk.names(), ["contact-marks", "call"], "the ticket keeps what it has");
    assert_eq!(
        (desk.field("contact-marks", "id"), desk.field("contact-marks", "cf.cf_rs_utm_source")),
        ("5", "google")
    );
    let mut desk = known();
    desk.deliver(&rules(json!({})), &answered());
    assert_eq!(desk.names(), ["call"]);
    assert_eq!(desk.looks, ["users", "fields", "contacts", "tickets"], "without marks nothing more is asked");
    // The mapping's other fields are of new records only.
    let mut desk = known();
    desk.fields.contacts.extend(single(&["who"]));
    desk.deliver(&rules(json!({"contact_fields": {"employee": "cf_who"}})), &marked(&MARKS, answered()));
    assert_eq!(desk.field("contact-marks", "cf.cf_who"), "(none)");
}

#[test]
fn what_the_call_says_later_is_written_into_its_own_contact_and_ticket() {
    let (rules, mut desk) = (rules(json!({})), desk_with(&["rs_utm_source"], &["rs_utm_source"]));
    desk.deliver(&rules, &answered());
    desk.deliver(&rules, &marked(&MARKS, answered()));
    assert_eq!(desk.names(), ["contact", "ticket", "call", "contact", "ticket", "call"]);
    assert_eq!((desk.field("contact", "cf.cf_rs_utm_source"), desk.field("contact", "ownerId")), ("google", "17"));
}

#[test]
fn our_mark_is_the_calls_id_in_our_field_or_a_mark_in_the_description() {
    let with_field = || {
        let mut desk = Desk::default();
        desk.fields.calls.extend(single(&["rs_call_id"]));
        desk.fields.tasks.extend(single(&["rs_call_id"]));
        desk
    };
    let (rules, mut desk) = (rules(json!({})), with_field());
    desk.deliver(&rules, &missed());
    for name in ["call", "task"] {
        assert_eq!(desk.field(name, "cf.cf_rs_call_id"), "acme-pbx/77");
        assert!(!desk.field(name, "description").contains("[rf:"));
    }
    assert!(desk.field("ticket", "description").contains("[rf:"), "tickets of this account have no such field");
    // A record keeps the mark it was made with.
    desk.fields = Fields::default();
    desk.deliver(&rules, &missed());
    assert_eq!(desk.puts.len(), 4, "{:?}", desk.names());
    let mut desk = Desk::default();
    desk.deliver(&rules, &missed());
    desk.fields = with_field().far.fields;
    desk.deliver(&rules, &missed());
    assert_eq!(desk.puts.len(), 4, "{:?}", desk.names());
    // An id that a search could not ask for.
    let mut desk = with_field();
    desk.deliver(&rules, &Call { id: CallId("acme-pbx/7, & 7".to_owned()), ..answered() });
    let mark = desk.field("call", "cf.cf_rs_call_id");
    assert!(mark.starts_with("rf-") && mark.len() == 19, "{mark}");
}
