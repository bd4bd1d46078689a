//! The Zoho Desk connector against the simulated organisation: tokens, limits, answers lost on the way, and the records of
//! the scenarios as the organisation then holds them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod checks;
mod faults;
mod rows;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::{Call, Connection};
use serde_json::{Map, Value, json};
use simulators::zoho::{Record, ZohoDesk, ZohoOptions};
use sinks::connector::{Connector, Known, Look, Made, Next, Put};
use sinks::crms::zoho_desk;
use sinks::{Failure, Session};

const CLIENT: &str = "+380671112233";

/// An organisation with a senior manager and two agents of the mapping.
struct Site {
    desk: ZohoDesk,
    senior: u64,
    agents: [u64; 2],
}

impl Site {
    async fn new() -> Self {
        Self::with(ZohoOptions::default()).await
    }

    async fn with(options: ZohoOptions) -> Self {
        let desk = ZohoDesk::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let senior = desk.add_agent("Старша", "100");
        let agents = [desk.add_agent("Іван", "101"), desk.add_agent("Олена", "102")];
        Self { desk, senior, agents }
    }

    fn entry(&self, more: &Value) -> ConnectionEntry {
        let employees: Vec<Value> = self
            .agents
            .iter()
            .zip([("101", "acme_ivan"), ("102", "acme_olena")])
            .map(|(agent, (extension, sip))| json!({"crm_user": agent.to_string(), "extension": extension, "sip": sip}))
            .collect();
        let mut settings = json!({
            "department_id": 201, "senior_manager": self.senior.to_string(), "request_timeout": "2s"
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let connection: Connection = serde_json::from_value(json!({
            "id": "acme-zoho", "account": "acme", "kind": "zoho-desk", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
            "base_url": self.desk.base_url(), "status": "active", "settings": settings, "employees": employees,
            "created_at": "2026-11-01T00:00:00Z", "version": 1
        }))
        .unwrap();
        let options = ZohoOptions::default();
        let credentials = [
            ("client_id", options.client_id),
            ("client_secret", options.client_secret),
            ("refresh_token", options.refresh_token),
            ("org_id", options.org_id.to_string()),
            ("accounts_url", self.desk.base_url()),
        ];
        let credential = |value: &str| Credential { value: Secret::new(value), from: None };
        let credentials: BTreeMap<_, _> =
            credentials.iter().map(|(name, value)| ((*name).to_owned(), credential(value))).collect();
        ConnectionEntry { connection, credentials }
    }

    fn open(&self, more: &Value) -> Arc<dyn Session> {
        opened(&self.entry(more))
    }

    /// How many records each module has: contacts, tickets, calls, tasks.
    fn counts(&self) -> [usize; 4] {
        ["contacts", "tickets", "calls", "tasks"].map(|module| self.desk.records(module).len())
    }

    /// The last record of a module.
    fn last(&self, module: &str) -> Record {
        self.desk.records(module).pop().unwrap_or_else(|| panic!("there are no {module}"))
    }
}

/// Memos of its own: nobody else has this connection.
fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

fn opened(entry: &ConnectionEntry) -> Arc<dyn Session> {
    zoho_desk::ZohoDesk.open(entry, &memos()).unwrap_or_else(|why| panic!("{why:?}"))
}

fn call(outcome: &str, recordings: &[&str]) -> Call {
    let at = "2026-11-19T09:00:00Z";
    let leg = json!({"who": {"extension": "101"}, "rang_at": at});
    let talks = if outcome == "answered" { json!([{"who": {"extension": "101"}, "began_at": at}]) } else { json!([]) };
    let recordings: Vec<Value> = recordings.iter().map(|url| json!({"url": url, "heard_at": at})).collect();
    let (ended_at, talk_seconds) = ("2026-11-19T09:01:15Z", (outcome == "answered").then_some(65));
    serde_json::from_value(json!({
        "id": "acme-pbx/77.1", "account": "acme", "source": "acme-pbx", "session": "77.1", "use_number": 1, "revision": 3,
        "direction": "incoming", "state": "ended", "outcome": outcome, "client": {"said": CLIENT, "e164": CLIENT},
        "line": {"said": "+380442223344", "e164": "+380442223344"}, "legs": [leg], "talks": talks,
        "recordings": recordings, "marketing": {"utm_source": "google", "google_client_id": "123.456"},
        "talk_seconds": talk_seconds, "started_at": at, "ended_at": ended_at, "last_heard_at": at, "events": []
    }))
    .unwrap()
}

/// The same before its end.
fn ringing() -> Call {
    let mut call = serde_json::to_value(call("missed", &[])).unwrap();
    let fields = call.as_object_mut().unwrap();
    fields.insert("state".to_owned(), json!("ringing"));
    fields.retain(|key, _| key != "outcome" && key != "ended_at");
    serde_json::from_value(call).unwrap()
}

/// What the plan wants next, all look-ups done: a record, or its note at the end.
async fn next(session: &dyn Session, call: &Call, known: &mut Known) -> Result<Next, Failure> {
    for _ in 0..50 {
        match session.plan(call, known) {
            Next::Look(look) => {
                let found = session.look(&look).await?;
                known.found.insert(look.name, found);
            }
            next => return Ok(next),
        }
    }
    panic!("the plan does not come to an end");
}

fn made(known: &mut Known, put: Put, crm_id: String) {
    if let Some(word) = put.remember {
        known.remembered.insert(word.to_owned(), crm_id.clone());
    }
    known.made.insert(put.name, Made { crm_id, content: put.content });
}

/// Carries a call out as the engine does, without its ledger.
async fn deliver(session: &dyn Session, call: &Call, known: &mut Known) -> Result<String, Failure> {
    known.found.clear();
    for _ in 0..20 {
        match next(session, call, known).await? {
            Next::Put(put) => {
                let crm_id = match known.made.get(&put.name) {
                    Some(made) => {
                        session.change(&put, &made.crm_id, &made.content).await?;
                        made.crm_id.clone()
                    }
                    None => session.make(&put).await?,
                };
                made(known, put, crm_id);
            }
            Next::Done { note } => return Ok(note),
            Next::Look(look) => panic!("{look:?}"),
        }
    }
    panic!("the plan does not come to an end");
}

/// A look-up by hand.
fn look(query: &Value) -> Look {
    Look { name: "x".to_owned(), query: query.clone(), why: String::new() }
}

fn put(record: &str, content: Value, marker: &str) -> Put {
    let Value::Object(content) = content else { panic!("not a table") };
    let (name, marker, why) = (record.to_owned(), marker.to_owned(), "a test".to_owned());
    Put { record: name.clone(), name, content, marker, remember: None, why }
}

/// A record of a call that can be made by itself.
fn plain_call() -> Put {
    let content = json!({
        "subject": "Дзвінок & <1> ]]> 100%", "departmentId": "201", "direction": "inbound", "status": "Completed",
        "startTime": "2026-11-19T09:00:00.000Z", "description": "рядок\n[rf:ab]"
    });
    put("call", content, "[rf:ab]")
}

fn fields(settings: &Value) -> Map<String, Value> {
    settings.as_object().cloned().unwrap_or_default()
}
