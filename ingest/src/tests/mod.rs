//! The receiver as a PBX sees it, over real connections, with a log and a directory that do as they are told.

mod fairness;
mod fakes;
mod known;
mod receiver;
mod ringostat;
mod spooled;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::Log;
use backbone::sealed::Secret;
use backbone::store::{Credential, SourceEntry};
use schemas::{Clock, Source, Span};
use tokio::net::{TcpListener, TcpSocket};

use crate::{Ingest, IngestMetrics, SourcesOnDisk, router};
use fakes::{FakeDirectory, FakeLog};

/// A source of the account `acme`; its secret is `secret-of-ID`.
pub fn source(id: &str) -> Source {
    Source {
        id: id.parse().unwrap(),
        account: "acme".parse().unwrap(),
        kind: "uis".to_owned(),
        region: "RU".to_owned(),
        timezone: "Europe/Moscow".to_owned(),
        base_url: None,
        talk_without_end: Span::seconds(1800),
        ring_without_end: Span::seconds(300),
        virtual_number: None,
        notifications_report: None,
        backfill_every: Span::seconds(0),
        names: BTreeMap::new(),
    }
}

/// A source with credentials, whose secret is `secret-of-ID`.
pub fn entry(source: Source, credentials: &[(&str, &str)]) -> SourceEntry {
    let credential =
        |(name, value): &(&str, &str)| ((*name).to_owned(), Credential { value: Secret::new(*value), from: None });
    let secret = Secret::new(format!("secret-of-{}", source.id));
    SourceEntry { source, secret, credentials: credentials.iter().map(credential).collect() }
}

struct Bench {
    log: Arc<FakeLog>,
    directory: Arc<FakeDirectory>,
    metrics: IngestMetrics,
    ingest: Ingest,
    address: String,
    client: reqwest::Client,
}

impl Bench {
    fn start() -> Self {
        let log = Arc::new(FakeLog::default());
        Self::on(Arc::clone(&log), log, FakeDirectory::with(&["a", "b"]), None)
    }

    /// `log` is what `before` writes to in the end.
    fn on(log: Arc<FakeLog>, before: Arc<dyn Log>, directory: FakeDirectory, disk: Option<SourcesOnDisk>) -> Self {
        let directory = Arc::new(directory);
        let metrics = IngestMetrics::default();
        let clock = Arc::new(Clock::default());
        let ingest = Ingest::new(before, directory.clone(), disk, clock, metrics.clone()).unwrap();
        let listener = listener();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = router(ingest.clone());
        tokio::spawn(async move { axum::serve(listener, served).await });
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).no_proxy().build().unwrap();
        Self { log, directory, metrics, ingest, address, client }
    }

    fn url(&self, source: &str) -> String {
        format!("{}/hooks/secret-of-{source}", self.address)
    }

    async fn post(&self, source: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.client.post(self.url(source)).body(body).send().await.unwrap()
    }
}

/// One that a burst of connections fits into before the first is accepted.
fn listener() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket.listen(4096).unwrap()
}

fn ringing(call: u32) -> String {
    format!(
        r#"{{"from_number":"79161112233","direction":"in","call_id":{call},"user_extension":"101","call_state":"RINGING"}}"#
    )
}

/// Waits for a condition, at most five seconds.
async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to this: {what}");
}
