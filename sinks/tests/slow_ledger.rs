//! A ledger that is slow: no request may outlast what was written down of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::ledger::{Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limits, Status, Step, Tally, Wanted};
use backbone::store::{Accounts, ConnectionEntry};
use backbone::{Backbone, Fut};
use schemas::{
    Account, Call, CallId, CallKey, CallState, Clock, Connection, ConnectionId, ConnectionStatus, Direction, Employee,
    Marketing, Timestamp,
};
use serde_json::{Map, Value};
use sinks::connector::{self, Answer, Connector, CredentialField, Known, Look, Next, Problem, Put, Session};
use sinks::{Sink, SinkMetrics};
use tokio_util::sync::CancellationToken;

const TIMEOUT: Duration = Duration::from_secs(4);

/// Takes longer over its first write than a request may take.
struct Slow {
    inner: Arc<dyn Ledger>,
    writes: AtomicU32,
}

impl Ledger for Slow {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        self.inner.want(wanted, now)
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>> {
        self.inner.claim(limits, now, lease, max)
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        self.inner.extend(claim, until)
    }

    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()> {
        Box::pin(async move {
            self.inner.write(claim, entries).await?;
            if self.writes.fetch_add(1, Ordering::Relaxed) == 0 {
                tokio::time::sleep(TIMEOUT).await;
            }
            Ok(())
        })
    }

    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()> {
        self.inner.release(claim, ending, now)
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        self.inner.retry(wanted, now)
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        self.inner.next_due(limits)
    }

    fn begin_again(&self, now: Timestamp) -> Fut<'_, ()> {
        self.inner.begin_again(now)
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        self.inner.delivery(connection, call)
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        self.inner.list(filter)
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        self.inner.tally()
    }
}

/// A CRM that looks at the ledger whenever it is asked to make a record.
#[derive(Clone)]
struct Crm {
    ledger: Arc<dyn Ledger>,
    /// How long the request may still take by what is written down of it, each time.
    left: Arc<Mutex<Vec<Duration>>>,
}

impl Connector for Crm {
    fn kind(&self) -> &'static str {
        "looking"
    }

    fn title(&self) -> &'static str {
        "Looking"
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

    fn open(&self, _: &ConnectionEntry) -> Result<Arc<dyn Session>, Vec<Problem>> {
        Ok(Arc::new(self.clone()))
    }
}

impl Session for Crm {
    fn limits(&self) -> connector::Limits {
        connector::Limits {
            max_in_flight: 2,
            max_per_minute: 0,
            search_lag: Duration::ZERO,
            retry_for: Duration::from_mins(5),
            request_timeout: TIMEOUT,
        }
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        if known.made.contains_key("call") {
            return Next::Done { note: String::new() };
        }
        Next::Put(Put {
            name: "call".into(),
            record: "call".into(),
            content: Map::new(),
            marker: call.id.to_string(),
            remember: None,
            why: String::new(),
        })
    }

    fn check(&self) -> Answer<'_, String> {
        Box::pin(async { Ok(String::new()) })
    }

    fn look<'a>(&'a self, _: &'a Look) -> Answer<'a, Value> {
        Box::pin(async { Ok(Value::Null) })
    }

    fn make<'a>(&'a self, put: &'a Put) -> Answer<'a, String> {
        Box::pin(async {
            let (crm, call) = ("crm".parse().unwrap(), CallId(put.marker.clone()));
            let (delivery, steps) = self.ledger.delivery(&crm, &call).await.unwrap().unwrap();
            let (deadline, lease) = (steps[0].deadline.unwrap(), delivery.leased_until.unwrap());
            assert!(lease >= deadline, "the lease outlasts the request");
            let left = deadline.duration_since(Timestamp::now());
            self.left.lock().unwrap().push(Duration::try_from(left).unwrap_or_default());
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

fn connection() -> Connection {
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

fn call(now: Timestamp) -> Call {
    let key = CallKey { source: "acme-uis".parse().unwrap(), session: "1".into() };
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_does_not_outlast_what_was_written_down_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let embedded = Embedded::open(dir.path(), None).await.unwrap();
    let whole = embedded.backbone();
    let now = Timestamp::now();
    let account = Account { id: "acme".parse().unwrap(), name: "Acme".into() };
    let entry = ConnectionEntry { connection: connection(), credentials: [].into() };
    let accounts = Accounts { accounts: vec![account], sources: vec![], connections: vec![entry] };
    whole.directory.save(&accounts, now).await.unwrap();
    let call = call(now);
    let wanted = Wanted {
        connection: "crm".parse().unwrap(),
        kind: "looking".into(),
        call: call.id.clone(),
        lane: sinks::engine::lane(&call),
        revision: 1,
        body: serde_json::to_vec(&call).unwrap(),
    };
    whole.ledger.want(&[wanted], now).await.unwrap();
    let left = Arc::new(Mutex::new(Vec::new()));
    let crm = Box::leak(Box::new(Crm { ledger: Arc::clone(&whole.ledger), left: Arc::clone(&left) }));
    let ledger = Arc::new(Slow { inner: Arc::clone(&whole.ledger), writes: AtomicU32::new(0) });
    let backbone = Backbone { ledger: Arc::<Slow>::clone(&ledger), ..whole.clone() };
    let sink = Sink { connector: crm, backbone, clock: Arc::new(Clock::default()), metrics: SinkMetrics::default() };
    let stop = CancellationToken::new();
    let running = tokio::spawn(sink.run(stop.clone()));
    let done = async {
        while whole.ledger.tally().await.unwrap().iter().any(|tally| tally.status != Status::Done) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), done).await.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(ledger.writes.load(Ordering::Relaxed) >= 2, "written down again after the slow write");
    let left = left.lock().unwrap().clone();
    assert_eq!(left.len(), 1, "sent once");
    assert!(left[0] > Duration::ZERO, "the request was begun after its own deadline");
}
