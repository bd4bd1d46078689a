//! Every request to Asteril's API. Knows no call and decides nothing: what is asked for comes from the plan, and what an
//! answer means from [`answers`].

mod answers;
mod find;
mod lists;
mod wire;

use std::time::Duration;

use backbone::sealed::Secret;
use schemas::Timestamp;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::found::{self, Card, Cards, Query};
use super::plan::kind;
use super::settings::{Settings, Structures};
use crate::connector::{Look, Put};
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::kept::Kept;
use crate::kit::plan::unreadable;
use crate::kit::records::differing;
use crate::kit::{http, people};

/// One connection to one CRM.
pub struct Client {
    http: reqwest::Client,
    /// With the path of the API, without a slash at its end.
    api: String,
    key: Secret,
    names: Structures,
    page_size: u32,
    timeout: Duration,
    /// The look-up of users as it was last answered.
    users: Kept<Value>,
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(base_url: &str, key: Secret, settings: &Settings, timeout: Duration) -> Result<Self, String> {
        let names = settings.structures.clone();
        let base = http::base(base_url, "https://crm1234567.asteril.com")?;
        let base = base.strip_suffix(names.api.as_str()).unwrap_or(&base).trim_end_matches('/');
        let api = format!("{base}/{}", names.api.as_str());
        let (http, page_size) = (http::client(timeout)?, settings.page_size);
        Ok(Self { http, api, key, names, page_size, timeout, users: Kept::default() })
    }

    /// Reads the users; says how many there are, and which of `wanted` (what they are wanted for, their id) are not among them.
    pub async fn check(&self, wanted: &[(&str, &str)]) -> Result<String, Failure> {
        let users = self.users(self.deadline()).await?;
        let missing = wanted.iter().filter(|(_, id)| !users.iter().any(|user| user == id));
        let missing = missing.map(|(what, id)| format!("; {what} {id} is not among them"));
        Ok(format!("connected, {} users{}", users.len(), missing.collect::<String>()))
    }

    /// Looks up what the plan asks for.
    pub async fn look(&self, look: &Look) -> Result<Value, Failure> {
        let query = serde_json::from_value(look.query.clone()).map_err(unreadable(look))?;
        let clients = match query {
            Query::Number { digits } => self.clients(&digits, self.deadline()).await?,
            Query::Client { id } => self.client(&id).await?.into_iter().collect(),
            Query::Users => return self.active().await,
        };
        serde_json::to_value(Cards { clients }).map_err(unreadable(look))
    }

    /// Makes a record; its id.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        let reply = self.post(self.item(put)?, &put.content, self.deadline()).await;
        answers::new_id(&answers::read(Kind::Write, reply, Timestamp::now())?)
    }

    /// Writes what differs from `held`.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let fields = differing(put, held);
        if fields.is_empty() {
            return Ok(());
        }
        let reply = self.post(&format!("{}/{crm_id}", self.item(put)?), &fields, self.deadline()).await;
        if answers::is_gone(&reply) {
            return Err(Failure::Gone(format!("{} {crm_id}", put.record)));
        }
        answers::read(Kind::Write, reply, Timestamp::now()).map(|_| ())
    }

    /// A client by its id, if the CRM still has it. One that has no such request has none, and then a search decides.
    async fn client(&self, id: &str) -> Result<Option<Card>, Failure> {
        let names = &self.names.clients;
        let reply = self.get(&format!("{}/{id}", names.item.as_str()), &[], self.deadline()).await;
        if answers::is_nothing(&reply) {
            return Ok(None);
        }
        let said = answers::read(Kind::Read, reply, Timestamp::now())?;
        let row = said.get(names.item.as_str()).unwrap_or(&said);
        // Another one than was asked for is nobody.
        Ok(self.card(row).filter(|card| card.id == id))
    }

    fn card(&self, row: &Value) -> Option<Card> {
        let id = row.get("id").and_then(found::id)?;
        let phones = row.get(self.names.clients.phone.as_str()).map(lists::texts).unwrap_or_default();
        Some(Card { id, phones })
    }

    /// The users who can be given tasks; null, which is everybody, where the CRM does not say.
    async fn active(&self) -> Result<Value, Failure> {
        let deadline = self.deadline();
        let ask = async || match self.users(deadline).await {
            Ok(users) if users.is_empty() => Ok(json!(null)),
            Ok(users) => Ok(people::found(users)),
            Err(Failure::NotUnderstood(why)) => {
                tracing::warn!(error = %why, "the crm does not say who works there, so everybody is taken to");
                Ok(json!(null))
            }
            Err(why) => Err(why),
        };
        self.users.get(deadline, ask).await
    }

    fn item(&self, put: &Put) -> Result<&str, Failure> {
        match put.record.as_str() {
            kind::CLIENT => Ok(&self.names.clients.item),
            kind::CALL => Ok(&self.names.calls.item),
            kind::TASK => Ok(&self.names.tasks.item),
            other => Err(Failure::Refused { field: None, said: format!("{other:?} is no kind of record of Asteril") }),
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }
}
