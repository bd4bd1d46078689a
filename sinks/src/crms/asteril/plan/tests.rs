//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod calls;
mod clients;
mod tasks;

use schemas::{CallState, Who};
use serde_json::{Value, json};

use super::*;
use crate::connector::Put;
use crate::crms::asteril::found::{Card, Cards, Query};
use crate::kit::calls as samples;
use crate::kit::calls::{at, from, marked, outgoing, recorded, talked};
use crate::kit::trial::{Far, Trial, is_marked};

const CLIENT: &str = "380671234567";

fn ivan() -> Who {
    Who { sip: Some("acme_ivan".into()), ..Who::extension("101") }
}

fn answered() -> Call {
    samples::answered(CLIENT, ivan())
}

fn unanswered() -> Call {
    samples::missed(answered())
}

/// Settings on top of the defaults; the access is that of user 2.
fn rules(mut settings: Value) -> Rules {
    let table = settings.as_object_mut().unwrap();
    table.entry("task_responsible").or_insert(json!(2));
    let (_, settings) = Settings::read(table, &[]).unwrap();
    Rules { settings, zone: TimeZone::get("Europe/Kyiv").unwrap() }
}

/// A CRM with these clients, where these users work.
struct Asteril {
    clients: Vec<Card>,
    users: Value,
}

type Crm = Trial<Asteril>;

impl Far for Asteril {
    type Rules = Rules;
    type Query = Query;

    fn next(rules: &Rules, call: &Call, known: &Known) -> Next {
        rules.next(call, known)
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

    fn take(&mut self, put: &Put, before: Option<String>, free: String) -> String {
        assert!(is_marked(put), "{put:?} does not hold its marker");
        before.unwrap_or(free)
    }
}

impl Crm {
    fn new() -> Self {
        Self::with(json!(["2", "3"]))
    }

    fn with(users: Value) -> Self {
        Self::of(Asteril { clients: Vec::new(), users })
    }

    fn client(mut self, id: &str, phone: &str) -> Self {
        self.clients.push(Card { id: id.to_owned(), phones: vec![phone.to_owned()] });
        self
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
