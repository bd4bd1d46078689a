//! Every request to the CRM. Knows no call and decides nothing: what is asked for comes from the plan, and what an answer
//! means from [`answers`].

mod access;
mod activities;
mod answers;
mod claims;
mod find;
mod lists;
mod query;
mod rows;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use reqwest::Method;
use schemas::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::plan::kind;
use super::settings::{Settings, Way};
use crate::connector::Put;
use crate::failure::Failure;
use crate::kit::answers::Kind;
use crate::kit::http::{self, Reply};
use crate::kit::kept::Kept;
use crate::kit::records::differing;
use access::Access;
use activities::ItemPath;

pub use access::{Credentials, WEBHOOKS};

/// A whole URL, for who gave another one.
const LIKE: &str = "https://acme.uspacy.ua";

const CALLS: &str = "/crm/v1/events/call";
const LEADS: &str = "/crm/v1/entities/leads";

/// One connection to one space.
pub struct Client {
    http: reqwest::Client,
    base: String,
    access: Access,
    timeout: Duration,
    search: Vec<Way>,
    /// The ids of the users who can be given records.
    users: Kept<Vec<String>>,
    /// The fields of leads.
    fields: Kept<Option<Vec<String>>>,
    activities: ItemPath,
}

/// A request.
struct Ask<'a> {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<&'a Map<String, Value>>,
}

impl<'a> Ask<'a> {
    fn get(path: impl Into<String>, query: Vec<(String, String)>) -> Self {
        Self { method: Method::GET, path: path.into(), query, body: None }
    }

    fn write(method: Method, path: impl Into<String>, body: &'a Map<String, Value>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: Some(body) }
    }

    fn kind(&self) -> Kind {
        if self.method == Method::GET { Kind::Read } else { Kind::Write }
    }
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(
        (entry, memos): (&ConnectionEntry, &Arc<dyn Memos>),
        credentials: Credentials,
        settings: &Settings,
        timeout: Duration,
    ) -> Result<Self, String> {
        let (http, base) = (http::client(timeout)?, http::base(&entry.connection.base_url, LIKE)?);
        Ok(Self {
            access: Access::new(credentials, (&http, &base), (entry, memos), timeout),
            http,
            base,
            timeout,
            search: settings.number_search.clone(),
            users: Kept::default(),
            fields: Kept::default(),
            activities: ItemPath::default(),
        })
    }

    /// Makes a record; its id.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        let deadline = Instant::now() + self.timeout;
        let ask = Ask::write(Method::POST, collection(put)?, &put.content);
        let made = self.json(&ask, deadline).await.and_then(|made| answers::new_id(&made));
        match made {
            Err(refused @ Failure::Refused { .. }) => Err(self.reconsider(put, refused, deadline).await),
            made => made,
        }
    }

    /// Writes what differs from `held` into the record.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let deadline = Instant::now() + self.timeout;
        let fields = differing(put, held);
        if fields.is_empty() {
            return Ok(());
        }
        // What is no number would be another path.
        if crm_id.is_empty() || !crm_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Failure::Refused { field: None, said: format!("{crm_id:?} is no id of Uspacy") });
        }
        let changed = if put.record == kind::ACTIVITY {
            self.change_activity(crm_id, &fields, deadline).await
        } else {
            let ask = Ask::write(Method::PATCH, format!("{}/{crm_id}", collection(put)?), &fields);
            let reply = self.send(&ask, deadline).await?;
            answers::gone(&reply).and_then(|()| answers::read(Kind::Write, reply, Timestamp::now())).map(|_| ())
        };
        match changed {
            Err(refused @ Failure::Refused { .. }) => Err(self.reconsider(put, refused, deadline).await),
            changed => changed,
        }
    }

    /// F11: a record that is refused may be so because its user has left since we last asked who works there. Then it is
    /// decided anew.
    async fn reconsider(&self, put: &Put, refused: Failure, deadline: Instant) -> Failure {
        let Some(before) = self.users.forget().await else { return refused };
        let Ok(now) = self.users(deadline).await else { return refused };
        let left = rows::users_of(&put.content).into_iter().find(|user| before.contains(user) && !now.contains(user));
        match left {
            Some(user) => Failure::Unavailable(format!("user {user} left meanwhile, it is decided anew: {refused}")),
            None => refused,
        }
    }

    async fn json(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Value, Failure> {
        answers::read(ask.kind(), self.send(ask, deadline).await?, Timestamp::now())
    }

    /// Sends a request, signing in where that is needed, and again where the CRM no longer takes the token; all by the
    /// deadline. A request that was answered with 401 was not carried out.
    async fn send(&self, ask: &Ask<'_>, deadline: Instant) -> Result<Reply, Failure> {
        let Some(tokens) = self.access.tokens() else {
            let token = self.token(deadline).await?;
            return Ok(self.once(ask, token.as_ref(), deadline).await);
        };
        let mut tries = tokens.tries(deadline);
        loop {
            let token = tries.token().await?;
            let reply = self.once(ask, Some(&token), deadline).await;
            if reply.status() != 401 {
                return Ok(reply);
            }
            if tries.are_over() {
                tries.refused("it refuses the token that it has just given").await;
                return Ok(reply);
            }
            tracing::debug!("the crm no longer takes the token, asking for another");
        }
    }

    async fn once(&self, ask: &Ask<'_>, token: Option<&Secret>, deadline: Instant) -> Reply {
        let url = format!("{}{}{}", self.base, self.access.prefix(), ask.path);
        let mut request = self.http.request(ask.method.clone(), url).header("accept", "application/json");
        if !ask.query.is_empty() {
            request = request.query(&ask.query);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(body) = ask.body {
            request = request.json(body);
        }
        self.access.scrubbed(http::send(request, deadline).await, token)
    }
}

/// Where records of a kind are made; each stands below it by its id.
fn collection(put: &Put) -> Result<&'static str, Failure> {
    match put.record.as_str() {
        kind::LEAD => Ok(LEADS),
        kind::CALL => Ok(CALLS),
        kind::ACTIVITY => Ok(activities::COLLECTION),
        other => Err(Failure::Refused { field: None, said: format!("{other:?} is no kind of record of Uspacy") }),
    }
}
