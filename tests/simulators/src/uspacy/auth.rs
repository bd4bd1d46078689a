//! Who is let in: sign-ins and their tokens, tokens that live for ever, keys of incoming webhooks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::UspacyOptions;
use super::answers::{unauthorized, wrong};
use crate::rest::{Answer, Request};

/// The path before the key of an incoming webhook.
pub const WEBHOOKS: &str = "/company/v1/incoming_webhooks/run/";
/// The paths that sign in.
pub const PATH: &str = "/auth/v1/auth/";

/// Who is behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody with a token.
    Token,
    /// An incoming webhook, which is no user.
    Webhook,
}

/// See the module.
#[derive(Debug)]
pub struct Auth {
    options: UspacyOptions,
    /// Tokens from sign-ins, and when they end.
    access: BTreeMap<String, Instant>,
    refresh: BTreeSet<String>,
    given: Vec<String>,
}

impl Auth {
    pub fn new(options: UspacyOptions) -> Self {
        Self { options, access: BTreeMap::new(), refresh: BTreeSet::new(), given: Vec::new() }
    }

    pub fn expire(&mut self) {
        self.access.clear();
    }

    pub fn refuse(&mut self) {
        self.access.clear();
        self.refresh.clear();
        self.options.apps.clear();
        self.options.logins.clear();
        self.options.tokens.clear();
        self.options.webhooks.clear();
    }

    /// A pair as a person copies it from the space; the refresh token is taken once.
    pub fn pair(&mut self) -> (String, String) {
        self.give("expireInSeconds");
        let [.., token, refresh] = self.given.as_slice() else { return Default::default() };
        (token.clone(), refresh.clone())
    }

    pub fn move_to(&mut self, workspace: &str) {
        workspace.clone_into(&mut self.options.workspace);
    }

    pub fn given(&self) -> &[String] {
        &self.given
    }

    /// Who asks, and the path that is asked for.
    pub fn who(&self, request: &Request) -> Option<(Who, String)> {
        if let Some(rest) = request.path.strip_prefix(WEBHOOKS) {
            let (key, path) = rest.split_once('/')?;
            return self.options.webhooks.iter().any(|known| known == key).then(|| (Who::Webhook, format!("/{path}")));
        }
        let token = bearer(request)?;
        let fresh = self.access.get(token).is_some_and(|until| *until > Instant::now());
        let known = fresh || self.options.tokens.iter().any(|known| known == token);
        known.then(|| (Who::Token, request.path.clone()))
    }

    /// Answers a request below [`PATH`]; `seconds` is what the field for the life of a token is called.
    pub fn sign_in(&mut self, request: &Request, seconds: &str) -> Answer {
        if request.method != "POST" {
            return super::answers::wrong_method(&request.method);
        }
        let known = match request.path.strip_prefix(PATH) {
            Some("app_sign_in") => self.credentials(request, ["client_id", "client_secret"], |options| &options.apps),
            Some("sign_in") => self.credentials(request, ["email", "password"], |options| &options.logins),
            Some("refresh_token") if !request.body.is_empty() => return wrong("body", "The body must be empty."),
            // A refresh token is spent by its use.
            Some("refresh_token") => Ok(bearer(request).is_some_and(|token| self.refresh.remove(token))),
            _ => return super::answers::not_found(&request.path),
        };
        match known {
            Err(wrong) => wrong,
            Ok(false) => unauthorized(),
            Ok(true) => self.give(seconds),
        }
    }

    fn credentials(
        &self,
        request: &Request,
        names: [&str; 2],
        known: impl Fn(&UspacyOptions) -> &Vec<(String, String)>,
    ) -> Result<bool, Answer> {
        let Some(body) = request.object() else { return Err(wrong("body", "The body must be a JSON object.")) };
        if let Some(field) = body.keys().find(|key| !names.contains(&key.as_str()) && *key != "code") {
            return Err(wrong(field, "The field is unknown."));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let missing = |name: &str| wrong(name, "The field is required.");
        let id = text(names[0]).ok_or_else(|| missing(names[0]))?;
        let secret = text(names[1]).ok_or_else(|| missing(names[1]))?;
        Ok(known(&self.options).iter().any(|known| *known == (id.clone(), secret.clone())))
    }

    fn give(&mut self, seconds: &str) -> Answer {
        let number = self.given.len();
        let claims = json!({"jti": number, "workspaceId": self.options.workspace, "domain": "acme.uspacy.test"});
        let claims = base64(claims.to_string().as_bytes());
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{claims}.signature-{number:06}");
        let refresh = format!("refresh-token-{number:06}");
        let until = Instant::now() + Duration::from_secs(self.options.token_seconds);
        self.access.insert(token.clone(), until);
        self.refresh.insert(refresh.clone());
        self.given.extend([token.clone(), refresh.clone()]);
        let mut body = json!({"jwt": token, "refreshToken": refresh});
        body[seconds] = self.options.token_seconds.into();
        Answer::json(200, &body)
    }
}

/// As JWTs have it: for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            let six = bits >> (18 - 6 * place) & 63;
            text.extend(DIGITS.get(six as usize).map(|digit| char::from(*digit)));
        }
    }
    text
}

fn bearer(request: &Request) -> Option<&str> {
    request.header("authorization")?.strip_prefix("Bearer ")
}
