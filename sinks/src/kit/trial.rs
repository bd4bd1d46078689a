//! For the tests of plans: a delivery that is carried out in a CRM of a few lines.

use std::ops::{Deref, DerefMut};

use schemas::{Call, Phone};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::connector::{Known, Look, Made, Next, Put};

/// What a plan may ask before it must have come to an end.
const STEPS_MAX: usize = 50;

/// A CRM in a few lines, and the plan that is tried on it.
pub trait Far {
    /// What decides.
    type Rules;
    /// What is looked up.
    type Query: DeserializeOwned;

    /// What the plan says.
    fn next(rules: &Self::Rules, call: &Call, known: &Known) -> Next;

    /// What a look-up finds.
    fn answer(&self, query: Self::Query) -> Value;

    /// Takes a record, whose id it says: where it was made before `before`, else one of its own or the next that is `free`.
    fn take(&mut self, put: &Put, before: Option<String>, free: String) -> String {
        let _ = put;
        before.unwrap_or(free)
    }
}

/// The CRM, and what is known of it.
#[derive(Default)]
pub struct Trial<F> {
    /// The CRM.
    pub far: F,
    /// What the plan is told.
    pub known: Known,
    /// Every record made or changed, in order.
    pub puts: Vec<Put>,
    /// The names of look-ups, in order.
    pub looks: Vec<String>,
}

impl<F> Trial<F> {
    /// In this CRM, of which nothing is known.
    pub fn of(far: F) -> Self {
        Self { far, known: Known::default(), puts: Vec::new(), looks: Vec::new() }
    }

    /// Another call made the record that the number is remembered by.
    pub fn remembers(mut self, word: &str, id: &str) -> Self {
        self.known.remembered.insert(word.to_owned(), id.to_owned());
        self
    }

    /// The names of the records made or changed, in order.
    pub fn names(&self) -> Vec<&str> {
        self.puts.iter().map(|put| put.name.as_str()).collect()
    }

    /// What the CRM holds of a record; empty: nothing.
    pub fn held(&self, name: &str) -> Map<String, Value> {
        self.known.made.get(name).map(|made| made.content.clone()).unwrap_or_default()
    }
}

impl<F: Far> Trial<F> {
    /// Carries a call out; the note at the end. What was found is asked for anew each time, what was made is kept.
    pub fn deliver(&mut self, rules: &F::Rules, call: &Call) -> String {
        self.known.found.clear();
        for _ in 0..STEPS_MAX {
            match F::next(rules, call, &self.known) {
                Next::Look(look) => self.look(look),
                Next::Put(put) => self.put(put),
                Next::Done { note } => {
                    let number = call.client.as_ref().and_then(Phone::full_digits);
                    assert!(number.is_none_or(|number| !note.contains(number)), "no number in a note: {note}");
                    return note;
                }
            }
        }
        panic!("the plan does not come to an end: {:?}", self.looks);
    }

    /// Looks something up.
    pub fn look(&mut self, look: Look) {
        let found = self.far.answer(serde_json::from_value(look.query).unwrap());
        self.looks.push(look.name.clone());
        assert!(self.known.found.insert(look.name, found).is_none(), "looked up twice");
    }

    /// Makes or changes a record.
    pub fn put(&mut self, put: Put) {
        let before = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
        let crm_id = self.far.take(&put, before, (1000 + self.puts.len()).to_string());
        if let Some(word) = put.remember {
            self.known.remembered.insert(word.to_owned(), crm_id.clone());
        }
        self.known.made.insert(put.name.clone(), Made { crm_id, content: put.content.clone() });
        self.puts.push(put);
    }
}

impl<F> Deref for Trial<F> {
    type Target = F;
    fn deref(&self) -> &F {
        &self.far
    }
}

impl<F> DerefMut for Trial<F> {
    fn deref_mut(&mut self) -> &mut F {
        &mut self.far
    }
}

/// Whether a record holds its own mark, which it is found again by.
pub fn is_marked(put: &Put) -> bool {
    let holds = |value: &Value| value.as_str().is_some_and(|text| text.contains(&put.marker));
    !put.marker.is_empty() && put.content.values().any(holds)
}
