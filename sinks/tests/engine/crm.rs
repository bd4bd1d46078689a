//! A CRM that takes every call as one record.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backbone::store::ConnectionEntry;
use backbone::{Ledger, Memos};
use schemas::{Call, CallId, Employee, Timestamp};
use serde_json::{Map, Value};
use sinks::Failure;
use sinks::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};

/// Of a request.
pub const TIMEOUT: Duration = Duration::from_secs(4);

/// A CRM that looks at the ledger whenever it is asked to make a record.
#[derive(Clone)]
pub struct Crm {
    pub ledger: Arc<dyn Ledger>,
    /// How long the request may still take by what is written down of it, each time.
    pub left: Arc<Mutex<Vec<Duration>>>,
    /// It makes its record of calls that go on, too.
    pub early: bool,
    /// Whether the call had ended, of each record made or changed; in that order.
    pub told: Arc<Mutex<Vec<bool>>>,
    /// Refuses every record of a call that goes on.
    pub refuses_early: bool,
    /// Whose account it is.
    pub account: Option<String>,
    /// Requests a minute that it takes; 0: any.
    pub per_minute: u32,
    /// The next record is refused, with a pause to wait for.
    pub pause: Arc<Mutex<Option<Duration>>>,
    /// When records were asked for, and refused ones.
    pub asked: Arc<Mutex<Vec<Instant>>>,
}

impl Crm {
    fn tell(&self, put: &Put) -> Result<(), Failure> {
        let ended = put.content["ended"].as_bool().unwrap();
        if self.refuses_early && !ended {
            return Err(Failure::Refused { field: None, said: "it goes on".into() });
        }
        self.told.lock().unwrap().push(ended);
        Ok(())
    }
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

    fn open(&self, _: &ConnectionEntry, _: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        Ok(Arc::new(self.clone()))
    }
}

impl Session for Crm {
    fn limits(&self) -> Limits {
        Limits {
            max_in_flight: 2,
            max_per_minute: self.per_minute,
            search_lag: Duration::ZERO,
            retry_for: Duration::from_mins(5),
            request_timeout: TIMEOUT,
        }
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        let content = Map::from_iter([("ended".to_owned(), Value::Bool(call.ended()))]);
        if known.made.get("call").is_some_and(|made| made.content == content) {
            return Next::Done { note: String::new() };
        }
        Next::Put(Put {
            name: "call".into(),
            record: "call".into(),
            content,
            marker: call.id.to_string(),
            remember: None,
            why: String::new(),
        })
    }

    fn early(&self) -> bool {
        self.early
    }

    fn check(&self) -> Answer<'_, Checked> {
        Box::pin(async { Ok(Checked::by(String::new())) })
    }

    fn account(&self) -> Answer<'_, Option<String>> {
        Box::pin(async { Ok(self.account.clone()) })
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
            self.asked.lock().unwrap().push(Instant::now());
            if let Some(pause) = self.pause.lock().unwrap().take() {
                return Err(Failure::Quota { said: "slower".into(), retry_after: Some(pause) });
            }
            self.tell(put)?;
            Ok("1".to_owned())
        })
    }

    fn change<'a>(&'a self, put: &'a Put, _: &'a str, _: &'a Map<String, Value>) -> Answer<'a, ()> {
        Box::pin(async { self.tell(put) })
    }

    fn find<'a>(&'a self, _: &'a Put) -> Answer<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }
}
