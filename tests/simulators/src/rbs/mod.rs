//! An RBS CRM in memory: its XML API at `POST {base}/api/xml/`, strict, stateful, and breakable at run time.
//!
//! Known of the real one: one form variable `xml`, a session by cookie, several answer documents glued together,
//! refusals with HTTP 200, and an answer without a status when the session is over. What vendors do not publish
//! (answer of a list, texts of errors) is assumed in the plainest shape.

mod actions;
mod http;
mod request;
mod seeding;
mod sessions;
mod shared;
mod store;
mod structures;
#[cfg(test)]
mod tests;
mod values;
mod xml;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::broadcast;

pub use crate::faults::{Failure, Faults, Struck};
pub use sessions::Login;
pub use shared::{Change, RowChange, Snapshot};
pub use store::Row;
pub use structures::{Field, Kind, Structures, Table};

use crate::lock;
use crate::server::Running;
use shared::Shared;

/// How the CRM is set up.
#[derive(Clone, Debug)]
pub struct RbsOptions {
    /// Names and fields of the structures.
    pub structures: Structures,
    /// Who may log in; by default `api` with the password `secret`.
    pub logins: Vec<Login>,
    /// How long a session lives.
    pub session_lifetime: Option<Duration>,
    /// How many requests a session lives.
    pub session_requests: Option<u32>,
    /// Rows it holds at most, over all structures.
    pub rows: usize,
    /// Seeds the probabilities of faults and the session ids.
    pub seed: u64,
}

impl Default for RbsOptions {
    fn default() -> Self {
        Self {
            structures: Structures::default(),
            logins: vec![Login::new("api", "secret")],
            session_lifetime: None,
            session_requests: None,
            rows: 1_000_000,
            seed: 0,
        }
    }
}

/// The CRM. Dropping it stops the server.
#[derive(Debug)]
pub struct RbsCrm {
    shared: Arc<Shared>,
    address: SocketAddr,
    running: Mutex<Option<Running>>,
}

impl RbsCrm {
    /// Starts it at an address; port 0 takes a free one.
    pub async fn start(options: RbsOptions, listen: SocketAddr) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::new(options));
        let running = Running::start(http::router(Arc::clone(&shared)), listen).await?;
        Ok(Self { shared, address: running.address(), running: Mutex::new(Some(running)) })
    }

    /// Scheme, host and port, without a slash at the end; the API is at `/api/xml/` below.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the server; requests under way are cut off, as when the machine goes away. Rows and sessions stay.
    pub async fn stop(&self) {
        let running = lock(&self.running).take();
        if let Some(running) = running {
            running.stop().await;
        }
    }

    /// Starts it again, after stopping it if it runs, at the same address with the same rows and sessions.
    pub async fn restart(&self) -> std::io::Result<()> {
        self.stop().await;
        let running = Running::start(http::router(Arc::clone(&self.shared)), self.address).await?;
        *lock(&self.running) = Some(running);
        Ok(())
    }

    /// The faults, to be set at any time.
    pub fn faults(&self) -> Faults {
        self.shared.faults.clone()
    }

    /// Ends every session: the next request of each gets an answer without a status.
    pub fn expire_sessions(&self) {
        lock(&self.shared.sessions).end_all();
    }

    /// The ids of all sessions that are open.
    pub fn sessions(&self) -> Vec<String> {
        lock(&self.shared.sessions).ids()
    }

    /// Changes a user's password and ends the user's sessions.
    pub fn set_password(&self, login: &str, password: &str) {
        lock(&self.shared.sessions).set_password(login, password);
    }

    /// All rows and counts as they are now.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Every row added, edited or wiped over the API from now on; seeded rows are not told.
    pub fn on_row(&self) -> broadcast::Receiver<RowChange> {
        self.shared.listen()
    }
}
