//! Every request to Zoho Desk. Knows no call and decides nothing: what is asked for comes from the plan, and what an answer
//! means from [`answers`].

mod answers;
mod check;
mod found;
mod lists;
mod rows;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use reqwest::Method;
use schemas::{Span, Timestamp};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::plan::{CF, kind};
use crate::connector::Put;
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::http::{self, Reply};
use crate::kit::kept::Kept;
use crate::kit::links::Links;
use crate::kit::tokens::Tokens;
use found::FieldsKept;
use tokens::Accounts;

pub use tokens::{Credentials, accounts_url};

/// The field that holds a record's id.
const ID: &str = "id";

/// Where and how a connection reaches its organisation.
pub struct Access {
    /// The Desk host, as in the accounts file.
    pub base_url: String,
    /// The organisation.
    pub org_id: String,
    /// What tokens are asked for with.
    pub credentials: Credentials,
    /// After this a request without an answer is given up.
    pub timeout: Duration,
}

/// One connection to one organisation.
pub struct Client {
    http: reqwest::Client,
    api: String,
    org_id: String,
    tokens: Tokens,
    timeout: Duration,
    department: String,
    /// How long after the call a task is due: none was made before.
    task_due: Span,
    fields: FieldsKept,
    agents: Kept<Vec<check::Agent>>,
    /// Of records that were made or changed.
    links: Links,
}

/// One request.
struct Ask<'a> {
    method: Method,
    path: String,
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    /// It is about one record: a 404 says that the record is gone.
    item: bool,
}

impl<'a> Ask<'a> {
    fn get(path: impl Into<String>, query: Vec<(&'a str, String)>) -> Self {
        Self { method: Method::GET, path: path.into(), query, body: None, item: false }
    }

    fn item(module: &str, id: &str) -> Self {
        Self { item: true, ..Self::get(format!("{module}/{id}"), Vec::new()) }
    }
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(
        access: Access,
        (entry, memos): (&ConnectionEntry, &Arc<dyn Memos>),
        department: String,
        task_due: Span,
    ) -> Result<Self, String> {
        let Access { base_url, org_id, credentials, timeout } = access;
        let base = http::base(&base_url, "https://desk.zoho.eu")?;
        let http = http::client(timeout)?;
        Ok(Self {
            api: format!("{}/api/v1", base.trim_end_matches("/api/v1")),
            tokens: Tokens::new(entry, memos, Accounts::new(http.clone(), credentials)?, timeout),
            http,
            org_id,
            timeout,
            department,
            task_due,
            fields: FieldsKept::default(),
            agents: Kept::default(),
            links: Links::default(),
        })
    }

    /// Makes a record; its id.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        if let (kind::CONTACT_MARKS | kind::TICKET_MARKS, Some(id)) = (put.record.as_str(), put.content.get(ID)) {
            let id = id.as_str().unwrap_or_default();
            return match self.change(put, id, &Map::new()).await {
                Ok(()) => Ok(id.to_owned()),
                // The next look finds that it is gone.
                Err(Failure::Gone(why)) => Err(Failure::Unavailable(format!("it was deleted a moment ago: {why}"))),
                Err(failure) => Err(failure),
            };
        }
        let body = Some(body(put, &Map::new()));
        let ask = Ask { method: Method::POST, body, ..Ask::get(module(put)?, Vec::new()) };
        let said = self.send(Kind::Write, ask, self.deadline()).await?;
        answers::new_id(&said)
    }

    /// Writes what differs from `held`, in this record and no other.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let body = body(put, held);
        if body.as_object().is_some_and(Map::is_empty) {
            return Ok(());
        }
        if !is_id(crm_id) {
            return Err(Failure::Refused { field: None, said: format!("{crm_id:?} is no id of a record") });
        }
        let ask = Ask { method: Method::PATCH, body: Some(body), ..Ask::item(module(put)?, crm_id) };
        self.send(Kind::Write, ask, self.deadline()).await.map(drop)
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Sends a request; where the access token is over (it may die silently), again with a new one.
    async fn send(&self, kind: Kind, ask: Ask<'_>, deadline: Instant) -> Result<Value, Failure> {
        let mut tries = self.tokens.tries(deadline);
        let reply = loop {
            let token = tries.token().await?;
            let reply = self.exchange(&ask, &token, deadline).await;
            if !answers::is_token_over(&reply) {
                break reply;
            }
            if tries.are_over() {
                tries.refused(answers::NO_TOKEN).await;
                break reply;
            }
            tracing::debug!("zoho desk no longer takes the access token, asking for a new one");
        };
        let said = answers::read(kind, ask.item, reply, Timestamp::now())?;
        if let (Some(id), Some(address)) =
            (said.get(ID).and_then(Value::as_str), said.get("webUrl").and_then(Value::as_str))
        {
            self.links.said(id, address);
        }
        Ok(said)
    }

    /// Where people see a record: Zoho says it when a record is made or changed.
    pub fn link(&self, crm_id: &str) -> Option<String> {
        self.links.of(crm_id)
    }

    async fn exchange(&self, ask: &Ask<'_>, token: &Secret, deadline: Instant) -> Reply {
        let request = self.http.request(ask.method.clone(), format!("{}/{}", self.api, ask.path));
        let mut header = match tokens::header(token) {
            Ok(header) => header,
            Err(why) => return Reply::NotSent(why),
        };
        header.set_sensitive(true);
        let mut request = request.header("Authorization", header).header("orgId", &self.org_id).query(&ask.query);
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        http::send(request, deadline).await
    }
}

/// Where records of a kind are.
fn module(put: &Put) -> Result<&'static str, Failure> {
    match put.record.as_str() {
        kind::CONTACT | kind::CONTACT_MARKS => Ok("contacts"),
        kind::TICKET | kind::TICKET_MARKS => Ok("tickets"),
        kind::CALL => Ok("calls"),
        kind::TASK => Ok("tasks"),
        other => Err(Failure::Refused { field: None, said: format!("{other:?} is no kind of record of Zoho Desk") }),
    }
}

/// What of the content differs from `held`, as it goes over the wire: custom fields in an object of their own.
fn body(put: &Put, held: &Map<String, Value>) -> Value {
    let (mut fields, mut custom) = (Map::new(), Map::new());
    for (key, value) in put.content.iter().filter(|(key, value)| *key != ID && held.get(*key) != Some(value)) {
        match key.strip_prefix(CF) {
            Some(name) => custom.insert(name.to_owned(), value.clone()),
            None => fields.insert(key.clone(), value.clone()),
        };
    }
    if !custom.is_empty() {
        fields.insert("cf".to_owned(), Value::Object(custom));
    }
    Value::Object(fields)
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
