//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod contacts;
mod corrections;
mod crm;
mod notices;
mod recordings;
mod responsible;
mod tasks;

use std::collections::BTreeMap;

use schemas::{CallId, CallState, Direction, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};
use serde_json::{Map, Value, json};

use super::*;
use crate::connector::{Made, Put};
use crate::crms::rbs_crm::found::{Company, Holders, Person};
use crm::Crm;

const CLIENT: &str = "79161112233";

fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

fn talk(extension: &str) -> Talk {
    Talk { who: Who::extension(extension), began_at: at("09:00:10") }
}

/// An ended incoming call from [`CLIENT`] that 101 answered.
fn answered() -> Call {
    Call {
        id: CallId("acme-uis/77".to_owned()),
        account: "acme".parse().unwrap(),
        source: "acme-uis".parse().unwrap(),
        session: "77".into(),
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(CLIENT, "RU")),
        line: Some(Phone::read("74951112233", "RU")),
        legs: vec![Leg {
            who: Who::extension("101"),
            rang_at: Some(at("09:00:00")),
            answered_at: Some(at("09:00:10")),
        }],
        talks: vec![talk("101")],
        recordings: Vec::new(),
        marketing: Marketing::default(),
        started_at: at("09:00:00"),
        answered_at: Some(at("09:00:10")),
        ended_at: Some(at("09:01:15")),
        talk_seconds: Some(65),
        wait_seconds: Some(10),
        last_heard_at: at("09:01:15"),
        anomalies: Vec::new(),
        events: Vec::new(),
    }
}

fn missed() -> Call {
    let leg = Leg { who: Who::extension("101"), rang_at: Some(at("09:00:00")), answered_at: None };
    let outcome = Some(Outcome::Missed);
    Call { outcome, legs: vec![leg], talks: Vec::new(), answered_at: None, talk_seconds: None, ..answered() }
}

fn outgoing(call: Call) -> Call {
    Call { direction: Direction::Outgoing, ..call }
}

fn from(said: &str, call: Call) -> Call {
    Call { client: Some(Phone::read(said, "RU")), ..call }
}

fn recorded(urls: &[&str], call: Call) -> Call {
    let recording = |url: &&str| Recording { url: (*url).to_owned(), heard_at: at("09:02:00") };
    Call { recordings: urls.iter().map(recording).collect(), ..call }
}

/// Settings on top of the defaults; 17 has 101, 18 has 102.
fn rules(settings: Value) -> Rules {
    let employees = json!([{"crm_user": "17", "extension": "101"}, {"crm_user": "18", "extension": "102"}]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(settings) = settings else { panic!("not a table") };
    let settings = Settings::read(&settings, &employees).unwrap().1;
    Rules { settings, zone: TimeZone::get("Europe/Moscow").unwrap(), employees }
}

fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or("(none)")
}

#[test]
fn before_its_end_a_call_makes_nothing() {
    let rules = rules(json!({"create_contact": true, "missed_call_task": true, "add_recording_to_deal": true}));
    for state in [CallState::Ringing, CallState::Talking] {
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let mut crm = Crm::default();
        crm.deliver(&rules, &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty(), "{state:?}");
    }
}

#[test]
fn without_a_setting_for_records_nothing_is_asked_or_made() {
    let mut crm = Crm::default();
    let note = crm.deliver(&rules(json!({})), &missed());
    assert!(crm.puts.is_empty() && crm.looks.is_empty());
    assert!(note.contains("no setting"), "{note}");
}
