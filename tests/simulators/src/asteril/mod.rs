//! An Asteril CRM in memory: its JSON API below `{base}/api/v3.1/`, strict, stateful, and breakable at run time.
//!
//! Known of the real one: the key in the query, `GET` of a list by `page` and `limit` with `{"pages":N,"<plural>":[…]}`, `POST`
//! of an item by its id with `{"fields":{…}}`, text fields called `custom_field_N`. That clients, calls, tasks and users are
//! asked for as orders are, and how it refuses, is assumed in the plainest shape. Systems of this kind answer 200 to everything:
//! [`Traps::flags`].

mod api;
mod fields;
mod lists;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::ops::Deref;

use serde_json::{Value, json};

pub use api::Traps;

use crate::rest::Crm;
use api::Asteril;

/// The table of clients.
pub const CLIENTS: &str = "clients";
/// The table of calls.
pub const CALLS: &str = "calls";
/// The table of tasks.
pub const TASKS: &str = "tasks";
/// The table of users.
pub const USERS: &str = "users";

/// How the CRM is set up.
#[derive(Clone, Debug)]
pub struct AsterilOptions {
    /// The key it takes; by default 40 hexadecimal digits.
    pub key: String,
    /// Seeds the probabilities of faults.
    pub seed: u64,
}

impl Default for AsterilOptions {
    fn default() -> Self {
        Self { key: "0123456789abcdef0123456789abcdef01234567".to_owned(), seed: 0 }
    }
}

/// The CRM. Dropping it stops the server.
pub struct AsterilCrm(Crm<Asteril>);

impl Deref for AsterilCrm {
    type Target = Crm<Asteril>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl AsterilCrm {
    /// Starts it at an address; port 0 takes a free one. Its API is below `{base}/api/v3.1/`.
    pub async fn start(options: AsterilOptions, listen: SocketAddr) -> std::io::Result<Self> {
        let api = Asteril::new(options.key);
        Ok(Self(Crm::start(api, options.seed, listen).await?))
    }

    /// The traps, to be set at any time.
    pub fn trap(&self, set: impl FnOnce(&mut Traps)) {
        self.with(|api, _| set(&mut api.traps));
    }

    /// From now on it takes this key and no other.
    pub fn set_key(&self, key: &str) {
        self.with(|api, _| key.clone_into(&mut api.key));
    }

    /// A user; the id.
    pub fn add_user(&self, name: &str) -> u64 {
        self.with(|_, store| store.seed(USERS, json!({ "name": name })))
    }

    /// A client with a number, stored just as it is written here; the id.
    pub fn add_client(&self, name: &str, phone: &str) -> u64 {
        self.with(|_, store| store.seed(CLIENTS, json!({ "name": name, "phone": phone })))
    }

    /// A task of a client, or of none, that a person made; the id.
    pub fn add_task(&self, title: &str, client: Option<u64>) -> u64 {
        self.with(|_, store| {
            let mut task = json!({ "title": title, "description": "", "status": "open" });
            if let Some(client) = client {
                task["client_id"] = Value::from(client);
            }
            store.seed(TASKS, task)
        })
    }

    /// A person removes a record; whether it was there.
    pub fn remove(&self, table: &str, id: u64) -> bool {
        self.with(|_, store| store.remove(table, id).is_some())
    }
}
