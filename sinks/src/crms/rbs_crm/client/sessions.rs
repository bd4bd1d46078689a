//! The log-in: one session for all workers of the connection, until the CRM no longer knows it.

use backbone::sealed::Secret;
use schemas::Timestamp;
use tokio::time::Instant;

use super::answers::{self, Kind};
use super::wire;
use crate::connector::Answer;
use crate::crms::rbs_crm::xml::{self, Action, Ask};
use crate::kit::http::Reply;
use crate::kit::tokens::{Asked, Granted, Issuer};

/// What logs in.
pub struct LogIn {
    pub http: reqwest::Client,
    pub url: String,
    pub login: String,
    pub password: Secret,
}

impl Issuer for LogIn {
    fn ask<'a>(&'a self, _: Option<&'a Secret>, deadline: Instant) -> Answer<'a, Asked> {
        Box::pin(async move {
            let auth = Ask::Auth { login: &self.login, password: self.password.expose() };
            let document = xml::request(&[Action::new("auth", auth)]);
            let reply = wire::post(&self.http, &self.url, &document, None, deadline).await;
            let counts = !matches!(reply, Reply::NotSent(_));
            let said = answers::read(Kind::Read, reply, Timestamp::now());
            let session = said.and_then(|said| Ok(Secret::new(answers::session(&said)?)));
            // How long a session lives is not public.
            let said = session.map(|access| Granted { access, lives: None, refresh: None });
            Ok(Asked { said, counts })
        })
    }
}
