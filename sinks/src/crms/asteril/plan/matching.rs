//! Which client a call belongs to (A5): who is stored with just these digits, `380671234567`. Who is stored in another
//! format is not found; a hidden caller, an extension or a short number is nobody's (A16).

use std::ops::ControlFlow;

use schemas::{Call, Phone};

use crate::connector::{Known, Look};
use crate::crms::asteril::found::{Card, Cards, Query};
use crate::kit::ids::oldest;
use crate::kit::phones;
use crate::kit::plan::found;

/// The look-up of the client's number.
const BY_NUMBER: &str = "client";
/// The look-up of the client that the number, or this call, had before.
const BEFORE: &str = "client-before";

/// What the number led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// There is no number to look by; why.
    NoNumber(&'static str),
    /// The CRM has this client.
    Found {
        /// The CRM's id.
        id: String,
        /// How many have the number.
        of: usize,
    },
    /// This delivery has made it.
    Ours {
        /// The CRM's id.
        id: String,
    },
    /// Nobody has the number in full format.
    Unknown,
}

impl Matched {
    /// For people.
    pub fn note(&self) -> String {
        match self {
            Self::NoNumber(why) => format!("no client: {why}"),
            Self::Found { id, of: 0 | 1 } => format!("client {id}"),
            Self::Found { id, of } => format!("client {id}; {of} clients have this number, the oldest was taken"),
            Self::Ours { id } => format!("client {id}, made for this number"),
            Self::Unknown => "no client has this number in full format".to_owned(),
        }
    }
}

/// Finds it. `bound` is the client that this call has already: it stays while it exists, so that a correction does not move
/// the call. One made for the number earlier is taken while it has the number, in whatever format people put it since: it
/// is known by its id, not by a search. Gone (removed, merged), the number decides again.
pub fn find(call: &Call, known: &Known, bound: Option<&str>) -> ControlFlow<Look, Matched> {
    let client = match phones::number(call) {
        Ok(client) => client,
        Err(why) => return ControlFlow::Continue(Matched::NoNumber(why)),
    };
    if let Some(made) = known.made.get("client") {
        return ControlFlow::Continue(Matched::Ours { id: made.crm_id.clone() });
    }
    // Once the number has decided, it has for this try: what is bound meanwhile is bound by it.
    if known.found.contains_key(BY_NUMBER) {
        return search(known, client);
    }
    if let Some(id) = bound.or(known.remembered.get("client").map(String::as_str)) {
        let query = Query::Client { id: id.to_owned() };
        let cards: Cards = found(known, BEFORE, &query, "the client that this call or its number had before")?;
        let still = |card: &Card| bound.is_some() || phones::among(&card.phones, client);
        if cards.clients.iter().any(|card| card.id == id && still(card)) {
            return ControlFlow::Continue(Matched::Found { id: id.to_owned(), of: 1 });
        }
    }
    search(known, client)
}

fn search(known: &Known, client: &Phone) -> ControlFlow<Look, Matched> {
    let digits = client.full_digits().unwrap_or_default().to_owned();
    let query = Query::Number { digits: digits.clone() };
    let cards: Cards = found(known, BY_NUMBER, &query, "A5: who has the client's number in full format")?;
    let holders: Vec<String> =
        cards.clients.into_iter().filter(|card| card.phones.contains(&digits)).map(|card| card.id).collect();
    let of = holders.len();
    ControlFlow::Continue(oldest(holders.into_iter()).map_or(Matched::Unknown, |id| Matched::Found { id, of }))
}
