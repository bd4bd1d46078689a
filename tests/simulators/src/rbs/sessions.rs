//! Log-ins and what comes of them.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Sessions kept; the oldest goes when one more comes.
const SESSIONS: usize = 1000;

/// A user who may use the API, or one without the "API" box ticked.
#[derive(Clone, Debug)]
pub struct Login {
    /// Name to log in with.
    pub login: String,
    /// The password.
    pub password: String,
    /// Whether the "API" box is ticked.
    pub api: bool,
}

impl Login {
    /// A user with the "API" box ticked.
    pub fn new(login: &str, password: &str) -> Self {
        Self { login: login.to_owned(), password: password.to_owned(), api: true }
    }
}

#[derive(Debug)]
struct Session {
    id: String,
    login: String,
    began: Instant,
    requests: u32,
}

/// The users and their sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    logins: Vec<Login>,
    open: VecDeque<Session>,
    lifetime: Option<Duration>,
    requests: Option<u32>,
    rng: fastrand::Rng,
}

impl Sessions {
    pub(super) fn new(logins: Vec<Login>, lifetime: Option<Duration>, requests: Option<u32>, seed: u64) -> Self {
        Self { logins, open: VecDeque::new(), lifetime, requests, rng: fastrand::Rng::with_seed(seed) }
    }

    /// A new session id.
    pub(super) fn log_in(&mut self, login: &str, password: &str) -> Result<String, String> {
        let known = self.logins.iter().find(|known| known.login == login && known.password == password);
        if !known.ok_or("wrong login or password")?.api {
            return Err("this user may not use the API".into());
        }
        if self.open.len() >= SESSIONS {
            self.open.pop_front();
        }
        let id = format!("{:032x}", self.rng.u128(..));
        self.open.push_back(Session { id: id.clone(), login: login.to_owned(), began: Instant::now(), requests: 0 });
        Ok(id)
    }

    /// Whether the session lives; counts one request on it.
    pub(super) fn enter(&mut self, id: &str) -> bool {
        let (lifetime, requests) = (self.lifetime, self.requests);
        self.open.retain(|session| {
            lifetime.is_none_or(|most| session.began.elapsed() < most)
                && requests.is_none_or(|most| session.requests < most)
        });
        let session = self.open.iter_mut().find(|session| session.id == id);
        session.map(|session| session.requests += 1).is_some()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.open.iter().map(|session| session.id.clone()).collect()
    }

    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }

    /// A changed password ends the user's sessions too.
    pub(super) fn set_password(&mut self, login: &str, password: &str) {
        for known in self.logins.iter_mut().filter(|known| known.login == login) {
            password.clone_into(&mut known.password);
        }
        self.open.retain(|session| session.login != login);
    }
}
