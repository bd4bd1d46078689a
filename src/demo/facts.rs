//! What is known of each call beforehand: from its scenario and from whom the CRMs knew, by the rules as they are written
//! down. Asks neither a CRM nor the ledger.

use std::collections::BTreeMap;

use schemas::EventId;
use simulators::pbx::{Direction, Outcome};

use super::calls::Sent;
use super::company::{CLIENTS, employee};

/// Whose call it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// One of [`CLIENTS`].
    Known(usize),
    /// Somebody with this number, digits only, whom nobody knew.
    New(String),
    /// Somebody who hides the number.
    Nobody,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Which it is, from 1.
    pub number: usize,
    /// The call's id.
    pub id: String,
    /// Whose call.
    pub client: Whom,
    /// An employee called.
    pub outgoing: bool,
    /// Somebody of the company talked with the client.
    pub answered: bool,
    /// Who of the employees talked last; of an outgoing call that nobody answered, who called.
    pub employee: Option<usize>,
    /// The recordings, in their order.
    pub recordings: Vec<String>,
    /// The number called more than once: which of its calls comes first is not known beforehand.
    pub again: bool,
}

impl Fact {
    /// The client called, and nobody talked with them.
    pub fn missed(&self) -> bool {
        !self.answered && !self.outgoing
    }

    /// The number, digits only; of a hidden one nothing.
    pub fn client_number(&self) -> &str {
        match &self.client {
            Whom::Known(at) => CLIENTS[*at].number,
            Whom::New(number) => number,
            Whom::Nobody => "",
        }
    }

    /// What stands for the call where a CRM takes no text: 53 bits of its hash.
    pub fn as_number(&self) -> u64 {
        let hash = EventId::of(&[self.id.as_bytes()]).to_string();
        u64::from_str_radix(&hash[..16], 16).unwrap_or_default() >> 11
    }

    /// The first recording, or nothing.
    pub fn recording(&self) -> &str {
        self.recordings.first().map_or("", String::as_str)
    }

    /// Our mark in a text of this step.
    pub fn mark(&self, step: &str) -> String {
        let hash = EventId::of(&[self.id.as_bytes(), step.as_bytes()]).to_string();
        format!("[rf:{}]", &hash[..16])
    }
}

/// Our mark at the end of a text.
pub fn mark(text: &str) -> &str {
    let mark = text.rfind("[rf:").map_or("", |at| &text[at..]);
    mark.find(']').map_or(mark, |end| &mark[..=end])
}

/// What is known of the calls.
pub fn of(sent: &[Sent]) -> Vec<Fact> {
    let mut calls_of: BTreeMap<&str, usize> = BTreeMap::new();
    for number in sent.iter().filter_map(|call| call.expected.client.as_deref()) {
        *calls_of.entry(number).or_default() += 1;
    }
    let one = |call: &Sent| {
        let expected = &call.expected;
        let number = expected.client.as_deref();
        let outgoing = expected.direction == Direction::Outgoing;
        let called = expected.extensions_rung.first().filter(|_| outgoing);
        Fact {
            number: call.number,
            id: format!("{}/{}", call.source, call.session),
            client: match number {
                None => Whom::Nobody,
                Some(number) => match CLIENTS.iter().position(|client| client.number == number) {
                    Some(at) => Whom::Known(at),
                    None => Whom::New(number.to_owned()),
                },
            },
            outgoing,
            answered: expected.outcome != Outcome::Missed,
            employee: expected.answered_by.as_ref().or(called).and_then(|named| employee(named)),
            recordings: expected.recordings.clone(),
            again: number.is_some_and(|number| calls_of.get(number).is_some_and(|calls| *calls > 1)),
        }
    };
    sent.iter().map(one).collect()
}
