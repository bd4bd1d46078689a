//! What the simulated CRMs with a JSON API have in common: a server that can be stopped and started again, faults, records that
//! searches show late, requests taken apart. What each answers is its own [`Api`].

mod http;
mod request;
mod store;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

pub use request::{Answer, Request};
pub use store::{Record, Store};

use crate::faults::Faults;
use crate::lock;
use crate::server::Running;

/// Changes kept for a listener that is slow to look; older ones it misses.
const UNHEARD: usize = 4096;

/// A CRM's API: what it answers, from what it holds. It is asked one request at a time.
pub trait Api: Send + 'static {
    /// Answers a request, and does what it asks for.
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer;

    /// Whether it makes or changes a record: such requests can be cut off before or after they were carried out.
    fn is_write(&self, request: &Request) -> bool {
        request.method != "GET"
    }

    /// Whether it is a log-in or a refresh of a token.
    fn is_login(&self, request: &Request) -> bool {
        let _ = request;
        false
    }
}

struct Inner<A> {
    api: A,
    store: Store,
    requests: Vec<(String, String)>,
}

struct Shared<A> {
    inner: Mutex<Inner<A>>,
    faults: Faults,
}

/// A simulated CRM. Dropping it stops the server.
pub struct Crm<A> {
    shared: Arc<Shared<A>>,
    address: SocketAddr,
    running: Mutex<Option<Running>>,
}

impl<A: Api> Crm<A> {
    /// Starts it at an address; port 0 takes a free one. `seed` is of its chances.
    pub async fn start(api: A, seed: u64, listen: SocketAddr) -> std::io::Result<Self> {
        let store = Store::new(broadcast::Sender::new(UNHEARD));
        let inner = Mutex::new(Inner { api, store, requests: Vec::new() });
        let shared = Arc::new(Shared { inner, faults: Faults::new(seed) });
        let running = Running::start(http::router(Arc::clone(&shared)), listen).await?;
        Ok(Self { shared, address: running.address(), running: Mutex::new(Some(running)) })
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the server; requests under way are cut off, as when the machine goes away. Records stay.
    pub async fn stop(&self) {
        let running = lock(&self.running).take();
        if let Some(running) = running {
            running.stop().await;
        }
    }

    /// Starts it again at the same address with the same records.
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

    /// Looks at, or changes, what it is and holds: as an administrator does, not over the API.
    pub fn with<T>(&self, what: impl FnOnce(&mut A, &mut Store) -> T) -> T {
        let Inner { api, store, .. } = &mut *lock(&self.shared.inner);
        what(api, store)
    }

    /// The records of a table, in the order they were made.
    pub fn records(&self, table: &str) -> Vec<Record> {
        self.with(|_, store| store.all(table).cloned().collect())
    }

    /// How many requests came with this method and a path that begins so, whatever became of them.
    pub fn requests(&self, method: &str, path: &str) -> usize {
        let inner = lock(&self.shared.inner);
        inner.requests.iter().filter(|(by, to)| by == method && to.starts_with(path)).count()
    }

    /// Every record made or changed over the API from now on, as it then is: its table and itself.
    pub fn on_record(&self) -> broadcast::Receiver<(&'static str, Record)> {
        self.with(|_, store| store.listen())
    }
}
