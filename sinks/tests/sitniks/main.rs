//! The Sitniks connector against the simulated CRM: what stands there after each scenario, and what becomes of answers that
//! are lost, refused, or none.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod records;
mod traps;

use std::collections::BTreeMap;
use std::sync::Arc;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::{Call, CallState, Connection};
use serde_json::{Value, json};
use simulators::sitniks::{CALLS, CLIENTS, Record, Sitniks, SitniksOptions};
use sinks::connector::{Connector, Known, Made, Next, Put};
use sinks::crms::sitniks;
use sinks::{Failure, Session};

const NUMBER: &str = "+380671112233";
const TOKEN: &str = "company-token";

async fn started(options: SitniksOptions) -> Sitniks {
    Sitniks::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn crm() -> Sitniks {
    started(SitniksOptions::default()).await
}

fn entry(base_url: &str, managers: &[u64], settings: &Value, token: &str) -> ConnectionEntry {
    let employee = |(n, user): (usize, &u64)| json!({"crm_user": user.to_string(), "extension": (101 + n).to_string()});
    let employees: Vec<Value> = managers.iter().enumerate().map(employee).collect();
    let connection: Connection = serde_json::from_value(json!({
        "id": "acme-sitniks", "account": "acme", "kind": "sitniks", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
        "base_url": base_url, "status": "active", "settings": settings, "employees": employees,
        "created_at": "2026-11-01T00:00:00Z", "version": 1
    }))
    .unwrap();
    let credentials = BTreeMap::from([("token".to_owned(), Credential { value: Secret::new(token), from: None })]);
    ConnectionEntry { connection, credentials }
}

/// Memos of its own: nobody else has this connection.
fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

fn open(crm: &Sitniks, managers: &[u64], settings: &Value) -> Arc<dyn Session> {
    sitniks::Sitniks
        .open(&entry(&crm.base_url(), managers, settings, TOKEN), &memos())
        .unwrap_or_else(|why| panic!("{why:?}"))
}

/// A call of [`NUMBER`] with 101; a session of its own by `n`.
fn call(n: u32, direction: &str, outcome: &str, recordings: &[&str]) -> Call {
    let at = "2026-11-19T09:00:00Z";
    let leg = json!({"who": {"extension": "101"}, "rang_at": at});
    let talks = if outcome == "answered" { json!([{"who": {"extension": "101"}, "began_at": at}]) } else { json!([]) };
    let recordings: Vec<Value> = recordings.iter().map(|url| json!({"url": url, "heard_at": at})).collect();
    serde_json::from_value(json!({
        "id": format!("acme-pbx/{n} & <{n}>"), "account": "acme", "source": "acme-pbx", "session": "7", "use_number": 1,
        "revision": 3, "direction": direction, "state": "ended", "outcome": outcome, "talk_seconds": 57,
        "client": {"said": NUMBER, "e164": NUMBER}, "legs": [leg], "talks": talks, "recordings": recordings,
        "started_at": at, "ended_at": at, "last_heard_at": at, "events": []
    }))
    .unwrap()
}

fn ringing(n: u32) -> Call {
    Call { state: CallState::Ringing, outcome: None, ended_at: None, ..call(n, "incoming", "missed", &[]) }
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
                let crm_id = carry_out(session, &put, known).await?;
                if let Some(word) = put.remember {
                    known.remembered.insert(word.to_owned(), crm_id.clone());
                }
                known.made.insert(put.name, Made { crm_id, content: put.content });
            }
            Next::Done { note } => return Ok(note),
        }
    }
    panic!("the plan does not come to an end");
}

async fn carry_out(session: &dyn Session, put: &Put, known: &Known) -> Result<String, Failure> {
    if let Some(made) = known.made.get(&put.name) {
        session.change(put, &made.crm_id, &made.content).await?;
        return Ok(made.crm_id.clone());
    }
    match session.make(put).await {
        Err(Failure::AlreadyThere { crm_id }) => Ok(crm_id),
        made => made,
    }
}

/// The first record of this name that the plan wants, all before it looked up and made.
async fn wanted(session: &dyn Session, call: &Call, name: &str, known: &mut Known) -> Put {
    for _ in 0..50 {
        match session.plan(call, known) {
            Next::Look(look) => {
                let found = session.look(&look).await.unwrap();
                known.found.insert(look.name, found);
            }
            Next::Put(put) if put.name == name => return put,
            Next::Put(put) => {
                let crm_id = session.make(&put).await.unwrap();
                known.made.insert(put.name, Made { crm_id, content: put.content });
            }
            Next::Done { note } => panic!("{name} is not wanted: {note}"),
        }
    }
    panic!("the plan does not come to an end");
}

fn only_row(crm: &Sitniks) -> Record {
    let rows = crm.records(CALLS);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

fn cards(crm: &Sitniks) -> usize {
    crm.records(CLIENTS).len()
}
