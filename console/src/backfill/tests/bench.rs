//! A source on an embedded backbone, its simulated PBX, and a worker.

mod calls;

use std::sync::Arc;
use std::time::Duration;

use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::sealed::{Secret, SecretKey};
use backbone::store::{Credential, SourceEntry};
use schemas::time::{earlier, later};
use schemas::{Clock, Source, Span, Timestamp};
use simulators::rest::Crm;
use simulators::{ringostat, uis};
use tokio_util::sync::CancellationToken;

use crate::backfill::progress::{self, Progress};
use crate::backfill::{Asked, Backfill, BackfillMetrics};

pub const KEY: &str = "right-key";
const EVERY: Duration = Duration::from_mins(5);

/// So long ago, to the second.
pub fn before(span: Duration) -> Timestamp {
    let now = Timestamp::from_second(Clock::default().now().as_second()).unwrap();
    earlier(now, span)
}

pub struct Bench {
    pub worker: Backfill,
    pub entry: SourceEntry,
    pub uis: Crm<uis::DataApi>,
    pub pbx: Crm<ringostat::StaffApi>,
    backbone: Backbone,
    _embedded: Arc<Embedded>,
    _dir: Arc<tempfile::TempDir>,
}

impl Bench {
    pub async fn uis() -> Self {
        Self::of("uis", "Europe/Moscow").await
    }

    pub async fn ringostat() -> Self {
        Self::of("ringostat", "Europe/Kyiv").await
    }

    async fn of(kind: &str, timezone: &str) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        let uis = Crm::start(uis::DataApi::new(KEY), 1, any).await.unwrap();
        for extension in ["101", "102", "103"] {
            uis.with(|_, store| store.seed(uis::EMPLOYEES, serde_json::json!({"extension": extension})));
        }
        let api = ringostat::StaffApi { project: "12345".to_owned(), key: KEY.to_owned() };
        let pbx = Crm::start(api, 1, any).await.unwrap();
        let url = if kind == "uis" { format!("{}/v2.0", uis.base_url()) } else { pbx.base_url() };
        let credential =
            |name: &str, value: &str| (name.to_owned(), Credential { value: Secret::new(value), from: None });
        let entry = SourceEntry {
            source: Source {
                id: "acme-pbx".parse().unwrap(),
                account: "acme".parse().unwrap(),
                kind: kind.to_owned(),
                region: "RU".to_owned(),
                timezone: timezone.to_owned(),
                base_url: Some(url),
                talk_without_end: Span::seconds(1800),
                ring_without_end: Span::seconds(300),
                virtual_number: None,
                notifications_report: None,
                backfill_every: Span::seconds(EVERY.as_secs()),
                names: std::collections::BTreeMap::new(),
            },
            secret: Secret::new("secret-of-the-hook"),
            credentials: [credential("api_key", KEY), credential("auth_key", KEY), credential("project_id", "12345")]
                .into(),
        };
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), Some(SecretKey::generate().unwrap())).await.unwrap();
        let backbone = embedded.backbone();
        let worker = Backfill::new(backbone.clone(), Arc::new(Clock::default()), BackfillMetrics::default());
        Self { worker, entry, uis, pbx, backbone, _embedded: Arc::new(embedded), _dir: Arc::new(dir) }
    }

    pub fn now(&self) -> Timestamp {
        self.worker.clock.now()
    }

    /// Another process on the same backbone.
    pub fn another(&self) -> Backfill {
        Backfill::new(self.backbone.clone(), Arc::new(Clock::default()), BackfillMetrics::default())
    }

    /// A process in place of the one before.
    pub fn restarted(mut self) -> Self {
        self.worker = self.another();
        self
    }

    /// The list of calls.
    pub fn asked(&self) -> Asked {
        Asked::all(&self.entry).remove(0)
    }

    /// A round of each list as at the start of a process.
    pub async fn round(&self) {
        for asked in Asked::all(&self.entry) {
            self.worker.round(asked, false, &CancellationToken::new()).await;
        }
    }

    /// A round when the next is due.
    pub async fn again(&self) {
        let progress = self.progress().await;
        let asked_at = progress.asked_at.map(|at| earlier(at, EVERY));
        self.set(&Progress { asked_at, waits_until: None, ..progress }).await;
        self.round().await;
    }

    pub async fn progress(&self) -> Progress {
        progress::read(&*self.backbone.memos, &self.asked().name()).await.unwrap().unwrap_or_default().0
    }

    pub async fn set(&self, progress: &Progress) {
        let memos = &*self.backbone.memos;
        let name = self.asked().name();
        let seen = progress::read(memos, &name).await.unwrap().map_or(0, |(_, seen)| seen);
        assert!(progress::write(memos, &name, progress, seen).await.unwrap());
    }

    /// Requests to the Data API.
    pub fn requests(&self) -> usize {
        self.uis.requests("POST", "/v2.0")
    }

    /// Requests for Ringostat's list.
    pub fn pbx_requests(&self) -> usize {
        self.pbx.requests("GET", "/calls/list")
    }

    /// So many answered and recorded calls, a second apart.
    pub fn list_uis(&self, count: usize, began: Timestamp) -> Vec<uis::Scenario> {
        let options = uis::GeneratorOptions { kinds: vec![uis::Kind::Answered], ..uis::GeneratorOptions::default() };
        let zone = jiff::tz::TimeZone::get(&self.entry.source.timezone).unwrap();
        let calls: Vec<_> = uis::Generator::new(5, options).take(count).collect();
        for (call, n) in calls.iter().zip(0..) {
            self.uis.with(|_, store| uis::list(store, call, later(began, Duration::from_secs(n)), &zone));
        }
        calls
    }

    pub fn list_ringostat(&self, count: usize, began: Timestamp) {
        let options = ringostat::GeneratorOptions { began, ..ringostat::GeneratorOptions::default() };
        // All within the time that is asked for.
        for call in ringostat::Generator::new(5, options).take(count.min(600)) {
            self.pbx.with(|_, store| ringostat::list(store, &call));
        }
        let rows = self.pbx.records(ringostat::CALLS);
        for n in rows.len()..count {
            let mut row = rows[n % rows.len()].fields.clone();
            row.insert("uniqueid".to_owned(), format!("ua1-more.{n}").into());
            self.pbx.with(|_, store| store.seed(ringostat::CALLS, row.into()));
        }
    }
}
