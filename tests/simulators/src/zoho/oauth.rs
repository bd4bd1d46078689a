//! The accounts host: access tokens for a refresh token.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::json;

use super::ZohoOptions;
use crate::rest::{Answer, Request};

/// In which new tokens are counted.
const WINDOW: Duration = Duration::from_mins(10);

/// The tokens of the consent.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Those alive, the oldest first, each with its end.
    alive: VecDeque<(String, Instant)>,
    given: Vec<String>,
    asked: VecDeque<Instant>,
    revoked: bool,
}

impl Tokens {
    /// `POST /oauth/v2/token`. Errors come with 200, as Zoho's do; who asks too often, with 400.
    pub fn answer(&mut self, request: &Request, options: &ZohoOptions) -> Answer {
        if request.method != "POST" {
            return Answer::json(405, &json!({"error": "invalid_request"}));
        }
        // Zoho takes the keys in the query and in a form.
        let form = request.form();
        let value = |key: &str| {
            let in_form = || form.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
            request.param(key).or_else(in_form).unwrap_or_default()
        };
        if value("grant_type") != "refresh_token" {
            return Answer::json(200, &json!({"error": "unsupported_grant_type"}));
        }
        if value("client_id") != options.client_id || value("client_secret") != options.client_secret {
            return Answer::json(200, &json!({"error": "invalid_client"}));
        }
        if value("refresh_token") != options.refresh_token || self.revoked {
            return Answer::json(200, &json!({"error": "invalid_code"}));
        }
        let now = Instant::now();
        self.asked.retain(|asked| now.duration_since(*asked) < WINDOW);
        if self.asked.len() >= options.token_requests {
            let description = "You have made too many requests continuously. Please try again after some time.";
            let body = json!({"error_description": description, "error": "Access Denied", "status": "failure"});
            return Answer::json(400, &body);
        }
        self.asked.push_back(now);
        let token = format!("1000.access-{}", self.given.len() + 1);
        self.given.push(token.clone());
        self.alive.push_back((token.clone(), now + options.token_lifetime));
        while self.alive.len() > options.tokens {
            self.alive.pop_front();
        }
        let seconds = options.token_lifetime.as_secs();
        let body = json!({
            "access_token": token, "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer", "expires_in": seconds
        });
        Answer::json(200, &body)
    }

    /// Whether the header of a request carries a token that is alive.
    pub fn admits(&self, authorization: &str) -> bool {
        let token = ["Zoho-oauthtoken ", "Bearer "].iter().find_map(|word| authorization.strip_prefix(word));
        let now = Instant::now();
        token.is_some_and(|token| self.alive.iter().any(|(alive, until)| alive == token && now < *until))
    }

    /// The consent is withdrawn.
    pub fn revoke(&mut self) {
        self.revoked = true;
        self.alive.clear();
    }

    /// All die; new ones are given.
    pub fn expire_all(&mut self) {
        self.alive.clear();
    }

    /// Every one that was given.
    pub fn given(&self) -> &[String] {
        &self.given
    }
}
