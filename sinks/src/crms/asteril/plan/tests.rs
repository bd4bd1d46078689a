//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod calls;
mod clients;
mod tasks;

use schemas::{CallId, CallState, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};
use serde_json::{Map, Value, json};

use super::*;
use crate::connector::Put;
use crate::crms::asteril::found::{Card, Cards, Query};

const CLIENT: &str = "380671234567";

fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

fn ivan() -> Who {
    Who { sip: Some("acme_ivan".into()), ..Who::extension("101") }
}

fn talk(who: Who) -> Talk {
    Talk { who, began_at: at("09:00:10") }
}

/// An ended incoming call from [`CLIENT`] that Ivan answered.
fn answered() -> Call {
    Call {
        id: CallId("acme-pbx/77".to_owned()),
        account: "acme".parse().unwrap(),
        source: "acme-pbx".parse().unwrap(),
        session: "77".into(),
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(CLIENT, "UA")),
        line: Some(Phone::read("380441112233", "UA")),
        legs: vec![Leg { who: ivan(), rang_at: Some(at("09:00:00")), answered_at: Some(at("09:00:10")) }],
        talks: vec![talk(ivan())],
        recordings: Vec::new(),
        marketing: Marketing::default(),
        started_at: at("09:00:00"),
        answered_at: Some(at("09:00:10")),
        ended_at: Some(at("09:01:07")),
        talk_seconds: Some(57),
        wait_seconds: Some(10),
        last_heard_at: at("09:01:07"),
        anomalies: Vec::new(),
        events: Vec::new(),
    }
}

fn unanswered() -> Call {
    let leg = Leg { who: ivan(), rang_at: Some(at("09:00:00")), answered_at: None };
    let outcome = Some(Outcome::Missed);
    Call { outcome, legs: vec![leg], talks: Vec::new(), answered_at: None, talk_seconds: None, ..answered() }
}

fn outgoing(call: Call) -> Call {
    Call { direction: Direction::Outgoing, ..call }
}

fn from(said: &str, call: Call) -> Call {
    Call { client: Some(Phone::read(said, "UA")), ..call }
}

fn marked(marks: &[(&str, &str)], call: Call) -> Call {
    let marks = marks.iter().map(|(mark, value)| ((*mark).to_owned(), (*value).to_owned())).collect();
    Call { marketing: Marketing { marks }, ..call }
}

fn recorded(urls: &[&str], call: Call) -> Call {
    let recording = |url: &&str| Recording { url: (*url).to_owned(), heard_at: at("09:02:00") };
    Call { recordings: urls.iter().map(recording).collect(), ..call }
}

/// Settings on top of the defaults; the access is that of user 2.
fn rules(mut settings: Value) -> Rules {
    let table = settings.as_object_mut().unwrap();
    table.entry("task_responsible").or_insert(json!(2));
    let (_, settings) = Settings::read(table, &[]).unwrap();
    Rules { settings, zone: TimeZone::get("Europe/Kyiv").unwrap() }
}

/// A CRM in a few lines, and a delivery that is carried out in it.
struct Crm {
    clients: Vec<Card>,
    users: Value,
    known: Known,
    /// Every record made or changed, in order.
    puts: Vec<Put>,
    /// The names of look-ups, in order.
    looks: Vec<String>,
}

impl Crm {
    fn new() -> Self {
        let users = json!(["2", "3"]);
        Self { clients: Vec::new(), users, known: Known::default(), puts: Vec::new(), looks: Vec::new() }
    }

    fn client(mut self, id: &str, phone: &str) -> Self {
        self.clients.push(Card { id: id.to_owned(), phones: vec![phone.to_owned()] });
        self
    }

    fn remembers(mut self, id: &str) -> Self {
        self.known.remembered.insert("client".to_owned(), id.to_owned());
        self
    }

    fn answer(&self, query: Query) -> Value {
        let clients = match query {
            // As a CRM that passes the filter over.
            Query::Number { digits } => {
                assert_eq!(digits, CLIENT);
                self.clients.clone()
            }
            Query::Client { id } => self.clients.iter().filter(|card| card.id == id).cloned().collect(),
            Query::Users => return self.users.clone(),
        };
        json!(Cards { clients })
    }

    /// Carries a call out; the note at the end. What was found is asked for anew each time, what was made is kept.
    fn deliver(&mut self, rules: &Rules, call: &Call) -> String {
        self.known.found.clear();
        for _ in 0..20 {
            match rules.next(call, &self.known) {
                Next::Look(look) => {
                    let found = self.answer(serde_json::from_value(look.query).unwrap());
                    self.looks.push(look.name.clone());
                    assert!(self.known.found.insert(look.name, found).is_none(), "looked up twice");
                }
                Next::Put(put) => {
                    assert!(put.content.values().any(|value| value.as_str().is_some_and(|v| v.contains(&put.marker))));
                    let made = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
                    let crm_id = made.unwrap_or_else(|| (1000 + self.puts.len()).to_string());
                    let mut content = put.content.clone();
                    if let Some(held) = self.known.made.get(&put.name) {
                        content = held.content.clone().into_iter().chain(content).collect();
                    }
                    self.known.made.insert(put.name.clone(), Made { crm_id, content });
                    self.puts.push(put);
                }
                Next::Done { note } => {
                    assert!(!note.contains(CLIENT), "no number in a note: {note}");
                    return note;
                }
            }
        }
        panic!("the plan does not come to an end");
    }

    /// The names of the records made or changed, in order.
    fn names(&self) -> String {
        self.puts.iter().map(|put| put.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// What the CRM holds of a record; empty: nothing.
    fn held(&self, name: &str) -> Map<String, Value> {
        self.known.made.get(name).map(|made| made.content.clone()).unwrap_or_default()
    }

    /// A field of a record as text.
    fn text(&self, name: &str, field: &str) -> String {
        match self.held(name).get(field) {
            None => "(none)".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

#[test]
fn before_its_end_a_call_makes_nothing() {
    for state in [CallState::Ringing, CallState::Talking] {
        let mut crm = Crm::new();
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let note = crm.deliver(&rules(json!({})), &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty() && note.contains("not ended"), "{state:?}");
    }
}

#[test]
fn a_plan_is_the_same_for_the_same_call_and_knowledge() {
    for call in [answered(), unanswered(), outgoing(unanswered()), from("anonymous", unanswered())] {
        let mut crm = Crm::new();
        let rules = rules(json!({}));
        let first = crm.deliver(&rules, &call);
        let made = crm.puts.len();
        assert_eq!(crm.deliver(&rules, &call), first);
        assert_eq!(crm.puts.len(), made, "{first}");
    }
}
