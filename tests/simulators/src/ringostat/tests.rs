//! What is sent is what Ringostat sends.

use std::collections::HashSet;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::*;

fn call(style: Style) -> Call {
    Call {
        call_id: "ua1-1700000000.42".into(),
        client: "380671112233".into(),
        line: "380441112233".into(),
        employees: Employee::some(),
        began: "2024-02-03T08:11:12Z".parse().unwrap(),
        zone: TimeZone::get("Europe/Kyiv").unwrap(),
        style,
    }
}

fn build(kind: Kind) -> Scenario {
    Scenario::build(kind, &call(Style::default()))
}

fn last(kind: Kind, style: Style) -> Notification {
    Scenario::build(kind, &call(style)).notifications.pop().unwrap()
}

fn json_of(notification: &Notification) -> Value {
    serde_json::from_str(&notification.body).unwrap()
}

#[test]
fn the_after_call_is_that_of_the_documents() {
    let after = last(Kind::Answered, Style::default());
    let body = json_of(&after);
    for (name, value) in [
        ("uniqueid", "ua1-1700000000.42"),
        ("calldate", "2024-02-03 10:11:12"),
        ("call_type", "in"),
        ("caller", "380671112233"),
        ("dst", "380441112233"),
        ("connected_with", "acme_ivan"),
        ("employee_number", "70501"),
        ("disposition", "ANSWERED"),
        ("billsec", "35"),
        ("duration", "40"),
        ("recording", "https://app.ringostat.test/recordings/ua1-1700000000.42.mp3"),
        ("refferrer", "https://www.google.com/"),
        ("employee_mark", ""),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    assert_eq!((after.query.as_str(), after.content_type), ("event=incoming_after_call", "application/json"));
}

#[test]
fn styles_show_in_what_is_sent() {
    let nested = Style {
        sending: Sending::Nested,
        numbers: Literal::Number,
        blank: Blank::Null,
        token: true,
        ..Style::default()
    };
    let after = last(Kind::Missed, Style { naming: Naming::Body, space: '_', ..nested });
    let body = json_of(&after);
    let inner = &body["additional_call_data"];
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["additional_call_data", "calldate", "uniqueid"]);
    assert_eq!((&inner["userfield"], &inner["action"]), (&json!(380_671_112_233_u64), &json!("AFTER_CALL")));
    assert_eq!((&inner["disposition"], &inner["recording"]), (&json!("NO_ANSWER"), &Value::Null));
    assert_eq!(after.query, "token=t0ken");

    let form = Style {
        sending: Sending::Form,
        names: Names::Own,
        date: Date::Unix,
        naming: Naming::Nowhere,
        ..Style::default()
    };
    let after = last(Kind::Busy, form);
    assert_eq!((after.query.as_str(), after.content_type), ("", "application/x-www-form-urlencoded"));
    for pair in ["ID=ua1-1700000000.42", "our+number=380441112233", "result=BUSY", "calldate=1706947872", "sip=&"] {
        assert!(after.body.contains(pair), "{pair}: {}", after.body);
    }
    let query = Style {
        sending: Sending::Query,
        names: Names::Classic,
        blank: Blank::Absent,
        date: Date::Iso,
        ..Style::default()
    };
    let after = last(Kind::Busy, query);
    assert!(
        after.query.starts_with(
            "event=incoming_after_call&call_id=ua1-1700000000.42&calldate=2024-02-03T10%3A11%3A12%2B02%3A00"
        )
    );
    assert!(after.query.contains("status=BUSY") && !after.query.contains("connected_with") && after.body.is_empty());
}

