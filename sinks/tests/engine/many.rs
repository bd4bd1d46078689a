//! Many connections of one kind, each with a CRM that can be told to answer, to fail or to hang.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::ledger::{Delivery, DeliveryFilter, Rank, Wanted};
use backbone::store::{Accounts, ConnectionEntry};
use backbone::{Backbone, Error, Memos};
use schemas::{Account, Call, Clock, Connection, Employee, Timestamp};
use serde_json::{Map, Value};
use sinks::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};
use sinks::{Failure, Sink, SinkMetrics};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::site::{call, connection};

/// Deliveries of one connection with its CRM at once.
pub const PLACES: u32 = 4;

/// What a CRM does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Answers,
    Fails,
    Hangs,
}

/// What the CRMs saw.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    pub mode: Option<Mode>,
    /// Requests so far.
    pub requests: usize,
    /// Requests at once: now, and at most.
    pub now: usize,
    pub most: usize,
    pub made: Vec<String>,
}

type Crms = Arc<Mutex<HashMap<String, Seen>>>;

/// The kind.
struct Many(Crms);

impl Connector for Many {
    fn kind(&self) -> &'static str {
        "many"
    }

    fn title(&self) -> &'static str {
        "Many"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        &[]
    }

    fn settings_schema(&self) -> schemars::Schema {
        schemars::Schema::default()
    }

    fn check_settings(&self, _: &Map<String, Value>, _: &[Employee]) -> Vec<Problem> {
        Vec::new()
    }

    fn open(&self, entry: &ConnectionEntry, _: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        Ok(Arc::new(One(entry.connection.id.to_string(), Arc::clone(&self.0))))
    }
}

struct One(String, Crms);

impl One {
    fn with<T>(&self, it: impl FnOnce(&mut Seen) -> T) -> T {
        it(self.1.lock().unwrap().entry(self.0.clone()).or_default())
    }
}

/// One request less, however it ended.
struct Under<'a>(&'a One);

impl Drop for Under<'_> {
    fn drop(&mut self) {
        self.0.with(|seen| seen.now -= 1);
    }
}

impl Session for One {
    fn limits(&self) -> Limits {
        Limits {
            max_in_flight: PLACES,
            max_per_minute: 0,
            search_lag: Duration::ZERO,
            retry_for: Duration::from_hours(72),
            request_timeout: Duration::from_mins(2),
        }
    }

    fn plan(&self, _: &Call, known: &Known) -> Next {
        if known.made.contains_key("call") {
            return Next::Done { note: String::new() };
        }
        let (name, record, why) = ("call".into(), "call".into(), String::new());
        Next::Put(Put { name, record, content: Map::new(), marker: String::new(), remember: None, why })
    }

    fn check(&self) -> Answer<'_, Checked> {
        Box::pin(async { Ok(Checked::by(String::new())) })
    }

    fn look<'a>(&'a self, _: &'a Look) -> Answer<'a, Value> {
        Box::pin(async { Ok(Value::Null) })
    }

    fn make<'a>(&'a self, put: &'a Put) -> Answer<'a, String> {
        Box::pin(async {
            let mode = self.with(|seen| {
                (seen.requests, seen.now) = (seen.requests + 1, seen.now + 1);
                seen.most = seen.most.max(seen.now);
                seen.mode
            });
            let _under = Under(self);
            tokio::task::yield_now().await;
            match mode.unwrap_or(Mode::Answers) {
                Mode::Answers => self.with(|seen| seen.made.push(put.name.clone())),
                Mode::Fails => return Err(Failure::Unavailable("503 for 79165554433".into())),
                Mode::Hangs => std::future::pending().await,
            }
            Ok("1".to_owned())
        })
    }

    fn change<'a>(&'a self, _: &'a Put, _: &'a str, _: &'a Map<String, Value>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn find<'a>(&'a self, _: &'a Put) -> Answer<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }
}

/// An embedded backbone with connections `crm-0`, `crm-1`, …
pub struct Place {
    pub backbone: Backbone,
    crms: Crms,
    _embedded: Embedded,
    _dir: TempDir,
}

impl Place {
    pub async fn new(connections: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let backbone = embedded.backbone();
        let one = |n: usize| {
            let (id, kind) = (format!("crm-{n}").parse().unwrap(), "many".into());
            ConnectionEntry { connection: Connection { id, kind, ..connection() }, credentials: [].into() }
        };
        let account = Account { id: "acme".parse().unwrap(), name: "Acme".into() };
        let connections = (0..connections).map(one).collect();
        let accounts = Accounts { accounts: vec![account], sources: vec![], connections };
        backbone.directory.save(&accounts, Timestamp::now()).await.unwrap();
        Self { backbone, crms: Arc::default(), _embedded: embedded, _dir: dir }
    }

    pub fn run(&self, stop: &CancellationToken) -> JoinHandle<Result<(), Error>> {
        self.run_since(Timestamp::now(), stop)
    }

    /// The same, as if it had begun then.
    pub fn run_since(&self, since: Timestamp, stop: &CancellationToken) -> JoinHandle<Result<(), Error>> {
        let connector: &'static Many = Box::leak(Box::new(Many(Arc::clone(&self.crms))));
        let (backbone, clock, metrics) = (self.backbone.clone(), Arc::new(Clock::default()), SinkMetrics::default());
        tokio::spawn(Sink { connector, backbone, clock, metrics, since }.run(stop.clone()))
    }

    /// From now on its CRM does so.
    pub fn set(&self, n: usize, mode: Mode) {
        self.crms.lock().unwrap().entry(format!("crm-{n}")).or_default().mode = Some(mode);
    }

    /// What its CRM saw.
    pub fn seen(&self, n: usize) -> Seen {
        self.crms.lock().unwrap().get(&format!("crm-{n}")).cloned().unwrap_or_default()
    }

    /// Begins to count requests at once anew.
    pub fn forget_most(&self, n: usize) {
        let mut crms = self.crms.lock().unwrap();
        let seen = crms.entry(format!("crm-{n}")).or_default();
        seen.most = seen.now;
    }

    /// So many calls are wanted since then, each of a client of its own.
    pub async fn want(&self, n: usize, calls: usize, since: Timestamp) {
        let wanted: Vec<Wanted> = (0..calls)
            .map(|number| {
                let call = call(&number.to_string(), since);
                let connection =
                    Connection { id: format!("crm-{n}").parse().unwrap(), kind: "many".into(), ..connection() };
                Wanted::of(&connection, &call, &serde_json::to_vec(&call).unwrap(), Rank::Live)
            })
            .collect();
        self.backbone.ledger.want(&wanted, since).await.unwrap();
    }

    /// Its deliveries.
    pub async fn deliveries(&self, n: usize) -> Vec<Delivery> {
        let connection = Some(format!("crm-{n}").parse().unwrap());
        let filter = DeliveryFilter { connection, limit: 1000, ..DeliveryFilter::default() };
        self.backbone.ledger.list(&filter).await.unwrap()
    }
}
