//! How tokens are had: an app signs in, a user's pair is renewed by its refresh token, which is spent by that.

use std::time::Duration;

use backbone::sealed::Secret;
use reqwest::RequestBuilder;
use schemas::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::access::{Credentials, scrubbed};
use super::rows;
use crate::connector::Answer;
use crate::failure::Failure;
use crate::kit::answers::{self, Kind, word};
use crate::kit::http::{self, Reply};
use crate::kit::tokens::{Asked, Granted, Issuer};

const SIGN_IN: &str = "/auth/v1/auth/app_sign_in";
const REFRESH: &str = "/auth/v1/auth/refresh_token";
/// A token is renewed this long before it ends, or after two thirds of a short life.
const MARGIN: Duration = Duration::from_mins(1);
/// How long a token lives where the CRM does not say.
const LIFE: Duration = Duration::from_mins(5);
/// And at most, whatever it says.
const LIFE_MAX: Duration = Duration::from_hours(24);

/// What asks for tokens.
pub struct SignIn {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

impl SignIn {
    pub fn new(http: reqwest::Client, base: &str, credentials: Credentials) -> Self {
        Self { http, base: base.to_owned(), credentials }
    }

    fn request(&self, refresh: Option<&Secret>) -> RequestBuilder {
        let post = |path: &str| self.http.post(format!("{}{path}", self.base)).header("accept", "application/json");
        match (&self.credentials, refresh) {
            (Credentials::App { id, secret }, _) => {
                post(SIGN_IN).json(&json!({"client_id": id, "client_secret": secret.expose()}))
            }
            // The body must be empty, and has a length all the same: some gateways refuse a POST without one.
            (_, Some(refresh)) => post(REFRESH).bearer_auth(refresh.expose()).body(""),
            (credentials, None) => post(REFRESH).bearer_auth(credentials.secret().expose()).body(""),
        }
    }
}

impl Issuer for SignIn {
    fn ask<'a>(&'a self, refresh: Option<&'a Secret>, deadline: Instant) -> Answer<'a, Asked> {
        Box::pin(async move {
            let reply = http::send(self.request(refresh), deadline).await;
            let secrets: Vec<&Secret> = refresh.into_iter().chain([self.credentials.secret()]).collect();
            let reply = scrubbed(reply, &secrets);
            let counts = !matches!(reply, Reply::NotSent(_));
            let renews = matches!(self.credentials, Credentials::User { .. });
            let said = signed_in(reply, Timestamp::now(), renews);
            Ok(Asked { said, counts })
        })
    }

    fn given(&self) -> Option<Granted> {
        let Credentials::User { token, refresh } = &self.credentials else { return None };
        Some(Granted { access: token.clone(), lives: None, refresh: Some(refresh.clone()) })
    }
}

/// What a sign-in, or a renewal, gave.
fn signed_in(reply: Reply, now: Timestamp, renews: bool) -> Result<Granted, Failure> {
    if matches!(reply.status(), 400 | 401 | 403 | 404 | 422) {
        let said = word(super::answers::Said::of(&answers::peek(&reply)).word);
        let why = if renews {
            "the renewal of the token was refused: give a new token with its refresh_token"
        } else {
            "the sign-in was refused: correct client_id and client_secret, or let the app in again"
        };
        return Err(Failure::TokenDead(format!("{why}; status {}: {said}", reply.status())));
    }
    let said = answers::json(Kind::Read, reply, now)?;
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let Some(token) = text("jwt") else {
        // The answer is not shown: a token may stand in it under another name.
        return Err(Failure::NotUnderstood("the sign-in gave no jwt".to_owned()));
    };
    let seconds = ["expireInSeconds", "expiresInSeconds"].iter().find_map(|key| rows::number(said.get(*key)?));
    let life = seconds.map_or(LIFE, Duration::from_secs).min(LIFE_MAX);
    let lives = Some(life.saturating_sub(MARGIN.min(life / 3)));
    let refresh = text("refreshToken").filter(|_| renews).map(Secret::new);
    Ok(Granted { access: Secret::new(token), lives, refresh })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::http::Answer;

    fn answer(status: u16, body: &str) -> Reply {
        Reply::Answer(Answer { status, body: body.to_owned(), ..Answer::default() })
    }

    #[test]
    fn f6_what_a_sign_in_says() {
        let judged = |reply| match signed_in(reply, Timestamp::UNIX_EPOCH, false) {
            Ok(granted) => format!("{} {}", granted.access.expose(), granted.lives.unwrap_or_default().as_secs()),
            Err(failure) => failure.kind().to_owned(),
        };
        for (status, body, expected) in [
            (200, r#"{"jwt":"a.b.c","refreshToken":"r","expireInSeconds":3600}"#, "a.b.c 3540"),
            (200, r#"{"jwt":"a.b.c","refreshToken":"r","expiresInSeconds":"60"}"#, "a.b.c 40"),
            (200, r#"{"jwt":"a.b.c"}"#, "a.b.c 240"),
            (200, r#"{"jwt":"a.b.c","expireInSeconds":99999999999}"#, "a.b.c 86340"),
            (200, r#"{"token":"a.b.c"}"#, "not_understood"),
            (200, "<html>login</html>", "token_dead"),
            (302, "", "token_dead"),
            (401, r#"{"error":"Unauthorized."}"#, "token_dead"),
            (422, r#"{"errors":{"client_id":["unknown"]},"status":false}"#, "token_dead"),
            (429, "", "quota"),
            (500, "", "unavailable"),
            (503, "", "unavailable"),
        ] {
            assert_eq!(judged(answer(status, body)), expected, "{status} {body}");
        }
        assert_eq!(judged(Reply::Lost("reset".to_owned())), "unavailable");
    }

    #[test]
    fn g3_a_renewal_gives_the_next_refresh_token_and_a_sign_in_none() {
        let body = r#"{"jwt":"a.b.c","refreshToken":"next","expireInSeconds":3600}"#;
        let next = |renews| {
            let granted = signed_in(answer(200, body), Timestamp::UNIX_EPOCH, renews).ok();
            granted.and_then(|granted| granted.refresh).map(|refresh| refresh.expose().to_owned())
        };
        assert_eq!((next(true).as_deref(), next(false)), (Some("next"), None));
    }
}