#[test]
fn every_kind_says_what_its_name_says() {
    for (kind, said) in [
        (Kind::Answered, "before_call forwarding_step pick_up after_call"),
        (Kind::Transfer, "before_call forwarding_step pick_up forwarding_step pick_up after_call"),
        (Kind::Outgoing, "before_call after_call"),
        (Kind::AfterOnlyOutgoing, "after_call"),
        (Kind::LiveRows, "before_call after_call after_call after_call"),
        (Kind::OutOfOrder, "after_call pick_up forwarding_step before_call"),
        (Kind::Rating, "before_call forwarding_step pick_up rating after_call"),
    ] {
        let scenario = build(kind);
        assert_eq!(scenario.notifications.iter().map(|n| n.name).collect::<Vec<_>>().join(" "), said, "{kind:?}");
    }
    for kind in Kind::ALL {
        assert!(build(kind).notifications.is_sorted_by_key(|n| n.after), "{kind:?}");
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    let late = build(Kind::LateRecording).notifications;
    assert_eq!(
        (json_of(&late[3])["recording"].as_str(), json_of(&late[3])["has_recording"].as_str()),
        (Some(""), Some("0"))
    );
    assert!(json_of(&late[4])["recording"].as_str().unwrap().starts_with("https://"));
    assert_eq!(build(Kind::Repeated).notifications[0], build(Kind::Repeated).notifications[1]);
}

#[test]
fn expectations_follow_what_is_sent() {
    let transfer = build(Kind::Transfer).expected;
    assert_eq!(
        (transfer.answered_by.as_deref(), transfer.talked.len(), transfer.talk_seconds),
        (Some("102"), 2, Some(65))
    );
    let outgoing = build(Kind::OutgoingNoAnswer).expected;
    assert_eq!((outgoing.direction, outgoing.outcome), (Direction::Outgoing, Outcome::Missed));
    assert_eq!((outgoing.extensions_rung, outgoing.marks.len()), (vec!["101".to_owned()], 0));
    for kind in [Kind::CallbackNoAnswer, Kind::NoTalk, Kind::Voicemail] {
        let expected = build(kind).expected;
        assert_eq!(
            (expected.outcome, expected.talked.len(), expected.talk_seconds),
            (Outcome::Missed, 0, None),
            "{kind:?}"
        );
    }
    assert_eq!(build(Kind::Voicemail).expected.recordings.len(), 1);
    assert_eq!(build(Kind::Transit).expected.answered_by, None);
    let sip = Scenario::build(Kind::Forwarded, &call(Style { identity: Identity::Sip, ..Style::default() })).expected;
    assert_eq!((sip.answered_by.as_deref(), sip.extensions_rung), (Some("acme_olena"), vec!["acme_olena".to_owned()]));
}

#[test]
fn the_generator_repeats_itself_and_never_an_id() {
    let said = |seed| -> Vec<_> {
        Generator::new(seed, GeneratorOptions::default()).take(300).flat_map(|s| s.notifications).collect()
    };
    assert_eq!(said(7), said(7));
    assert_ne!(said(7), said(8));
    let calls = [7, 8].into_iter().flat_map(|seed| Generator::new(seed, GeneratorOptions::default()).take(3000));
    let (ids, clients): (HashSet<_>, HashSet<_>) = calls.map(|s| (s.call_id, s.expected.client)).unzip();
    assert!(ids.len() == 6000 && clients.len() > 5500, "{} {}", ids.len(), clients.len());
}

/// A receiver that answers in turn as told, then 200; what it was asked stands in the answer.
async fn receiver(answers: Vec<StatusCode>) -> String {
    let left = std::sync::Arc::new(std::sync::Mutex::new(answers));
    let handler = move |request: axum::extract::Request| {
        let mut left = crate::lock(&left);
        let status = if left.is_empty() { StatusCode::OK } else { left.remove(0) };
        let asked = format!("{} {}", request.method(), request.uri().query().unwrap_or_default());
        async move { (status, asked) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?own=1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", any(handler))).await });
    url
}

#[tokio::test]
async fn what_is_refused_comes_once_or_three_times_more() {
    let client = reqwest::Client::new();
    let busy = build(Kind::AfterOnlyMissed);
    let refusals =
        || vec![StatusCode::UNPROCESSABLE_ENTITY, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE];
    let once = send(&client, &receiver(refusals()).await, &busy, f64::INFINITY).await.unwrap();
    assert_eq!((once[0].status, once[0].tries), (Some(422), 1));
    let sender =
        |url: &str| three_repeats(Sender::new(&client, url).unwrap(), Duration::from_millis(1)).speed(1000.0).unwrap();
    let heard = sender(&receiver(refusals()).await).send(&busy).await;
    assert_eq!((heard[0].status, heard[0].tries), (Some(200), 4));
    let never = sender(&receiver(vec![StatusCode::INTERNAL_SERVER_ERROR; 9]).await).send(&busy).await;
    assert_eq!((never[0].status, never[0].tries), (Some(500), 4));
}

#[tokio::test]
async fn addresses_keep_their_own_query() {
    let client = reqwest::Client::new();
    let query = Scenario::build(Kind::AfterOnlyMissed, &call(Style { sending: Sending::Query, ..Style::default() }));
    let answers = send(&client, &receiver(Vec::new()).await, &query, f64::INFINITY).await.unwrap();
    assert!(
        answers[0].body.starts_with("GET own=1&event=incoming_after_call&uniqueid=ua1-1700000000.42&"),
        "{}",
        answers[0].body
    );
    let json = send(&client, &receiver(Vec::new()).await, &build(Kind::AfterOnlyMissed), f64::INFINITY).await.unwrap();
    assert_eq!(json[0].body, "POST own=1&event=incoming_after_call");
}
