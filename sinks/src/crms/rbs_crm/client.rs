//! Every request to the XML API, and the session they share. Knows no call and decides nothing: what is asked for comes
//! from the plan, and what an answer means from [`answers`].

mod answers;
mod lists;
mod records;
mod rows;
mod sessions;
mod users;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use schemas::Timestamp;
use tokio::time::Instant;

use super::settings::Structures;
use super::xml::{self, Action, Said};
use crate::connector::Checked;
use crate::failure::Failure;
use crate::kit::http;
use crate::kit::kept::Kept;
use crate::kit::tokens::Tokens;
use answers::Kind;
use sessions::LogIn;

/// The field that holds a row's id, in every structure.
const ID: &str = "id";

/// One connection to one CRM.
pub struct Client {
    http: reqwest::Client,
    url: String,
    login: String,
    names: Structures,
    timeout: Duration,
    /// Of the last log-in.
    sessions: Tokens,
    users: Kept<serde_json::Value>,
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new(
        (entry, memos): (&ConnectionEntry, &Arc<dyn Memos>),
        login: String,
        password: Secret,
        names: Structures,
        timeout: Duration,
    ) -> Result<Self, String> {
        let (http, url) = (http::client(timeout)?, wire::api_url(&entry.connection.base_url)?);
        let asks = LogIn { http: http.clone(), url: url.clone(), login: login.clone(), password };
        let sessions = Tokens::new(entry, memos, asks, timeout);
        Ok(Self { http, url, login, names, timeout, sessions, users: Kept::default() })
    }

    /// Logs in anew and counts the users; names the ids of `mapped` that are not among them.
    pub async fn check(&self, mapped: &[&str]) -> Result<Checked, Failure> {
        self.sessions.sign_out(self.deadline()).await?;
        let users = self.users(self.deadline()).await?;
        let mut missing: Vec<&str> = mapped.iter().copied().filter(|id| !users.iter().any(|user| user == id)).collect();
        missing.dedup();
        let mut text = format!("connected as {}, {} users", self.login, users.len());
        if !missing.is_empty() {
            text = format!("{text}; mapped, but not among them: {}", missing.join(", "));
        }
        Ok(Checked::by(text))
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Sends actions in a session, logging in when there is none or it is over.
    async fn send(&self, kind: Kind, actions: &[Action<'_>], deadline: Instant) -> Result<Vec<Said>, Failure> {
        let document = xml::request(actions);
        let mut tries = self.sessions.tries(deadline);
        loop {
            let session = tries.token().await?;
            let said = self.post(kind, &document, Some(&session), deadline).await?;
            if !answers::is_session_over(&said) || tries.are_over() {
                return Ok(said);
            }
            tracing::debug!("the session with the crm is over, logging in again");
        }
    }

    async fn post(
        &self,
        kind: Kind,
        document: &str,
        session: Option<&Secret>,
        deadline: Instant,
    ) -> Result<Vec<Said>, Failure> {
        let reply = wire::post(&self.http, &self.url, document, session, deadline).await;
        answers::read(kind, reply, Timestamp::now())
    }
}
