//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod clients;
mod responsibles;
mod rows;

use std::collections::BTreeSet;

use schemas::Who;
use serde_json::{Map, Value, json};

use super::*;
use crate::crms::sitniks::found::{Card, Query};
use crate::kit::calls::{self, at, from, outgoing, recorded, rung, talked};
use crate::kit::people;
use crate::kit::trial::{Far, Trial};

const CLIENT: &str = "380671112233";

/// An ended incoming call from [`CLIENT`] that 101 answered.
fn answered() -> Call {
    calls::answered(CLIENT, Who::extension("101"))
}

fn missed() -> Call {
    calls::missed(answered())
}

fn ringing() -> Call {
    calls::ringing(answered())
}

fn talking() -> Call {
    calls::talking(answered())
}

/// Settings on top of the defaults; 17 has 101, 18 has 102.
fn rules(settings: Value) -> Rules {
    let employees = json!([{"crm_user": "17", "extension": "101"}, {"crm_user": "18", "extension": "102"}]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(settings) = settings else { panic!("not a table") };
    let (_, settings) = Settings::read(&settings, &employees).unwrap();
    Rules { settings, employees }
}

/// A CRM with these cards, where these managers work.
struct Sitniks {
    cards: Vec<Card>,
    managers: BTreeSet<String>,
}

type Crm = Trial<Sitniks>;

impl Default for Sitniks {
    fn default() -> Self {
        Self { cards: Vec::new(), managers: ["17", "18"].map(str::to_owned).into() }
    }
}

impl Far for Sitniks {
    type Rules = Rules;
    type Query = Query;

    fn next(rules: &Rules, call: &Call, known: &Known) -> Next {
        rules.next(call, known)
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

    fn take(&mut self, put: &Put, before: Option<String>, free: String) -> String {
        let id = before.unwrap_or(free);
        if let Some(phone) = put.content.get("phone").filter(|_| put.record == kind::CLIENT) {
            self.cards.push(Card { id: id.clone(), phone: phone.as_str().unwrap().to_owned() });
        }
        id
    }
}

impl Crm {
    fn with(managers: &[&str]) -> Self {
        Self::of(Sitniks { managers: managers.iter().copied().map(str::to_owned).collect(), ..Sitniks::default() })
    }

    fn card(mut self, id: &str, phone: &str) -> Self {
        self.cards.push(Card { id: id.to_owned(), phone: phone.to_owned() });
        self
    }

    /// What the CRM holds of the call.
    fn row(&self) -> Map<String, Value> {
        self.held(kind::CALL)
    }
}
