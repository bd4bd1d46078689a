//! Every request to the XML API, and the session they share. Knows no call and decides nothing: what is asked for comes
//! from the plan, and what an answer means from [`answers`].

mod answers;
mod lists;
mod rows;
mod wire;

use std::time::Duration;

use backbone::sealed::Secret;
use schemas::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use super::plan::kind;
use super::settings::Structures;
use super::xml::{self, Action, Ask, Filter, Said};
use crate::connector::Put;
use crate::failure::Failure;
use answers::Kind;

pub use wire::api_url;

/// The field that holds a row's id, in every structure.
const ID: &str = "id";

/// One connection to one CRM.
pub struct Client {
    http: reqwest::Client,
    url: String,
    login: String,
    password: Secret,
    names: Structures,
    timeout: Duration,
    /// Of the last log-in; whoever finds it over logs in for all.
    session: Mutex<Option<Secret>>,
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(
        base_url: &str,
        login: String,
        password: Secret,
        names: Structures,
        timeout: Duration,
    ) -> Result<Self, String> {
        let (http, url) = (wire::http(timeout)?, api_url(base_url)?);
        Ok(Self { http, url, login, password, names, timeout, session: Mutex::new(None) })
    }

    /// Logs in anew and counts the users; names the ids of `mapped` that are not among them.
    pub async fn check(&self, mapped: &[&str]) -> Result<String, Failure> {
        let late = |_| Failure::Unavailable("another log-in is taking all the time".to_owned());
        *timeout(self.timeout, self.session.lock()).await.map_err(late)? = None;
        let users = self.users().await?;
        let mut missing: Vec<&str> = mapped.iter().copied().filter(|id| !users.iter().any(|user| user == id)).collect();
        missing.dedup();
        let mut text = format!("connected as {}, {} users", self.login, users.len());
        if !missing.is_empty() {
            text = format!("{text}; mapped, but not among them: {}", missing.join(", "));
        }
        Ok(text)
    }

    /// Makes a record; its id.
    pub async fn make(&self, put: &Put) -> Result<String, Failure> {
        let add = Ask::Add { structure: self.structure(put)?, fields: &put.content };
        let said = self.send(Kind::Write, &[Action::new(key(put), add)]).await?;
        answers::new_id(&said)
    }

    /// Writes what differs from `held`, in the row with this id and no other.
    pub async fn change(&self, put: &Put, crm_id: &str, held: &Map<String, Value>) -> Result<(), Failure> {
        let differs = put.content.iter().filter(|(field, value)| held.get(*field) != Some(value));
        let fields: Map<String, Value> = differs.map(|(field, value)| (field.clone(), value.clone())).collect();
        if fields.is_empty() {
            return Ok(());
        }
        if crm_id.is_empty() {
            return Err(Failure::Refused {
                field: None,
                said: "an edit without an id would change every row".to_owned(),
            });
        }
        let filter = Filter { field: ID, operation: &self.names.operations.equals, value: crm_id.to_owned() };
        let edit = Ask::Edit { structure: self.structure(put)?, fields: &fields, filter };
        let said = self.send(Kind::Write, &[Action::new(key(put), edit)]).await?;
        answers::carried_out(Kind::Write, &said)
    }

    fn structure(&self, put: &Put) -> Result<&str, Failure> {
        let names = &self.names;
        let structure = match put.record.as_str() {
            kind::COMPANY => &names.companies.structure,
            kind::CONTACT => &names.contacts.structure,
            kind::HISTORY => &names.history.structure,
            kind::TASK => &names.tasks.structure,
            kind::NOTIFICATION => &names.notifications.structure,
            other => {
                return Err(Failure::Refused {
                    field: None,
                    said: format!("{other:?} is no kind of record of RBS CRM"),
                });
            }
        };
        Ok(structure.as_str())
    }

    /// Sends actions in a session, logging in when there is none or it is over; all within one deadline.
    async fn send(&self, kind: Kind, actions: &[Action<'_>]) -> Result<Vec<Said>, Failure> {
        let deadline = Instant::now() + self.timeout;
        let document = xml::request(actions);
        let session = self.session(None, deadline).await?;
        let said = self.post(kind, &document, Some(&session), deadline).await?;
        if !answers::is_session_over(&said) {
            return Ok(said);
        }
        tracing::debug!("the session with the crm is over, logging in again");
        let session = self.session(Some(&session), deadline).await?;
        self.post(kind, &document, Some(&session), deadline).await
    }

    /// The session, or a new one where there is none but `over`. One caller logs in, the others wait for it.
    async fn session(&self, over: Option<&Secret>, deadline: Instant) -> Result<Secret, Failure> {
        let late = |_| Failure::Unavailable("the log-in took all the time: nothing was sent".to_owned());
        let mut held = timeout_at(deadline, self.session.lock()).await.map_err(late)?;
        if let Some(session) = held.as_ref().filter(|session| Some(*session) != over) {
            return Ok(session.clone());
        }
        *held = None;
        let auth = Ask::Auth { login: &self.login, password: self.password.expose() };
        let document = xml::request(&[Action::new("auth", auth)]);
        let said = self.post(Kind::Read, &document, None, deadline).await?;
        let session = Secret::new(answers::session(&said)?);
        *held = Some(session.clone());
        Ok(session)
    }

    async fn post(
        &self,
        kind: Kind,
        document: &str,
        session: Option<&Secret>,
        deadline: Instant,
    ) -> Result<Vec<Said>, Failure> {
        if Instant::now() >= deadline {
            return Err(Failure::Unavailable("the log-in took all the time: nothing was sent".to_owned()));
        }
        let reply = wire::post(&self.http, &self.url, document, session, deadline).await;
        answers::read(kind, reply, Timestamp::now())
    }
}

/// The key of an operation: our mark in the record, or where it has none its name.
fn key(put: &Put) -> &str {
    if put.marker.is_empty() { &put.name } else { &put.marker }
}
