//! A Sitniks in memory: its open API below `{base}/open-api`, strict, stateful, and breakable at run time.
//!
//! Seen in clients of the real one: the bearer token, `data` and `count` of lists, `limit` and `skip`, 403 to a trial plan, 429
//! to several requests at once, a search by phone that compares texts. Nobody has seen an end point for calls: that one is
//! assumed, and so are the errors, which are those of the framework that the vendor seems to use.

mod answers;
mod calls;
mod clients;
mod dialect;
mod lists;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Deref;
use std::time::{Duration, Instant};

use serde_json::json;

pub use crate::faults::{Failure, Faults, Struck};
pub use crate::rest::{Record, Store};
pub use dialect::Dialect;

use crate::rest::{Answer, Api, Crm, Request};

/// The table of client cards.
pub const CLIENTS: &str = "clients";
/// The table of the register of calls.
pub const CALLS: &str = "calls";
/// The table of managers.
pub const MANAGERS: &str = "managers";

/// Ids have several digits.
const FIRST_ID: u64 = 10_001;

/// How the CRM is set up.
#[derive(Clone, Debug)]
pub struct SitniksOptions {
    /// The company's token.
    pub token: String,
    /// What its register of calls is called, and the fields and words of it.
    pub dialect: Dialect,
    /// Seeds the probabilities of faults.
    pub seed: u64,
}

impl Default for SitniksOptions {
    fn default() -> Self {
        Self { token: "company-token".to_owned(), dialect: Dialect::default(), seed: 0 }
    }
}

/// How many requests it bears; more are answered 429, without a word of when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many.
    pub requests: usize,
    /// In any time so long.
    pub within: Duration,
}

/// What may be otherwise than one would like, to be set at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Traps {
    /// The company is on a trial plan: 403 to everything.
    pub trial: bool,
    /// The token is not taken any more.
    pub token_refused: bool,
    /// What refuses a token says which.
    pub token_told: bool,
    /// The list of clients stands in `clients`, not in `data`.
    pub clients_under_their_name: bool,
    /// A second row with the `externalId` of another is made, not answered 409.
    pub duplicates: bool,
    /// The 409 does not say which row is in the way.
    pub conflict_unnamed: bool,
    /// Filters of lists are passed over.
    pub filters_passed_over: bool,
    /// Errors come with the status 200.
    pub errors_as_200: bool,
    /// A row needs a field `source`.
    pub source_demanded: bool,
    /// How many requests it bears.
    pub pace: Option<Pace>,
}

/// The API of one company.
#[derive(Debug)]
pub struct Office {
    /// What is wrong with it.
    pub traps: Traps,
    token: String,
    dialect: Dialect,
    recent: VecDeque<Instant>,
}

/// The CRM. Dropping it stops the server.
pub struct Sitniks(Crm<Office>);

impl Sitniks {
    /// Starts it at an address; port 0 takes a free one. Its API is at `/open-api` below its base URL.
    pub async fn start(options: SitniksOptions, listen: SocketAddr) -> std::io::Result<Self> {
        let SitniksOptions { token, dialect, seed } = options;
        let office = Office { traps: Traps::default(), token, dialect, recent: VecDeque::new() };
        let crm = Crm::start(office, seed, listen).await?;
        crm.with(|_, store| store.ids_from(FIRST_ID));
        Ok(Self(crm))
    }

    /// Sets what is wrong with it.
    pub fn set_traps(&self, traps: Traps) {
        self.with(|office, _| office.traps = traps);
    }

    /// Somebody who works there; the id.
    pub fn add_manager(&self, fullname: &str) -> u64 {
        self.with(|_, store| store.seed(MANAGERS, json!({ "user": { "fullname": fullname } })))
    }

    /// Somebody no longer works there.
    pub fn dismiss(&self, manager: u64) {
        self.with(|_, store| store.remove(MANAGERS, manager));
    }

    /// A client's card that people made, the phone written as they wrote it; the id.
    pub fn add_client(&self, fullname: &str, phone: &str) -> u64 {
        self.with(|_, store| store.seed(CLIENTS, json!({ "fullname": fullname, "phone": phone })))
    }

    /// A person deletes a record.
    pub fn delete(&self, table: &str, id: u64) {
        self.with(|_, store| store.remove(table, id));
    }
}

impl Deref for Sitniks {
    type Target = Crm<Office>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Api for Office {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        let answer = self.admitted(request).and_then(|()| self.route(request, store)).unwrap_or_else(|error| error);
        let hidden = self.traps.errors_as_200 && answer.status >= 400;
        Answer { status: if hidden { 200 } else { answer.status }, ..answer }
    }
}

impl Office {
    /// Whether it looks at the request at all.
    fn admitted(&mut self, request: &Request) -> Result<(), Answer> {
        if let Some(pace) = self.traps.pace {
            let now = Instant::now();
            self.recent.retain(|at| now.duration_since(*at) < pace.within);
            if self.recent.len() >= pace.requests {
                return Err(answers::error(429, "ThrottlerException: Too Many Requests"));
            }
            self.recent.push_back(now);
        }
        let right = format!("Bearer {}", self.token);
        if self.traps.token_refused || request.header("authorization") != Some(&right) {
            let told = request.header("authorization").filter(|_| self.traps.token_told).unwrap_or_default();
            return Err(answers::error(401, format!("Unauthorized {told}").trim()));
        }
        if self.traps.trial {
            return Err(answers::error(403, "Forbidden resource"));
        }
        Ok(())
    }

    fn route(&self, request: &Request, store: &mut Store) -> Result<Answer, Answer> {
        let parts = request.parts();
        let calls: Vec<&str> = self.dialect.calls.split('/').filter(|part| !part.is_empty()).collect();
        let Some(("open-api", path)) = parts.split_first().map(|(first, rest)| (*first, rest)) else {
            return Err(answers::no_such_path(request));
        };
        let id = |id: &str| {
            id.parse::<u64>().map_err(|_| answers::invalid("Validation failed (numeric string is expected)"))
        };
        match (request.method.as_str(), path) {
            ("GET", ["managers"]) => lists::managers(request, store),
            ("GET", ["clients"]) => clients::list(&self.traps, request, store),
            ("POST", ["clients"]) => clients::make(request, store),
            ("GET", ["clients", one]) => clients::one(id(one)?, store),
            ("PUT", ["clients", one]) => clients::change(id(one)?, request, store),
            ("GET", path) if *path == calls[..] => calls::list(self, request, store),
            ("POST", path) if *path == calls[..] => calls::make(self, request, store),
            (method, [path @ .., one]) if *path == calls[..] && method == self.dialect.change_by => {
                calls::change(self, id(one)?, request, store)
            }
            _ => Err(answers::no_such_path(request)),
        }
    }
}
