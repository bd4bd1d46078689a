//! An embedded backbone with one connection, and a sink on it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backbone::embedded::Embedded;
use backbone::ledger::Status;
use backbone::store::{Accounts, ConnectionEntry};
use backbone::{Backbone, Error, Record, Topic};
use schemas::{
    Account, Call, CallKey, CallState, Clock, Connection, ConnectionStatus, Direction, Marketing, Timestamp,
};
use serde_json::Map;
use sinks::{Sink, SinkMetrics};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::crm::Crm;

/// A directory of its own.
pub struct Site {
    pub backbone: Backbone,
    /// See [`Crm::left`].
    pub left: Arc<Mutex<Vec<Duration>>>,
    /// See [`Crm::told`].
    pub told: Arc<Mutex<Vec<bool>>>,
    /// See [`Crm::asked`].
    pub asked: Arc<Mutex<Vec<Instant>>>,
    /// See [`Crm::pause`].
    pub pause: Arc<Mutex<Option<Duration>>>,
    _embedded: Embedded,
    _dir: TempDir,
}

impl Site {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let backbone = embedded.backbone();
        let account = Account { id: "acme".parse().unwrap(), name: "Acme".into() };
        let entry = ConnectionEntry { connection: connection(), credentials: [].into() };
        let accounts = Accounts { accounts: vec![account], sources: vec![], connections: vec![entry] };
        backbone.directory.save(&accounts, Timestamp::now()).await.unwrap();
        let (left, told, asked, pause) = (Arc::default(), Arc::default(), Arc::default(), Arc::default());
        Self { backbone, left, told, asked, pause, _embedded: embedded, _dir: dir }
    }

    /// Runs the sink on this backbone, or what a test made of it.
    pub fn run(&self, backbone: Backbone, stop: &CancellationToken) -> JoinHandle<Result<(), Error>> {
        self.run_as(backbone, stop, |_| {})
    }

    /// The same, with a CRM that is otherwise.
    pub fn run_as(
        &self,
        backbone: Backbone,
        stop: &CancellationToken,
        otherwise: impl FnOnce(&mut Crm),
    ) -> JoinHandle<Result<(), Error>> {
        // The role takes connectors that live as long as the program.
        let (ledger, left) = (Arc::clone(&self.backbone.ledger), Arc::clone(&self.left));
        let told = Arc::clone(&self.told);
        let (asked, pause) = (Arc::clone(&self.asked), Arc::clone(&self.pause));
        let otherwise_not =
            Crm { ledger, left, early: false, told, refuses_early: false, account: None, per_minute: 0, pause, asked };
        let connector = Box::leak(Box::new(otherwise_not));
        otherwise(connector);
        let (clock, metrics) = (Arc::new(Clock::default()), SinkMetrics::default());
        let sink = Sink { connector, backbone, clock, metrics, since: Timestamp::now() };
        tokio::spawn(sink.run(stop.clone()))
    }

    /// A call ends.
    pub async fn ended(&self, session: &str) {
        let call = call(session, Timestamp::now());
        let (key, value) = (call.key().to_string(), serde_json::to_vec(&call).unwrap());
        let record = Record { topic: Topic::Finished, key, id: Uuid::now_v7(), at: Timestamp::now(), due: None, value };
        self.backbone.log.append(vec![record]).await.unwrap();
    }

    /// Waits until so many deliveries are done, and no other is left.
    pub async fn until_done(&self, count: u64) {
        eventually(async || {
            let tally = self.backbone.ledger.tally().await.unwrap();
            tally.iter().map(|tally| (tally.status, tally.count)).eq([(Status::Done, count)])
        })
        .await;
    }
}

pub async fn eventually(condition: impl AsyncFn() -> bool) {
    let met = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), met).await.unwrap();
}

/// An active connection.
pub fn connection() -> Connection {
    Connection {
        id: "crm".parse().unwrap(),
        account: "acme".parse().unwrap(),
        kind: "looking".into(),
        sources: vec!["acme-uis".parse().unwrap()],
        timezone: "UTC".into(),
        base_url: String::new(),
        status: ConnectionStatus::Active,
        reason: String::new(),
        settings: Map::new(),
        employees: vec![],
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    }
}

/// A finished call.
pub fn call(session: &str, now: Timestamp) -> Call {
    let key = CallKey { source: "acme-uis".parse().unwrap(), session: session.into() };
    Call {
        id: key.call_id(1),
        account: "acme".parse().unwrap(),
        source: key.source,
        session: key.session,
        use_number: 1,
        revision: 1,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: None,
        presumed: false,
        client: None,
        line: None,
        legs: vec![],
        talks: vec![],
        recordings: vec![],
        marketing: Marketing::default(),
        started_at: now,
        answered_at: None,
        ended_at: Some(now),
        talk_seconds: None,
        wait_seconds: None,
        last_heard_at: now,
        anomalies: vec![],
        events: vec![],
    }
}
