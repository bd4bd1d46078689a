//! A CRM that takes every call as one record.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::Ledger;
use backbone::store::ConnectionEntry;
use schemas::{Call, CallId, Employee, Timestamp};
use serde_json::{Map, Value};
use sinks::connector::{Answer, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};

/// Of a request.
pub const TIMEOUT: Duration = Duration::from_secs(4);

/// A CRM that looks at the ledger whenever it is asked to make a record.
#[derive(Clone)]
pub struct Crm {
    pub ledger: Arc<dyn Ledger>,
    /// How long the request may still take by what is written down of it, each time.
    pub left: Arc<Mutex<Vec<Duration>>>,
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
    fn limits(&self) -> Limits {
        Limits {
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
