//! The RBS CRM connector against the simulated CRM: log-ins, sessions that end, answers lost on the way, and the records
//! of the scenarios as the CRM then holds them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod answers;
mod gone;
mod lost;
mod records;
mod sessions;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::{Call, Connection};
use serde_json::{Map, Value, json};
use simulators::rbs::{Failure as Broken, Login, RbsCrm, RbsOptions, Structures, Table};
use sinks::connector::{Connector, Known, Look, Made, Next, Notice, Put};
use sinks::crms::rbs_crm;
use sinks::{Failure, Session};

const CLIENT: &str = "+79161112233";

async fn started(options: RbsOptions) -> RbsCrm {
    RbsCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn crm() -> RbsCrm {
    started(RbsOptions::default()).await
}

fn entry(base_url: &str, users: &[u64], settings: &Value, password: &str) -> ConnectionEntry {
    let employees: Vec<Value> = users
        .iter()
        .enumerate()
        .map(|(n, user)| json!({"crm_user": user.to_string(), "extension": (101 + n).to_string()}))
        .collect();
    let connection: Connection = serde_json::from_value(json!({
        "id": "acme-rbs", "account": "acme", "kind": "rbs-crm", "sources": ["acme-uis"], "timezone": "Europe/Moscow",
        "base_url": base_url, "status": "active", "settings": settings, "employees": employees,
        "created_at": "2026-11-01T00:00:00Z", "version": 1
    }))
    .unwrap();
    let credential = |value: &str| Credential { value: Secret::new(value), from: None };
    let credentials =
        BTreeMap::from([("login".to_owned(), credential("api")), ("password".to_owned(), credential(password))]);
    ConnectionEntry { connection, credentials }
}

/// Memos of its own: nobody else has this connection.
fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

fn open(crm: &RbsCrm, users: &[u64], settings: &Value) -> Arc<dyn Session> {
    rbs_crm::RbsCrm
        .open(&entry(&crm.base_url(), users, settings, "secret"), &memos())
        .unwrap_or_else(|why| panic!("{why:?}"))
}

fn everything() -> Value {
    json!({"create_contact": true, "add_recording_to_deal": true, "missed_call_task": true, "request_timeout": "2s"})
}

fn call(outcome: &str, recordings: &[&str]) -> Call {
    let at = "2026-11-19T09:00:00Z";
    let leg = json!({"who": {"extension": "101"}, "rang_at": at});
    let talks = if outcome == "answered" { json!([{"who": {"extension": "101"}, "began_at": at}]) } else { json!([]) };
    let recordings: Vec<Value> = recordings.iter().map(|url| json!({"url": url, "heard_at": at})).collect();
    serde_json::from_value(json!({
        "id": "acme-uis/7 & <7>", "account": "acme", "source": "acme-uis", "session": "7 & <7>", "use_number": 1,
        "revision": 3, "direction": "incoming", "state": "ended", "outcome": outcome,
        "client": {"said": CLIENT, "e164": CLIENT}, "legs": [leg], "talks": talks, "recordings": recordings,
        "started_at": at, "ended_at": at, "last_heard_at": at, "events": []
    }))
    .unwrap()
}

/// Carries a call out as the engine does, without its ledger.
async fn deliver(session: &dyn Session, call: &Call, known: &mut Known) -> Result<String, Failure> {
    known.found.clear();
    for _ in 0..50 {
        match session.plan(call, known) {
            Next::Look(look) => {
                let found = session.look(&look).await?;
                known.found.insert(look.name, found);
            }
            Next::Put(put) => {
                let crm_id = match known.made.get(&put.name) {
                    Some(made) => {
                        session.change(&put, &made.crm_id, &made.content).await?;
                        made.crm_id.clone()
                    }
                    None => session.make(&put).await?,
                };
                known.made.insert(put.name, Made { crm_id, content: put.content });
            }
            Next::Done { note } => return Ok(note),
        }
    }
    panic!("the plan does not come to an end");
}

/// The first record that the plan wants made, all look-ups done.
async fn first_put(session: &dyn Session, call: &Call, known: &mut Known) -> Put {
    for _ in 0..50 {
        match session.plan(call, known) {
            Next::Look(look) => {
                let found = session.look(&look).await.unwrap();
                known.found.insert(look.name, found);
            }
            Next::Put(put) => return put,
            Next::Done { note } => panic!("nothing to make: {note}"),
        }
    }
    panic!("the plan does not come to an end");
}

fn task(user: u64) -> Put {
    let content =
        json!({"responsible": user.to_string(), "name": "Рога & <Копыта> ]]> 100%", "description": "x [rf:ab]"});
    let Value::Object(content) = content else { panic!("not a table") };
    Put {
        name: "task".to_owned(),
        record: "task".to_owned(),
        content,
        marker: "[rf:ab]".to_owned(),
        remember: None,
        why: "a test".to_owned(),
    }
}
