//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod clients;
mod responsibles;
mod rows;

use std::collections::BTreeSet;

use schemas::{CallId, CallState, Direction, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};
use serde_json::{Map, Value, json};

use super::*;
use crate::connector::Made;
use crate::crms::sitniks::found::{Card, Query};
use crate::kit::people;

const CLIENT: &str = "380671112233";

fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

fn talk(extension: &str) -> Talk {
    Talk { who: Who::extension(extension), began_at: at("09:00:10") }
}

/// An ended incoming call from [`CLIENT`] that 101 answered.
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

fn ringing() -> Call {
    Call { state: CallState::Ringing, outcome: None, ended_at: None, ..missed() }
}

fn talking() -> Call {
    Call { state: CallState::Talking, outcome: None, ended_at: None, talk_seconds: None, ..answered() }
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

/// Settings on top of the defaults; 17 has 101, 18 has 102.
fn rules(settings: Value) -> Rules {
    let employees = json!([{"crm_user": "17", "extension": "101"}, {"crm_user": "18", "extension": "102"}]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(settings) = settings else { panic!("not a table") };
    let (_, settings) = Settings::read(&settings, &employees).unwrap();
    Rules { settings, employees }
}

/// A CRM in a few lines, and a delivery that is carried out in it.
struct Crm {
    cards: Vec<Card>,
    managers: BTreeSet<String>,
    known: Known,
    /// Every record made or changed, in order.
    puts: Vec<Put>,
    /// The names of look-ups, in order.
    looks: Vec<String>,
}

impl Default for Crm {
    fn default() -> Self {
        let managers = ["17", "18"].map(str::to_owned).into();
        Self { cards: Vec::new(), managers, known: Known::default(), puts: Vec::new(), looks: Vec::new() }
    }
}

impl Crm {
    fn card(mut self, id: &str, phone: &str) -> Self {
        self.cards.push(Card { id: id.to_owned(), phone: phone.to_owned() });
        self
    }

    fn remembers(mut self, id: &str) -> Self {
        self.known.remembered.insert("client".to_owned(), id.to_owned());
        self
    }

    /// The search compares texts, as the CRM's does.
    fn answer(&self, query: Query) -> Value {
        match query {
            Query::Number { spelling, .. } => {
                json!(self.cards.iter().filter(|card| card.phone == spelling).collect::<Vec<_>>())
            }
            Query::Card { id } => json!(self.cards.iter().find(|card| card.id == id)),
            Query::Users => people::found(self.managers.iter().cloned()),
        }
    }

    /// Carries a call out; the note at the end. What was found is asked for anew each time, what was made is kept.
    fn deliver(&mut self, rules: &Rules, call: &Call) -> String {
        self.known.found.clear();
        for _ in 0..50 {
            match rules.next(call, &self.known) {
                Next::Look(look) => {
                    let found = self.answer(serde_json::from_value(look.query).unwrap());
                    self.looks.push(look.name.clone());
                    assert!(self.known.found.insert(look.name, found).is_none(), "looked up twice");
                }
                Next::Put(put) => self.carry_out(put),
                Next::Done { note } => return note,
            }
        }
        panic!("the plan does not come to an end");
    }

    fn carry_out(&mut self, put: Put) {
        let made = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
        let crm_id = made.unwrap_or_else(|| (1000 + self.puts.len()).to_string());
        if let Some(phone) = put.content.get("phone").filter(|_| put.record == kind::CLIENT) {
            self.cards.push(Card { id: crm_id.clone(), phone: phone.as_str().unwrap().to_owned() });
        }
        self.known.made.insert(put.name.clone(), Made { crm_id, content: put.content.clone() });
        self.puts.push(put);
    }

    /// The names of the records made or changed, in order.
    fn names(&self) -> String {
        self.puts.iter().map(|put| put.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// What the CRM holds of the call.
    fn row(&self) -> Map<String, Value> {
        self.known.made.get(kind::CALL).map(|made| made.content.clone()).unwrap_or_default()
    }
}
