//! What is read from the CRM. Every row is compared here with what was asked for: a CRM that passes over a filter it does
//! not know must not make us take a stranger's row for our own.

use std::collections::BTreeMap;

use reqwest::Method;
use schemas::Phone;
use serde_json::Value;
use tokio::time::Instant;

use super::answers::{self, Ask};
use super::{Client, kind};
use crate::connector::{Look, Put};
use crate::crms::sitniks::found::{Card, Query, spellings};
use crate::crms::sitniks::settings::Field;
use crate::failure::Failure;
use crate::kit::ids::age;
use crate::kit::phones::same_number;
use crate::kit::plan::unreadable;

/// Rows asked for at once: the API gives no more.
const LIMIT: usize = 50;
/// Pages read of a search: nobody has so many cards with one number.
const PAGES_MAX: usize = 4;

/// Records by their ids, and whether the list was read to its end.
pub(super) struct Listed<T> {
    pub rows: BTreeMap<String, T>,
    pub whole: bool,
}

impl Client {
    /// Looks up what the plan asks for.
    pub async fn look(&self, look: &Look) -> Result<Value, Failure> {
        let deadline = self.deadline();
        match serde_json::from_value(look.query.clone()).map_err(unreadable(look))? {
            Query::Number { number, spelling } => {
                let cards = self.cards(&Phone::read(&number, ""), &spelling, deadline).await?;
                serde_json::to_value(cards).map_err(unreadable(look))
            }
            Query::Card { id } => serde_json::to_value(self.card(&id, deadline).await?).map_err(unreadable(look)),
            Query::Users => self.users(deadline).await,
        }
    }

    /// The oldest record with the marker of `put`.
    pub(super) async fn found(&self, put: &Put, deadline: Instant) -> Result<Option<String>, Failure> {
        match put.record.as_str() {
            kind::CLIENT => {
                let number = Phone::read(&put.marker, "");
                for spelling in spellings(&number) {
                    let cards = self.cards(&number, &spelling, deadline).await?;
                    if let Some(card) = cards.into_iter().min_by_key(|card| age(&card.id)) {
                        return Ok(Some(card.id));
                    }
                }
                Ok(None)
            }
            kind::CALL => {
                let name = self.settings.name(Field::ExternalId).unwrap_or_default();
                let ours = |row: &Value| (row.get(name)?.as_str()? == put.marker).then(|| row.clone());
                let path = &self.settings.paths.calls;
                let rows = self.search(path, "calls", (name, &put.marker), deadline, ours).await?;
                let Some((id, row)) = rows.into_iter().min_by_key(|(id, _)| age(id)) else { return Ok(None) };
                match self.settle(put, &id, &row, deadline).await {
                    // It is there all the same.
                    Ok(()) | Err(Failure::Refused { .. } | Failure::Gone(_)) => Ok(Some(id)),
                    Err(failure) => Err(failure),
                }
            }
            _ => Ok(None),
        }
    }

    /// The cards with a number, among those where it is written so: the CRM compares texts.
    async fn cards(&self, number: &Phone, spelling: &str, deadline: Instant) -> Result<Vec<Card>, Failure> {
        let with_it = |row: &Value| card(row).map(|card| card.phone).filter(|phone| same_number(number, phone));
        let found =
            self.search(&self.settings.paths.clients, "clients", ("phone", spelling), deadline, with_it).await?;
        Ok(found.into_iter().map(|(id, phone)| Card { id, phone }).collect())
    }

    async fn card(&self, id: &str, deadline: Instant) -> Result<Option<Card>, Failure> {
        let Ok(id) = answers::segment(id) else { return Ok(None) };
        let path = format!("{}/{id}", self.settings.paths.clients);
        match self.send(Ask::One, Method::GET, &path, &[], None, deadline).await {
            Ok(said) => Ok(card(answers::object(&said)).filter(|card| card.id == id)),
            Err(Failure::Gone(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The rows of a filtered list that are what was asked for. A list that goes on without one says nothing: the CRM may
    /// have passed over the filter.
    async fn search<T>(
        &self,
        path: &str,
        name: &str,
        filter: (&str, &str),
        deadline: Instant,
        take: impl Fn(&Value) -> Option<T>,
    ) -> Result<BTreeMap<String, T>, Failure> {
        let listed = self.list(path, name, Some(filter), PAGES_MAX, deadline, take).await?;
        if listed.rows.is_empty() && !listed.whole {
            let why = format!("the {name} asked for by {} are none with it, without an end", filter.0);
            return Err(Failure::NotUnderstood(format!("{why}: the CRM passes over the filter")));
        }
        Ok(listed.rows)
    }

    /// A list, page by page.
    pub(super) async fn list<T>(
        &self,
        path: &str,
        name: &str,
        filter: Option<(&str, &str)>,
        pages_max: usize,
        deadline: Instant,
        take: impl Fn(&Value) -> Option<T>,
    ) -> Result<Listed<T>, Failure> {
        let (mut rows, mut read) = (BTreeMap::new(), 0);
        let limit = LIMIT.to_string();
        for _ in 0..pages_max {
            let skip = read.to_string();
            let mut query: Vec<(&str, &str)> = filter.into_iter().collect();
            query.push(("limit", &limit));
            query.extend((read > 0).then_some(("skip", skip.as_str())));
            let said = self.send(Ask::List, Method::GET, path, &query, None, deadline).await?;
            let page = answers::rows(&said, name)?;
            read += page.len();
            rows.extend(page.iter().filter_map(|row| Some((answers::id(row)?, take(row)?))));
            let over = answers::count(&said).map_or(page.len() < LIMIT, |count| read >= count);
            if page.is_empty() || over {
                return Ok(Listed { rows, whole: true });
            }
        }
        Ok(Listed { rows, whole: false })
    }
}

fn card(row: &Value) -> Option<Card> {
    Some(Card { id: answers::id(row)?, phone: row.get("phone").and_then(answers::text).unwrap_or_default() })
}
