//! A CRM that takes a call in one request and has nothing to look up.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use backbone::Memos;
use backbone::store::ConnectionEntry;
use schemas::{Call, Employee};
use serde_json::{Map, Value};
use sinks::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};
use sinks::failure::Failure;
use std::time::Duration;
use tokio::time::Instant;

use super::Measured;
use crate::stats::percentile;

/// Its word.
pub const KIND: &str = "bench";

/// Microseconds of each request.
#[derive(Default)]
pub struct Times(Mutex<Vec<u32>>);

impl Times {
    fn add(&self, since: Instant) {
        let micros = u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(micros);
    }

    /// Prints what was measured, with the times of the requests.
    pub fn print(&self, measured: &Measured) -> Result<()> {
        let mut micros = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        micros.sort_unstable();
        let (p50_ms, p99_ms) = (percentile(&micros, 50) / 1000.0, percentile(&micros, 99) / 1000.0);
        println!("{}", serde_json::to_string(&Measured { p50_ms, p99_ms, ..*measured })?);
        Ok(())
    }
}

/// One request; the id that is answered.
pub async fn post(http: &reqwest::Client, url: &str, body: &Value, times: &Times) -> Result<String> {
    let sent = Instant::now();
    let answer = http.post(url).json(body).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.status());
    let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
    times.add(sent);
    Ok(answer["id"].as_str().context("an answer without an id")?.to_owned())
}

/// The kind. A connection with a `base_url` is at that address, and its times are not counted.
pub struct Bench {
    pub url: String,
    pub times: Arc<Times>,
    pub limits: Limits,
}

/// As many as there are at once, as fast as they go.
pub const UNLIMITED: Limits = Limits {
    max_in_flight: super::IN_FLIGHT,
    max_per_minute: 0,
    search_lag: Duration::from_secs(30),
    retry_for: Duration::from_hours(72),
    request_timeout: Duration::from_secs(10),
};

impl Connector for Bench {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn title(&self) -> &'static str {
        "Benchmark"
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
        let (own, http, limits) = (&entry.connection.base_url, reqwest::Client::new(), self.limits);
        let (url, times) = match own.as_str() {
            "" => (self.url.clone(), Arc::clone(&self.times)),
            own => (own.to_owned(), Arc::default()),
        };
        Ok(Arc::new(Open { http, url, times, limits }))
    }
}

struct Open {
    http: reqwest::Client,
    url: String,
    times: Arc<Times>,
    limits: Limits,
}

impl Session for Open {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        if known.made.contains_key("call") {
            return Next::Done { note: "the call is there".to_owned() };
        }
        let text = |text: &str| Value::String(text.to_owned());
        let client = call.client.as_ref().and_then(|client| client.e164.as_deref()).unwrap_or_default();
        let content = [
            ("call".to_owned(), text(call.id.as_str())),
            ("client".to_owned(), text(client)),
            ("started_at".to_owned(), text(&call.started_at.to_string())),
            ("talk_seconds".to_owned(), call.talk_seconds.into()),
        ];
        Next::Put(Put {
            name: "call".to_owned(),
            record: "call".to_owned(),
            content: content.into_iter().collect(),
            marker: call.id.to_string(),
            remember: None,
            why: "every call".to_owned(),
        })
    }

    fn check(&self) -> Answer<'_, Checked> {
        Box::pin(async { Ok(Checked::by(String::new())) })
    }

    fn look<'a>(&'a self, _: &'a Look) -> Answer<'a, Value> {
        Box::pin(async { Ok(Value::Null) })
    }

    fn make<'a>(&'a self, put: &'a Put) -> Answer<'a, String> {
        Box::pin(async {
            let body = Value::Object(put.content.clone());
            post(&self.http, &self.url, &body, &self.times).await.map_err(|why| Failure::Unavailable(why.to_string()))
        })
    }

    fn change<'a>(&'a self, _: &'a Put, _: &'a str, _: &'a Map<String, Value>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn find<'a>(&'a self, put: &'a Put) -> Answer<'a, Option<String>> {
        Box::pin(async {
            let asked = self.http.get(format!("{}/{}", self.url, put.marker)).send().await;
            let answer = asked.map_err(|why| Failure::Unavailable(why.to_string()))?;
            Ok(answer.status().is_success().then(|| put.marker.clone()))
        })
    }
}
