//! What is kept of a connection's tokens, as it stands in the memo. Pure, but for the clock. Never printed: it has no `Debug`.

use std::time::Duration;

use backbone::sealed::Secret;
use schemas::Timestamp;
use schemas::time::later;
use serde::{Deserialize, Serialize};

use super::{Granted, Token};
use crate::failure::Failure;

/// So long a refusal is believed, where no person changes anything.
const REFUSED_FOR: Duration = Duration::from_mins(5);

/// What was read, and the memo's version; 0: there is none.
pub struct Seen {
    pub kept: Kept,
    pub version: i64,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The digest of the credentials.
    pub of: String,
    pub access: Option<String>,
    pub until: Option<Timestamp>,
    /// The newest one-time refresh token.
    pub refresh: Option<String>,
    /// When tokens were asked for, the oldest first, as far as the CRM counts them.
    pub asked: Vec<Timestamp>,
    /// The CRM was asked, and no answer was written down.
    pub asking: bool,
    pub dead: Option<Dead>,
}

/// The CRM gives no token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Dead {
    /// The connection's version at which it was refused.
    version: i64,
    at: Timestamp,
    said: String,
}

impl Kept {
    pub fn begin(of: &str, given: Option<Granted>) -> Self {
        let mut kept = Self { of: of.to_owned(), ..Self::default() };
        if let Some(granted) = given {
            kept.take(&granted);
        }
        kept
    }

    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn written(&self) -> Secret {
        // Texts, times and flags by their names, which JSON always holds.
        Secret::new(serde_json::to_string(self).unwrap_or_default())
    }

    /// The token that may be used; a failure where the CRM gives none.
    pub fn usable(&self, over: Option<&Secret>, version: i64) -> Result<Option<Token>, Failure> {
        let now = Timestamp::now();
        if let Some(dead) = &self.dead
            && dead.version == version
            && now < later(dead.at, REFUSED_FOR)
        {
            return Err(Failure::TokenDead(dead.said.clone()));
        }
        Ok(self.token().filter(|token| token.is_good(over)))
    }

    pub fn token(&self) -> Option<Token> {
        Some(Token { access: Secret::new(self.access.clone()?), until: self.until })
    }

    /// Takes what the CRM gave.
    pub fn take(&mut self, granted: &Granted) {
        self.access = Some(granted.access.expose().to_owned());
        self.until = granted.lives.map(|lives| later(Timestamp::now(), lives));
        if let Some(refresh) = &granted.refresh {
            self.refresh = Some(refresh.expose().to_owned());
        }
        self.asking = false;
        self.dead = None;
    }

    /// The CRM gives none.
    pub fn refuse(&mut self, version: i64, said: &str) {
        self.access = None;
        self.dead = Some(Dead { version, at: Timestamp::now(), said: said.to_owned() });
    }

    /// Whether one more may be asked for: `most` in a `window`.
    pub fn room(&mut self, (most, window): (usize, Duration), now: Timestamp) -> Result<(), Failure> {
        self.asked.retain(|asked| now < later(*asked, window));
        let Some(oldest) = self.asked.first().filter(|_| self.asked.len() >= most) else { return Ok(()) };
        let wait = Duration::try_from(later(*oldest, window).duration_since(now)).unwrap_or_default();
        let minutes = window.as_secs() / 60;
        Err(Failure::Quota {
            said: format!("{most} tokens were asked for in {minutes} minutes, and the CRM gives no more"),
            retry_after: Some(wait),
        })
    }
}
