//! Whose card a call belongs to. Only whole numbers match: an extension, a short number or a hidden caller is nobody's
//! (A16), and of several cards with one number the oldest is taken, which the note says.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use schemas::{Call, Phone};
use serde_json::Value;

use super::{Rules, kind};
use crate::connector::{Known, Look, Made};
use crate::crms::sitniks::found::{Card, Query, spellings};
use crate::crms::sitniks::settings::Field;
use crate::kit::ids::age;
use crate::kit::phones::{self, same_number};
use crate::kit::plan::found;

/// The first look-up of the client's number; one follows for each other way of writing it.
const BY_NUMBER: &str = "client-1";
/// The look-up of the card that this call made, at an earlier try.
const MADE: &str = "made-client";
/// The look-up of the card that another call of this number made.
const REMEMBERED: &str = "remembered-client";

/// What the number led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched<'c> {
    /// There is no number to look by; why.
    NoNumber(&'static str),
    /// The row has it already.
    Held(Option<String>),
    /// This call has made it.
    Made(String),
    /// The CRM has it.
    Found {
        /// The CRM's id.
        id: String,
        /// How many have the number.
        of: usize,
    },
    /// Nobody has this number.
    Unknown(&'c Phone),
}

impl Matched<'_> {
    /// The card's id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Held(id) => id.as_deref(),
            Self::Made(id) | Self::Found { id, .. } => Some(id),
            Self::NoNumber(_) | Self::Unknown(_) => None,
        }
    }

    /// For people.
    pub fn note(&self) -> String {
        match self {
            Self::NoNumber(why) => format!("no client: {why}"),
            Self::Held(Some(id)) => format!("client {id}, as the row has it"),
            Self::Held(None) => "no client, as the row was made".to_owned(),
            Self::Made(id) => format!("client {id}, made for this number"),
            Self::Found { id, of: 0 | 1 } => format!("client {id}"),
            Self::Found { id, of } => format!("client {id}; {of} clients have this number, the oldest was taken"),
            Self::Unknown(_) => "no client has this number".to_owned(),
        }
    }
}

/// Finds it. A row stays with the card it was made with: what was merged or deleted since is the CRM's matter, and costs
/// no request.
pub fn find<'c>(rules: &Rules, call: &'c Call, known: &Known) -> ControlFlow<Look, Matched<'c>> {
    let number = match phones::number(call) {
        Ok(number) => number,
        Err(why) => return ControlFlow::Continue(Matched::NoNumber(why)),
    };
    // Once a look-up has decided, it has for this try.
    let undecided = [BY_NUMBER, MADE, REMEMBERED].iter().all(|name| !known.found.contains_key(*name));
    if undecided && let Some(held) = held(rules, number, known.made.get(kind::CALL)) {
        return ControlFlow::Continue(held);
    }
    let made = known.made.get(kind::CLIENT);
    if !known.found.contains_key(BY_NUMBER) {
        let remembered = known.remembered.get(kind::CLIENT).map(String::as_str);
        let ours = match made {
            Some(made) => Some((MADE, made.crm_id.as_str(), "whether the card made for this number is still there")),
            None => remembered.map(|id| (REMEMBERED, id, "the card that this number had before")),
        };
        if let Some((name, id, why)) = ours {
            let card: Option<Card> = found(known, name, &Query::Card { id: id.to_owned() }, why)?;
            if card.is_some_and(|card| card.id == id && same_number(number, &card.phone)) {
                return ControlFlow::Continue(Matched::Found { id: id.to_owned(), of: 1 });
            }
        }
    }
    by_number(known, number, made)
}

fn by_number<'c>(known: &Known, number: &'c Phone, made: Option<&Made>) -> ControlFlow<Look, Matched<'c>> {
    for (index, spelling) in spellings(number).into_iter().enumerate() {
        let query = Query::Number { number: number.e164.as_deref().unwrap_or_default().to_owned(), spelling };
        let name = format!("client-{}", index + 1);
        let cards: Vec<Card> = found(known, &name, &query, "who has the client's number")?;
        let cards = cards.into_iter().filter(|card| same_number(number, &card.phone));
        let cards: BTreeSet<_> = cards.map(|card| age(&card.id)).collect();
        if let Some((_, id)) = cards.first() {
            return ControlFlow::Continue(Matched::Found { id: id.clone(), of: cards.len() });
        }
    }
    // Made since that search, unless it was looked for before it and was gone.
    let made = made.filter(|made| !known.found.contains_key(MADE) && has(made, number));
    ControlFlow::Continue(made.map_or(Matched::Unknown(number), |made| Matched::Made(made.crm_id.clone())))
}

/// The card that the row was made with, if it was made for this number.
fn held<'c>(rules: &Rules, number: &Phone, row: Option<&Made>) -> Option<Matched<'c>> {
    let content = &row?.content;
    let phone = content.get(rules.settings.name(Field::Phone)?)?.as_str()?;
    let card = rules.settings.name(Field::ClientId).and_then(|name| content.get(name));
    same_number(number, phone).then(|| match card {
        Some(Value::String(id)) => Matched::Held(Some(id.clone())),
        Some(Value::Number(id)) => Matched::Held(Some(id.to_string())),
        _ => Matched::Held(None),
    })
}

fn has(card: &Made, number: &Phone) -> bool {
    card.content.get("phone").and_then(Value::as_str) == number.e164.as_deref()
}
