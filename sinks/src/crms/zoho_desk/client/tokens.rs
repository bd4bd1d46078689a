//! Access tokens: asked for with the refresh token, for all workers of the connection: see [`crate::kit::tokens`].
//!
//! Zoho gives a refresh token ten new access tokens in ten minutes and then blocks it, so they are counted.

use std::time::Duration;

use backbone::sealed::Secret;
use reqwest::header::HeaderValue;
use schemas::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use crate::connector::Answer;
use crate::failure::Failure;
use crate::kit::answers::{self, Kind, peek, word};
use crate::kit::http::{self, Reply};
use crate::kit::tokens::{Asked, Granted, Issuer};

/// Token requests in [`WINDOW`].
const REQUESTS_MAX: usize = 10;
/// See above.
const WINDOW: Duration = Duration::from_mins(10);
/// So long before its end a token is used no more; of a short one, in its second half.
const MARGIN: Duration = Duration::from_mins(5);

/// What tokens are asked for with.
pub struct Credentials {
    /// The accounts host of the data centre.
    pub accounts_url: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: Secret,
    /// From the consent.
    pub refresh_token: Secret,
}

/// The accounts host that goes with a Desk host: `https://desk.zoho.eu` has `https://accounts.zoho.eu`. So it is in every data
/// centre.
pub fn accounts_url(base_url: &str) -> Option<String> {
    let (scheme, host) = base_url.trim_end_matches('/').split_once("://")?;
    let domain = host.split('/').next()?.strip_prefix("desk.")?;
    Some(format!("{scheme}://accounts.{domain}"))
}

/// The accounts host.
pub struct Accounts {
    http: reqwest::Client,
    url: String,
    credentials: Credentials,
}

impl Accounts {
    /// Asks for nothing yet.
    pub fn new(http: reqwest::Client, credentials: Credentials) -> Result<Self, String> {
        let accounts = http::base(&credentials.accounts_url, "https://accounts.zoho.eu")?;
        Ok(Self { http, url: format!("{accounts}/oauth/v2/token"), credentials })
    }
}

impl Issuer for Accounts {
    fn ask<'a>(&'a self, _: Option<&'a Secret>, deadline: Instant) -> Answer<'a, Asked> {
        Box::pin(async move {
            let Credentials { client_id, client_secret, refresh_token, .. } = &self.credentials;
            let query = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.expose()),
                ("client_id", client_id),
                ("client_secret", client_secret.expose()),
            ];
            // An empty body has a length: some gateways refuse a POST without one.
            let reply = http::send(self.http.post(&self.url).query(&query).body(""), deadline).await;
            let counts = is_counted(&reply);
            let said = granted(reply, Timestamp::now()).map(|(access, lifetime)| {
                let lives = lifetime.saturating_sub(MARGIN.min(lifetime / 2));
                Granted { access, lives: Some(lives), refresh: None }
            });
            Ok(Asked { said, counts })
        })
    }

    fn quota(&self) -> Option<(usize, Duration)> {
        Some((REQUESTS_MAX, WINDOW))
    }
}

/// Whether Zoho may have counted the request: one that did not reach it, or that it could not serve, must not keep others from
/// being sent once it can.
fn is_counted(reply: &Reply) -> bool {
    !matches!(reply, Reply::NotSent(_)) && reply.status() < 500
}

/// What the accounts host said: a token and how long it lives. No word of an answer with a token goes into an error.
fn granted(reply: Reply, now: Timestamp) -> Result<(Secret, Duration), Failure> {
    let said = peek(&reply);
    if let Some(error) = said.get("error").and_then(Value::as_str) {
        return Err(refused(error, said.get("error_description").and_then(Value::as_str).unwrap_or_default()));
    }
    answers::text(Kind::Read, reply, now)?;
    let strange = || Failure::NotUnderstood("the accounts host answered without a token".to_owned());
    let token =
        said.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty()).ok_or_else(strange)?;
    let seconds = said.get("expires_in").and_then(Value::as_u64).unwrap_or(3600);
    Ok((Secret::new(token), Duration::from_secs(seconds.min(86400))))
}

fn refused(error: &str, description: &str) -> Failure {
    let said = if description.is_empty() { word(error) } else { word(format!("{error}: {description}")) };
    if description.to_ascii_lowercase().contains("too many requests") {
        return Failure::Quota { said, retry_after: Some(WINDOW) };
    }
    let what = match error {
        "invalid_code" | "invalid_grant" => {
            "the refresh token is no longer valid: it was revoked, or the user who gave it changed the password; give \
             consent again and set the new refresh_token"
        }
        "invalid_client" | "invalid_client_secret" => {
            "client_id or client_secret is wrong, or they belong to another data centre than accounts_url"
        }
        _ => "give consent again and set the new refresh_token",
    };
    Failure::TokenDead(format!("{said}; {what}"))
}

/// The header that carries a token.
pub fn header(token: &Secret) -> Result<HeaderValue, String> {
    let header = HeaderValue::from_str(&format!("Zoho-oauthtoken {}", token.expose()));
    header.map_err(|_| "the access token fits no header".to_owned())
}

#[cfg(test)]
mod tests;
