//! What `calls/list` answers.

use schemas::{PbxState, Who};
use serde_json::json;

use super::*;
use crate::sources::listing::{Row, Window};
use crate::tests::{entry, source};

fn ringostat() -> Source {
    Source { kind: "ringostat".to_owned(), timezone: "Europe/Kyiv".to_owned(), ..source("acme-ringostat") }
}

fn call(id: &str) -> Value {
    json!({
        "uniqueid": id, "calldate": "2026-11-19 10:00:05", "call_type": "in", "caller": "380671112233", "dst": "380441112233",
        "disposition": "ANSWERED", "billsec": "35", "waittime": "5", "duration": "40", "extension_number": "101",
        "employee_number": "70501", "recording": "https://r.test/1.mp3", "utm_source": "google", "connected_with": "",
    })
}

fn listed(body: &Value) -> Listed {
    Export.listed(&entry(ringostat(), &[]), 200, &body.to_string(), 0).unwrap()
}

#[test]
fn a14_a_window_is_asked_for_with_the_key_in_a_header() {
    let with_keys = entry(ringostat(), &[("project_id", "12345"), ("auth_key", "very-secret")]);
    let window = Window { from: "2026-11-19T08:00:00Z".parse().unwrap(), to: "2026-11-19T09:00:00Z".parse().unwrap() };
    let page = Page { window, from: 0, list: None };
    let question = Export.page(&with_keys, page).unwrap();
    assert_eq!(question.url, "https://api.ringostat.net/calls/list");
    assert!(question.body.is_none() && question.key.is_some_and(|(name, _)| name == "auth-key"));
    assert!(question.query.contains(&("from", "2026-11-19 10:00:00".to_owned())), "{:?}", question.query);
    assert!(question.query.contains(&("merge", "0".to_owned())));
    assert!(!format!("{:?}", question.query).contains("very-secret"));
    assert!(Export.page(&entry(ringostat(), &[]), page).unwrap_err().contains("auth_key"));
}

#[test]
fn a14_a_row_is_the_event_that_the_after_call_would_have_been() {
    let listed = listed(&json!([call("ua1-7.1")]));
    let Row { reading, ended_at, .. } = &listed.rows[0];
    let said = &reading.said;
    assert_eq!((said.state, said.talk_seconds, said.wait_seconds), (PbxState::Hangup, Some(35), Some(5)));
    assert_eq!(said.who, Who { pbx_id: Some("70501".into()), ..Who::extension("101") });
    assert_eq!((reading.session.as_str(), said.recording.as_deref()), ("ua1-7.1", Some("https://r.test/1.mp3")));
    assert_eq!(said.marketing.marks["utm_source"], "google");
    assert_eq!(ended_at.unwrap().to_string(), "2026-11-19T08:00:45Z");
}

#[test]
fn a14_calls_that_go_on_are_passed_over_and_both_layouts_are_read() {
    let mut live = call("ua1-7.2");
    live["disposition"] = json!("IN PROGRESS");
    let rows = json!([call("ua1-7.1"), live, {"calldate": "2026-11-19 10:00:05"}]);
    for body in [rows.clone(), json!({"data": rows})] {
        let listed = listed(&body);
        assert_eq!((listed.rows.len(), listed.rest), (1, Rest::Nothing));
        let (why, count) = listed.unreadable.unwrap();
        assert!(count == 1 && why.contains("uniqueid"), "{why}");
    }
}

#[test]
fn a14_asked_twice_is_one_event_until_the_recording_comes() {
    let id = |body: Value| listed(&json!([body])).rows[0].reading.event_id(&ringostat().id);
    let (mut marked, mut late) = (call("ua1-7.1"), call("ua1-7.1"));
    marked["employee_mark"] = json!("5");
    late["recording"] = json!("");
    assert_eq!(id(call("ua1-7.1")), id(marked), "what was not asked for tells no events apart");
    assert_ne!(id(call("ua1-7.1")), id(late));
}

#[test]
fn a14_a_full_answer_may_have_left_something_out() {
    let rows: Vec<Value> =
        (0..ROWS_MAX).map(|n| json!({"uniqueid": format!("ua1-{n}"), "disposition": "BUSY"})).collect();
    assert_eq!(listed(&rows.clone().into()).rest, Rest::Unknown);
    assert_eq!(listed(&rows[1..].to_vec().into()).rest, Rest::Nothing);
}

#[test]
fn a14_what_is_no_list_says_why() {
    let rows = [
        (401, "", "refused the auth_key"),
        (403, "{}", "check project_id"),
        (200, r#"{"error":{"message":"Project not found"}}"#, "Project not found"),
        (500, "[]", "not understood: status 500"),
        (200, "<html>", "not understood"),
    ];
    for (status, body, expect) in rows {
        let refused = Export.listed(&entry(ringostat(), &[]), status, body, 0).unwrap_err();
        assert!(matches!(&refused, Refused::Because(why) if why.contains(expect)), "{refused:?}");
    }
}
