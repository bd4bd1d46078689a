//! Every request to the open API. Knows no call and decides nothing: what is asked for comes from the plan, and what an
//! answer means from [`answers`].

mod address;
mod answers;
mod lists;
mod managers;

use std::time::Duration;

use backbone::sealed::Secret;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use schemas::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::plan::kind;
use super::settings::{Change, Field, Settings};
use crate::connector::Put;
use crate::failure::Failure;
use crate::kit::http::{self, Reply};
use crate::kit::kept::Kept;
use crate::kit::records::differing;
use answers::Ask;
use managers::Managers;

pub use address::{authorization, base};

/// One connection to one company's CRM.
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Secret,
    authorization: HeaderValue,
    settings: Settings,
    timeout: Duration,
    managers: Kept<Managers>,
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(
        base: String,
        token: Secret,
        authorization: HeaderValue,
        settings: Settings,
        timeout: Duration,
    ) -> Result<Self, String> {
        let http = http::client(timeout)?;
        Ok(Self { http, base, token, authorization, settings, timeout, managers: Kept::default() })
    }

    /// Makes a record; its id. A row that is there already is first given its content: what stands there may be of an
    /// earlier moment of the call.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        let deadline = self.deadline();
        match self.made(put, deadline).await {
            Err(failure) => Err(self.excused(failure, put, deadline).await),
            made => made,
        }
    }

    async fn made(&self, put: &Put, deadline: Instant) -> Result<String, Failure> {
        let crm_id = match self.send(Ask::Make, Method::POST, self.path(put)?, &[], Some(&put.content), deadline).await
        {
            Ok(said) => return answers::new_id(&said),
            // The CRM does not say which.
            Err(Failure::AlreadyThere { crm_id }) if crm_id.is_empty() => {
                self.found(put, deadline).await?.ok_or_else(answers::hidden)?
            }
            Err(Failure::AlreadyThere { crm_id }) => {
                self.settle(put, &crm_id, &Value::Null, deadline).await?;
                crm_id
            }
            Err(failure) => return Err(failure),
        };
        Err(Failure::AlreadyThere { crm_id })
    }

    /// Writes what differs from `held`.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let deadline = self.deadline();
        match self.write(put, crm_id, &differing(put, held), deadline).await {
            Err(failure) => Err(self.excused(failure, put, deadline).await),
            Ok(()) => Ok(()),
        }
    }

    /// Finds the record that an earlier try of `put` may have made: the oldest with its marker. A row may be of a try
    /// before that, so it is given the content of `put` where it has another.
    pub async fn find(&self, put: &Put) -> Result<Option<String>, Failure> {
        self.found(put, self.deadline()).await
    }

    /// Gives a row that is there what may be changed of `put`, where it is not so in `row`.
    async fn settle(&self, put: &Put, crm_id: &str, row: &Value, deadline: Instant) -> Result<(), Failure> {
        if put.record != kind::CALL {
            return Ok(());
        }
        let names = self.settings.changeable.iter().filter_map(|field| self.settings.name(*field));
        let wanted = names.filter_map(|name| Some((name.to_owned(), put.content.get(name)?.clone())));
        let differs = wanted.filter(|(name, value)| row.get(name).is_none_or(|held| held != value)).collect();
        self.write(put, crm_id, &differs, deadline).await.map_err(|failure| match failure {
            // Whether the row is there is known, and it is only written again.
            Failure::OutcomeUnknown(why) => Failure::Unavailable(why),
            failure => failure,
        })
    }

    /// F11: a row refused for a manager who left since the managers were last read is no row to give up.
    async fn excused(&self, failure: Failure, put: &Put, deadline: Instant) -> Failure {
        let name = self.settings.name(Field::ManagerId);
        let manager = name.and_then(|name| put.content.get(name)).and_then(answers::text);
        let (Failure::Refused { .. }, Some(manager)) = (&failure, manager) else { return failure };
        match self.has_left(&manager, deadline).await {
            Ok(true) => {
                Failure::Unavailable(format!("manager {manager} no longer works there, the row gets nobody next"))
            }
            Ok(false) => failure,
            Err(unclear) => unclear,
        }
    }

    async fn write(
        &self,
        put: &Put,
        crm_id: &str,
        fields: &Map<String, Value>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        if fields.is_empty() {
            return Ok(());
        }
        let method = match self.settings.change_by {
            Change::Patch => Method::PATCH,
            Change::Put => Method::PUT,
        };
        let path = format!("{}/{}", self.path(put)?, answers::segment(crm_id)?);
        self.send(Ask::Change, method, &path, &[], Some(fields), deadline).await.map(|_| ())
    }

    fn path(&self, put: &Put) -> Result<&str, Failure> {
        match put.record.as_str() {
            kind::CLIENT => Ok(&self.settings.paths.clients),
            kind::CALL => Ok(&self.settings.paths.calls),
            other => Err(Failure::Refused { field: None, said: format!("{other:?} is no kind of record of Sitniks") }),
        }
    }

    /// By when all requests of one step are done: the engine's lease covers no more.
    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    async fn send(
        &self,
        ask: Ask,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Map<String, Value>>,
        deadline: Instant,
    ) -> Result<Value, Failure> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).query(query);
        request = request.header(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut reply = http::send(request, deadline).await;
        if let Reply::Answer(answer) = &mut reply
            && answer.body.contains(self.token.expose())
        {
            // Some servers say which token they refuse.
            answer.body = answer.body.replace(self.token.expose(), "[secret]");
        }
        answers::read(ask, reply, Timestamp::now())
    }
}
