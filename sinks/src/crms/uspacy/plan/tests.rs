//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod corrections;
mod crm;
mod responsibles;
mod scenarios;

use schemas::{CallId, CallState, Direction, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};
use serde_json::{Value, json};

use super::*;
use crm::Crm;

const CLIENT: &str = "380671112233";

fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

/// An ended incoming call from [`CLIENT`] that `acme_ivan` answered.
fn answered() -> Call {
    Call {
        id: CallId("acme-ringostat/77".to_owned()),
        account: "acme".parse().unwrap(),
        source: "acme-ringostat".parse().unwrap(),
        session: "77".into(),
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(CLIENT, "UA")),
        line: Some(Phone::read("380441112233", "UA")),
        legs: vec![Leg { who: sip("acme_ivan"), rang_at: Some(at("09:00:00")), answered_at: Some(at("09:00:10")) }],
        talks: vec![talk(sip("acme_ivan"))],
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

fn sip(name: &str) -> Who {
    Who { sip: Some(name.into()), ..Who::default() }
}

fn talk(who: Who) -> Talk {
    Talk { who, began_at: at("09:00:10") }
}

fn talked(who: &[Who], call: Call) -> Call {
    Call { talks: who.iter().cloned().map(talk).collect(), ..call }
}

fn missed() -> Call {
    let leg = Leg { who: sip("acme_ivan"), rang_at: Some(at("09:00:00")), answered_at: None };
    let outcome = Some(Outcome::Missed);
    Call { outcome, legs: vec![leg], talks: Vec::new(), answered_at: None, talk_seconds: None, ..answered() }
}

fn outgoing(call: Call) -> Call {
    Call { direction: Direction::Outgoing, ..call }
}

fn from(said: &str, call: Call) -> Call {
    Call { client: Some(Phone::read(said, "UA")), ..call }
}

fn recorded(urls: &[&str], call: Call) -> Call {
    let recording = |url: &&str| Recording { url: (*url).to_owned(), heard_at: at("09:02:00") };
    Call { recordings: urls.iter().map(recording).collect(), ..call }
}

fn marked(marks: &[(&str, &str)], call: Call) -> Call {
    let marks = marks.iter().map(|(mark, value)| ((*mark).to_owned(), (*value).to_owned())).collect();
    Call { marketing: Marketing { marks }, ..call }
}

/// Settings on top of the defaults. 9 is the default responsible, 17 is `acme_ivan`, 18 `acme_olena` and 380501112233.
fn rules(settings: Value) -> Rules {
    let employees = json!([
        {"crm_user": "17", "sip": "acme_ivan"},
        {"crm_user": "18", "sip": "acme_olena", "phone": "+38 (050) 111-22-33"},
    ]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(mut settings) = settings else { panic!("not a table") };
    settings.entry("default_responsible").or_insert(json!(9));
    let (_, settings) = Settings::read(&settings, &employees).unwrap();
    Rules { settings, zone: TimeZone::get("Europe/Kyiv").unwrap(), employees }
}

#[test]
fn before_its_end_a_call_makes_nothing() {
    for state in [CallState::Ringing, CallState::Talking] {
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let mut crm = Crm::default();
        crm.deliver(&rules(json!({})), &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty(), "{state:?}");
    }
}
