//! What is posted is what UIS posts.

use std::collections::HashSet;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

use super::*;

fn call() -> Call {
    Call {
        call_id: "123456789".into(),
        client: "79161112233".into(),
        line: "74951112233".into(),
        extensions: ["101", "102", "103"].map(String::from).to_vec(),
        style: Style::default(),
    }
}

fn build(kind: Kind) -> Scenario {
    Scenario::build(kind, &call())
}

fn states(scenario: &Scenario) -> Vec<&'static str> {
    scenario.notifications.iter().map(|n| n.name).collect()
}

fn first(style: Style, kind: Kind) -> String {
    Scenario::build(kind, &Call { style, ..call() }).notifications.remove(0).body
}

#[test]
fn the_template_is_the_manuals() {
    let body = first(Style { from_number: Literal::Number, ..Style::default() }, Kind::Answered);
    assert_eq!(
        body,
        "{\n    \"from_number\":79161112233,\n    \"diversion\":\"74951112233\",\n    \"direction\":\"in\",\n    \
         \"call_id\":\"123456789\",\n    \"user_extension\":\"101\",\n    \"call_state\":\"RINGING\"\n}"
    );
}

#[test]
fn styles_show_in_the_body() {
    let odd = Style { blank: Blank::Empty, direction: Word::Bare, layout: Layout::Compact, ..Style::default() };
    let body = first(odd, Kind::NoExtension);
    assert!(body.contains(r#""direction":in,"call_id":"123456789","user_extension":,"call_state""#), "{body}");
    let plain: Value =
        serde_json::from_str(&first(Style { extra_fields: true, ..Style::default() }, Kind::Anonymous)).unwrap();
    assert_eq!((&plain["from_number"], &plain["contact_full_name"]), (&Value::Null, &json!("Иванов \"Ромашка\"\\")));
    let zero = Call { extensions: vec!["007".into()], ..call() };
    let style = Style { user_extension: Literal::Number, ..Style::default() };
    let zero = Scenario::build(Kind::Missed, &Call { style, ..zero });
    assert!(zero.notifications[0].body.contains(r#""user_extension":"007""#));
    let missed: Value = serde_json::from_str(&zero.notifications[1].body).unwrap();
    assert_eq!((&missed["call_state"], &missed["user_extension"]), (&json!("MISSED"), &Value::Null));
}

#[test]
fn every_kind_says_what_its_name_says() {
    for (kind, said) in [
        (Kind::Answered, "RINGING ANSWERED HANGUP"),
        (Kind::Missed, "RINGING MISSED"),
        (Kind::Unrecorded, "RINGING ANSWERED"),
        (Kind::RingGroup, "RINGING RINGING RINGING ANSWERED HANGUP"),
        (Kind::RingGroupMissed, "RINGING RINGING RINGING MISSED"),
        (Kind::RingGroupBoth, "RINGING RINGING RINGING ANSWERED MISSED HANGUP"),
        (Kind::Transfer, "RINGING ANSWERED RINGING ANSWERED HANGUP"),
        (Kind::SecondRecording, "RINGING ANSWERED HANGUP HANGUP"),
        (Kind::OutOfOrder, "HANGUP ANSWERED RINGING"),
        (Kind::Repeated, "RINGING RINGING ANSWERED ANSWERED HANGUP HANGUP"),
    ] {
        let scenario = build(kind);
        assert_eq!(states(&scenario).join(" "), said, "{kind:?}");
        assert!(scenario.notifications.is_sorted_by_key(|n| n.after), "{kind:?}");
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn expectations_follow_the_bodies() {
    let transfer = build(Kind::Transfer).expected;
    assert_eq!((transfer.answered_by.as_deref(), transfer.extensions_rung.len()), (Some("102"), 2));
    let group = build(Kind::RingGroupMissed).expected;
    assert_eq!((group.outcome, group.extensions_rung.len(), group.answered_by), (Outcome::Missed, 3, None));
    let second = build(Kind::SecondRecording);
    assert_eq!(second.expected.recordings.len(), 2);
    assert!(second.notifications[3].body.contains(&second.expected.recordings[1]));
    let repeated = build(Kind::Repeated);
    assert_eq!(repeated.expected.recordings.len(), 1);
    assert_eq!(repeated.notifications[4], repeated.notifications[5]);
    assert_eq!(build(Kind::Unrecorded).expected.outcome, Outcome::AnsweredNoEnd);
    assert_eq!(build(Kind::Anonymous).expected.client, None);
    assert_eq!(build(Kind::NoExtension).expected.extensions_rung, [""; 0]);
}

#[test]
fn the_generator_repeats_itself_and_never_an_id() {
    let options = GeneratorOptions { known_clients: vec!["79030000001".into()], ..GeneratorOptions::default() };
    let bodies = |seed| -> Vec<_> {
        Generator::new(seed, options.clone()).take(300).flat_map(|s| s.notifications).map(|n| n.body).collect()
    };
    assert_eq!(bodies(7), bodies(7));
    assert_ne!(bodies(7), bodies(8));
    let ids: HashSet<_> =
        [7, 8].into_iter().flat_map(|s| Generator::new(s, options.clone()).take(5000)).map(|s| s.call_id).collect();
    assert_eq!(ids.len(), 10_000);
    let all_new = GeneratorOptions { kinds: vec![Kind::Missed], ..GeneratorOptions::default() };
    let clients: HashSet<_> = Generator::new(1, all_new).take(5000).filter_map(|s| s.expected.client).collect();
    assert_eq!(clients.len(), 5000);
}

/// A receiver that answers 503 to the first `sour` posts, and 415 to a wrong content type.
async fn receiver(sour: u32) -> String {
    let left = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(sour));
    let handler = move |headers: HeaderMap| {
        let left = left.clone();
        async move {
            use std::sync::atomic::Ordering::SeqCst;
            if headers["content-type"] != "application/json; charset=utf-8" {
                return StatusCode::UNSUPPORTED_MEDIA_TYPE;
            }
            let sour = left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok();
            if sour { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::ACCEPTED }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(handler))).await });
    url
}

#[tokio::test]
async fn uis_sends_once_and_a_resender_until_acknowledged() {
    let client = reqwest::Client::new();
    let once = send(&client, &receiver(1).await, &build(Kind::Missed), f64::INFINITY).await.unwrap();
    assert_eq!(once.iter().map(|a| a.status).collect::<Vec<_>>(), [Some(503), Some(202)]);
    let resend = Resend { pause: Duration::from_millis(1), ..Resend::default() };
    let url = receiver(3).await;
    let sender = Sender::new(&client, &url).unwrap().speed(1000.0).unwrap().resend(resend);
    let stubborn = sender.send(&build(Kind::Missed)).await;
    assert_eq!(stubborn.iter().map(|a| a.tries).collect::<Vec<_>>(), [4, 1]);
    assert!(stubborn.iter().all(Answer::is_acknowledged));
}

#[tokio::test]
async fn nobody_there_is_an_answer_and_nonsense_an_error() {
    let client = reqwest::Client::new();
    let resend = Resend { tries: 3, pause: Duration::from_millis(1), ..Resend::default() };
    let sender = Sender::new(&client, "http://127.0.0.1:1/x").unwrap().speed(f64::INFINITY).unwrap().resend(resend);
    let answers = sender.send(&build(Kind::Missed)).await;
    assert!(answers.iter().all(|a| a.status.is_none() && a.error.is_some() && a.tries == 3));
    assert!(Sender::new(&client, "nonsense").is_err());
    assert!(send(&client, "http://127.0.0.1:1/", &build(Kind::Missed), 0.0).await.is_err());
}
