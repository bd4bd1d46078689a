//! The Asteril connector against the simulated CRM: the records of the scenarios as the CRM then holds them, and what stands in
//! the way.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod failures;
mod found_again;
mod lists;
mod records;
mod secrets;

use std::collections::BTreeMap;
use std::sync::Arc;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::{Call, Connection};
use serde_json::{Value, json};
use simulators::asteril::{AsterilCrm, AsterilOptions, CALLS, CLIENTS, TASKS};
use simulators::rest::Record;
use sinks::connector::{Connector, Known, Made, Next, Put};
use sinks::crms::asteril::Asteril;
use sinks::{Failure, Session};

const CLIENT: &str = "380671234567";
const KEY: &str = "0123456789abcdef0123456789abcdef01234567";

/// The CRM and its one user.
async fn crm() -> (AsterilCrm, u64) {
    let crm = AsterilCrm::start(AsterilOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let user = crm.add_user("Іван");
    (crm, user)
}

fn entry(base_url: &str, key: &str, settings: &Value) -> ConnectionEntry {
    let connection: Connection = serde_json::from_value(json!({
        "id": "acme-asteril", "account": "acme", "kind": "asteril", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
        "base_url": base_url, "status": "active", "settings": settings,
        "employees": [{"crm_user": "1", "sip": "acme_ivan"}, {"crm_user": "1", "extension": "101"}],
        "created_at": "2026-11-01T00:00:00Z", "version": 1
    }))
    .unwrap();
    let credentials = BTreeMap::from([("api_key".to_owned(), Credential { value: Secret::new(key), from: None })]);
    ConnectionEntry { connection, credentials }
}

/// Memos of its own: nobody else has this connection.
fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

/// A session with these settings on top of the needed ones.
fn open(crm: &AsterilCrm, user: u64, settings: &Value) -> Arc<dyn Session> {
    let mut all = json!({"task_responsible": user, "request_timeout": "2s"});
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    Asteril.open(&entry(&crm.base_url(), KEY, &all), &memos()).unwrap_or_else(|why| panic!("{why:?}"))
}

fn call(direction: &str, outcome: &str, recordings: &[&str]) -> Call {
    let at = "2026-11-19T09:00:00Z";
    let ivan = json!({"extension": "101", "sip": "acme_ivan"});
    let talks = if outcome == "answered" { json!([{"who": ivan, "began_at": at}]) } else { json!([]) };
    let recordings: Vec<Value> = recordings.iter().map(|url| json!({"url": url, "heard_at": at})).collect();
    serde_json::from_value(json!({
        "id": "acme-pbx/ua1-1700000000.42&<7>", "account": "acme", "source": "acme-pbx",
        "session": "ua1-1700000000.42&<7>", "use_number": 1, "revision": 3, "direction": direction, "state": "ended",
        "outcome": outcome, "client": {"said": CLIENT, "e164": format!("+{CLIENT}")},
        "line": {"said": "380441112233", "e164": "+380441112233"}, "legs": [{"who": ivan, "rang_at": at}], "talks": talks,
        "recordings": recordings, "talk_seconds": if outcome == "answered" { json!(57) } else { json!(null) },
        "marketing": {"utm_source": "google", "landing": "https://shop.test/?a=1&b=2"},
        "started_at": at, "ended_at": at, "last_heard_at": at, "events": []
    }))
    .unwrap()
}

fn answered(recordings: &[&str]) -> Call {
    call("incoming", "answered", recordings)
}

fn missed() -> Call {
    call("incoming", "missed", &[])
}

/// Another call of the same client.
fn another(call: Call) -> Call {
    Call { id: schemas::CallId("acme-pbx/another".to_owned()), ..call }
}

/// Carries a call out as the engine does, without its ledger, until a record of this name is to be made.
async fn until(
    session: &dyn Session,
    call: &Call,
    known: &mut Known,
    stop: &str,
) -> Result<Result<Put, String>, Failure> {
    known.found.clear();
    for _ in 0..20 {
        match session.plan(call, known) {
            Next::Look(look) => {
                let found = session.look(&look).await?;
                known.found.insert(look.name, found);
            }
            Next::Put(put) if put.name == stop => return Ok(Ok(put)),
            Next::Put(put) => {
                let crm_id = match known.made.get(&put.name) {
                    Some(made) => {
                        session.change(&put, &made.crm_id, &made.content).await?;
                        made.crm_id.clone()
                    }
                    None => session.make(&put).await?,
                };
                if let Some(word) = put.remember {
                    known.remembered.insert(word.to_owned(), crm_id.clone());
                }
                known.made.insert(put.name, Made { crm_id, content: put.content });
            }
            Next::Done { note } => return Ok(Err(note)),
        }
    }
    panic!("the plan does not come to an end");
}

/// The same until it is done; the note.
async fn deliver(session: &dyn Session, call: &Call, known: &mut Known) -> Result<String, Failure> {
    until(session, call, known, "(nothing)").await.map(|done| done.err().unwrap_or_default())
}

/// The record that is to be made under this name, all before it made.
async fn wanted(session: &dyn Session, call: &Call, name: &str) -> (Put, Known) {
    let mut known = Known::default();
    let put = until(session, call, &mut known, name).await.unwrap();
    (put.unwrap_or_else(|note| panic!("no {name}: {note}")), known)
}

/// How many clients, calls and tasks there are.
fn counts(crm: &AsterilCrm) -> [usize; 3] {
    [CLIENTS, CALLS, TASKS].map(|table| crm.records(table).len())
}

fn last(crm: &AsterilCrm, table: &str) -> Record {
    crm.records(table).pop().unwrap_or_else(|| panic!("there are no {table}"))
}
