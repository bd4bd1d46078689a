//! By what the CRM knows us: a token, the key of an incoming webhook, a user's pair of tokens that is renewed, or an app that
//! signs in. What the last two give is shared by all workers of the connection: see [`crate::kit::tokens`].

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use reqwest::header::{HeaderValue, LOCATION};
use tokio::time::Instant;

use super::sign_in::SignIn;
use super::{Client, claims};
use crate::failure::Failure;
use crate::kit::http::Reply;
use crate::kit::tokens::Tokens;

/// Behind this stands the key of an incoming webhook, and then any path of the API.
pub const WEBHOOKS: &str = "/company/v1/incoming_webhooks/run/";
/// A shorter text is no secret, and may stand anywhere.
const SECRET_MIN: usize = 6;

/// The credentials of a connection.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A token that is sent with every request.
    Token(Secret),
    /// The key of an incoming webhook, which stands in every address.
    Webhook(Secret),
    /// A user's token, and the one that renews both, once.
    User {
        /// For requests.
        token: Secret,
        /// For the next pair.
        refresh: Secret,
    },
    /// An app, which signs in for tokens.
    App {
        /// Which.
        id: String,
        /// Its secret.
        secret: Secret,
    },
}

/// Credentials, and what they gave.
pub struct Access {
    credentials: Credentials,
    /// Where tokens are given for them.
    tokens: Option<Tokens>,
}

impl Access {
    /// Asks for nothing yet.
    pub fn new(
        credentials: Credentials,
        (http, base): (&reqwest::Client, &str),
        (entry, memos): (&ConnectionEntry, &Arc<dyn Memos>),
        timeout: Duration,
    ) -> Self {
        let gives = matches!(credentials, Credentials::User { .. } | Credentials::App { .. });
        let issuer = || SignIn::new(http.clone(), base, credentials.clone());
        let tokens = gives.then(|| Tokens::new(entry, memos, issuer(), timeout));
        Self { credentials, tokens }
    }

    /// Where a new token can be had.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// Whether the CRM may know no user behind the requests.
    pub fn is_nobody(&self) -> bool {
        matches!(self.credentials, Credentials::Webhook(_) | Credentials::App { .. })
    }

    /// What stands before every path.
    pub fn prefix(&self) -> String {
        match &self.credentials {
            Credentials::Webhook(key) => format!("{WEBHOOKS}{}", key.expose()),
            _ => String::new(),
        }
    }

    /// A reply without our secrets.
    pub fn scrubbed(&self, reply: Reply, token: Option<&Secret>) -> Reply {
        match token {
            Some(token) => scrubbed(reply, &[self.credentials.secret(), token]),
            None => scrubbed(reply, &[self.credentials.secret()]),
        }
    }
}

impl Credentials {
    /// The one that is worth the most.
    pub(super) fn secret(&self) -> &Secret {
        match self {
            Self::Token(secret) | Self::Webhook(secret) | Self::App { secret, .. } => secret,
            Self::User { refresh, .. } => refresh,
        }
    }
}

/// A CRM that repeats a request in its errors does not have secrets written down.
pub(super) fn scrubbed(reply: Reply, secrets: &[&Secret]) -> Reply {
    let Reply::Answer(mut answer) = reply else { return reply };
    for secret in secrets.iter().map(|secret| secret.expose()).filter(|secret| secret.len() >= SECRET_MIN) {
        if answer.body.contains(secret) {
            answer.body = answer.body.replace(secret, "[secret]");
        }
        if answer.header("location").is_some_and(|location| location.contains(secret)) {
            answer.headers.insert(LOCATION, HeaderValue::from_static("an address with our secret"));
        }
    }
    Reply::Answer(answer)
}

impl Client {
    /// What was refused is tried once more; an app signs in anew. A user's pair is not renewed without need.
    pub(super) async fn try_again(&self, deadline: Instant) -> Result<(), Failure> {
        match (&self.access.credentials, &self.access.tokens) {
            (Credentials::App { .. }, Some(tokens)) => tokens.sign_out(deadline).await,
            (_, Some(tokens)) => tokens.try_again(deadline).await,
            (_, None) => Ok(()),
        }
    }

    /// The token to send; nothing: the address says who we are.
    pub(super) async fn token(&self, deadline: Instant) -> Result<Option<Secret>, Failure> {
        match (&self.access.credentials, &self.access.tokens) {
            (_, Some(tokens)) => tokens.access(None, deadline).await.map(Some),
            (Credentials::Token(token), None) => Ok(Some(token.clone())),
            _ => Ok(None),
        }
    }

    /// The space whose token we have, where it is one that says so.
    pub async fn account(&self) -> Result<Option<String>, Failure> {
        let token = self.token(Instant::now() + self.timeout).await?;
        Ok(token.as_ref().and_then(|token| claims::space(token.expose())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::http::Answer;

    #[test]
    fn h3_a_secret_that_the_crm_repeats_is_not_passed_on() {
        let body = "no route run/webhook-key-1/crm for a.b.c-token".to_owned();
        let mut said = Answer { status: 404, body, ..Answer::default() };
        said.headers.insert("location", "https://x/run/webhook-key-1/crm".parse().unwrap());
        let secrets = [Secret::new("webhook-key-1"), Secret::new("a.b.c-token")];
        let Reply::Answer(said) = scrubbed(Reply::Answer(said), &[&secrets[0], &secrets[1]]) else {
            panic!("an answer");
        };
        assert_eq!(said.body, "no route run/[secret]/crm for [secret]");
        assert_eq!(said.header("location"), Some("an address with our secret"));
    }
}
