//! A simulated CRM, an embedded backbone with one connection to it, and a sink between them that can be killed.

use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::embedded::Embedded;
use backbone::ledger::{Delivery, Status, Step};
use backbone::memos::Volatile;
use backbone::store::{Accounts, ConnectionEntry};
use backbone::{Backbone, Record, Topic};
use schemas::{Account, Call, Clock, ConnectionStatus, Timestamp};
use sinks::{Connector, Sink, SinkMetrics};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::calls::Told;
use crate::far::{Far, Held, Role};

/// Long, because machines are slow; tests go on as soon as it is so.
const PATIENCE: Duration = Duration::from_secs(90);

/// See above.
pub struct Site {
    pub far: Box<dyn Far>,
    pub backbone: Backbone,
    pub entry: ConnectionEntry,
    running: Vec<JoinHandle<()>>,
    _embedded: Embedded,
    _dir: TempDir,
}

/// The connector of a connection.
pub fn connector(entry: &ConnectionEntry) -> &'static dyn Connector {
    sinks::registry::connector(&entry.connection.kind).unwrap()
}

/// Memos of its own: nobody else has this connection.
pub fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

impl Site {
    /// Everything is there, and the sink runs.
    pub async fn start(far: impl AsyncFnOnce() -> Box<dyn Far>) -> Self {
        let mut site = Self::prepare(far().await).await;
        site.resume().await;
        site.settled().await;
        site
    }

    /// Waits until it is known whose account it is: from then on only calls make requests.
    pub async fn settled(&self) {
        let name = format!("identity/{}", self.entry.connection.id);
        eventually("the account is known", async || self.backbone.memos.read(&name).await.unwrap().is_some()).await;
    }

    /// Everything is there but the sink.
    pub async fn prepare(far: Box<dyn Far>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let (backbone, entry) = (embedded.backbone(), far.entry());
        let account = Account { id: "acme".parse().unwrap(), name: "Acme".into() };
        let accounts = Accounts { accounts: vec![account], sources: vec![], connections: vec![entry.clone()] };
        backbone.directory.save(&accounts, Timestamp::now()).await.unwrap();
        Self { far, backbone, entry, running: Vec::new(), _embedded: embedded, _dir: dir }
    }

    /// Starts the sink, as after a crash.
    pub async fn resume(&mut self) {
        self.backbone.ledger.end_leases().await.unwrap();
        self.add_worker();
    }

    /// One more worker on the same store.
    pub fn add_worker(&mut self) {
        let sink = Sink {
            connector: connector(&self.entry),
            backbone: self.backbone.clone(),
            clock: std::sync::Arc::new(Clock::default()),
            metrics: SinkMetrics::default(),
            since: Timestamp::now(),
        };
        self.running.push(tokio::spawn(async move { sink.run(CancellationToken::new()).await.unwrap() }));
    }

    /// The sink is gone, whatever it was at.
    pub async fn kill(&mut self) {
        for running in self.running.drain(..) {
            running.abort();
            let _ = running.await;
        }
    }

    /// The calls have come to this.
    pub async fn tell(&self, told: &[&Told]) {
        self.write(Topic::Finished, told.iter().map(|told| told.call())).await;
    }

    /// Calls stand in a topic.
    pub async fn write(&self, topic: Topic, calls: impl IntoIterator<Item = Call>) {
        let record = |call: Call| {
            let (key, value) = (call.key().to_string(), serde_json::to_vec(&call).unwrap());
            Record { topic, key, id: Uuid::now_v7(), at: Timestamp::now(), due: None, value }
        };
        self.backbone.log.append(calls.into_iter().map(record).collect()).await.unwrap();
    }

    /// The same, and waits until the CRM holds it; the notes.
    pub async fn deliver(&self, told: &[&Told]) -> Vec<String> {
        self.tell(told).await;
        let mut notes = Vec::new();
        for told in told {
            notes.push(self.until(told, Status::Done).await.note);
        }
        notes
    }

    /// Waits until a delivery stands so, with the revision told.
    pub async fn until(&self, told: &Told, status: Status) -> Delivery {
        let call = told.call();
        let so = |it: &Delivery| it.status == status && it.wanted == call.revision && it.leased_until.is_none();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                match self.delivery(&call).await {
                    Some((delivery, _)) if so(&delivery) => return delivery,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        });
        if let Ok(delivery) = waited.await {
            return delivery;
        }
        panic!("{} is not {status:?}: {:#?}", call.id, self.delivery(&call).await)
    }

    /// A delivery and its steps.
    pub async fn delivery(&self, call: &Call) -> Option<(Delivery, Vec<Step>)> {
        self.backbone.ledger.delivery(&self.entry.connection.id, &call.id).await.unwrap()
    }

    /// What the directory says of the connection.
    pub async fn status(&self) -> ConnectionStatus {
        self.backbone.directory.load().await.unwrap().connections[0].connection.status
    }

    /// Why it has its status.
    pub async fn reason(&self) -> String {
        self.backbone.directory.load().await.unwrap().connections[0].connection.reason.clone()
    }

    /// The records of a role.
    pub fn held(&self, role: Role) -> Vec<Held> {
        self.far.records().into_iter().filter(|held| held.role == role).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for running in &self.running {
            running.abort();
        }
    }
}

/// Waits until it is so.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let met = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, met).await.is_ok(), "it did not come to this: {what}");
}
