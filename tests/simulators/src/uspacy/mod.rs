//! A Uspacy space in memory: its REST API, strict, stateful, and breakable at run time.
//!
//! Known of the real one: sign-ins that give a pair of tokens, of which the refresh token is spent by its use; incoming webhooks
//! whose key stands in the address; entities, calls, activities and users with their lists; bodies of errors; a trash. What is not
//! published (which values and field types it refuses, and in which order lists come) is assumed, and a trap where the vendor's
//! own libraries disagree: [`Traps`].

mod activities;
mod answers;
mod api;
mod auth;
mod calls;
mod entities;
mod fields;
mod filters;
mod lists;
mod seeding;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::ops::Deref;

pub use api::Traps;

use crate::rest::{Crm, Record};
use api::Space;
use auth::Auth;

/// The table of leads.
pub const LEADS: &str = "leads";
/// The table of contacts.
pub const CONTACTS: &str = "contacts";
/// The table of companies.
pub const COMPANIES: &str = "companies";
/// The table of calls.
pub const CALLS: &str = "calls";
/// The table of activities.
pub const ACTIVITIES: &str = "activities";
/// The table of users.
pub const USERS: &str = "users";

/// Who is let in, and how the space differs from others.
#[derive(Clone, Debug)]
pub struct UspacyOptions {
    /// Apps that may sign in: ids and secrets.
    pub apps: Vec<(String, String)>,
    /// Users that may sign in: emails and passwords.
    pub logins: Vec<(String, String)>,
    /// Tokens that live for ever.
    pub tokens: Vec<String>,
    /// Keys of incoming webhooks.
    pub webhooks: Vec<String>,
    /// Which space it is, as its tokens say.
    pub workspace: String,
    /// How long a token from a sign-in lives, in seconds.
    pub token_seconds: u64,
    /// What is wrong with it from the beginning.
    pub traps: Traps,
    /// Seeds the probabilities of faults.
    pub seed: u64,
}

impl Default for UspacyOptions {
    fn default() -> Self {
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        Self {
            apps: pair("app-4711", "app-secret-0815"),
            logins: pair("admin@acme.test", "admin-password"),
            tokens: vec!["long-lived-token-1".to_owned()],
            webhooks: vec!["WebhookKey0123456789".to_owned()],
            workspace: "space-1".to_owned(),
            token_seconds: 3600,
            traps: Traps::default(),
            seed: 0,
        }
    }
}

/// The space. Dropping it stops the server.
pub struct UspacyCrm(Crm<Space>);

impl Deref for UspacyCrm {
    type Target = Crm<Space>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl UspacyCrm {
    /// Starts it at an address; port 0 takes a free one.
    pub async fn start(options: UspacyOptions, listen: SocketAddr) -> std::io::Result<Self> {
        let (seed, traps) = (options.seed, options.traps.clone());
        let space = Space::new(Auth::new(options), traps);
        Ok(Self(Crm::start(space, seed, listen).await?))
    }

    /// The traps, to be set at any time.
    pub fn trap(&self, set: impl FnOnce(&mut Traps)) {
        self.with(|space, _| set(&mut space.traps));
    }

    /// Every token that a sign-in gave ends now; who signs in gets a new one.
    pub fn expire_tokens(&self) {
        self.with(|space, _| space.auth.expire());
    }

    /// A user's token and the refresh token that came with it.
    pub fn pair(&self) -> (String, String) {
        self.with(|space, _| space.auth.pair())
    }

    /// From now on tokens are of another space, as behind new credentials.
    pub fn move_to(&self, workspace: &str) {
        self.with(|space, _| space.auth.move_to(workspace));
    }

    /// Nobody is let in any more, by whatever.
    pub fn refuse_credentials(&self) {
        self.with(|space, _| space.auth.refuse());
    }

    /// Every token that was given so far.
    pub fn given_tokens(&self) -> Vec<String> {
        self.with(|space, _| space.auth.given().to_vec())
    }

    /// The records of a table that are not in the trash, in the order made.
    pub fn live(&self, table: &str) -> Vec<Record> {
        self.records(table).into_iter().filter(|record| record.get("deleted_at").is_null()).collect()
    }
}
