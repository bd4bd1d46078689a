//! The Uspacy connector against the simulated space: ways to be let in, the records of the scenarios as the space then holds
//! them, answers lost on the way, and everything in which the real one may differ from what is known of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

mod access;
mod lost;
mod records;
mod renewals;
mod traps;

use std::collections::BTreeMap;
use std::sync::Arc;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::{Call, Connection};
use serde_json::{Value, json};
use simulators::rest::Record;
use simulators::uspacy::{Traps, UspacyCrm, UspacyOptions};
use sinks::connector::{Connector, Known, Look, Made, Next, Put};
use sinks::crms::uspacy;
use sinks::{Failure, Session};

const CLIENT: &str = "+380671112233";
const DIGITS: &str = "380671112233";
const TOKEN: &[(&str, &str)] = &[("token", "long-lived-token-1")];
const APP: &[(&str, &str)] = &[("client_id", "app-4711"), ("client_secret", "app-secret-0815")];

async fn started(options: UspacyOptions) -> UspacyCrm {
    UspacyCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

/// A space and one of its users, who has the SIP account `acme_ivan` and is responsible by default.
async fn space(set: impl FnOnce(&mut Traps)) -> (UspacyCrm, u64) {
    let mut options = UspacyOptions::default();
    set(&mut options.traps);
    let crm = started(options).await;
    let user = crm.add_user("Іван");
    (crm, user)
}

fn entry(base_url: &str, user: u64, settings: &Value, credentials: &[(&str, &str)]) -> ConnectionEntry {
    let mut settings = settings.clone();
    if settings.get("default_responsible").is_none() {
        settings["default_responsible"] = json!(user);
    }
    let connection: Connection = serde_json::from_value(json!({
        "id": "acme-uspacy", "account": "acme", "kind": "uspacy", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
        "base_url": base_url, "status": "active", "settings": settings, "created_at": "2026-11-01T00:00:00Z",
        "employees": [{"crm_user": user.to_string(), "sip": "acme_ivan"}], "version": 1
    }))
    .unwrap();
    let credential = |value: &str| Credential { value: Secret::new(value), from: None };
    let credentials: BTreeMap<_, _> =
        credentials.iter().map(|(name, value)| ((*name).to_owned(), credential(value))).collect();
    ConnectionEntry { connection, credentials }
}

/// Memos of its own: nobody else has this connection.
fn memos() -> Arc<dyn Memos> {
    Arc::new(Volatile::default())
}

fn open_as(crm: &UspacyCrm, user: u64, settings: &Value, credentials: &[(&str, &str)]) -> Arc<dyn Session> {
    opened(&entry(&crm.base_url(), user, settings, credentials), &memos())
}

fn opened(entry: &ConnectionEntry, memos: &Arc<dyn Memos>) -> Arc<dyn Session> {
    uspacy::Uspacy.open(entry, memos).unwrap_or_else(|why| panic!("{why:?}"))
}

fn open(crm: &UspacyCrm, user: u64, settings: &Value) -> Arc<dyn Session> {
    open_as(crm, user, settings, TOKEN)
}

/// A call of the client: `direction` and `outcome` as the processor writes them.
fn call(direction: &str, outcome: &str) -> Call {
    let at = "2026-11-19T09:00:00Z";
    let leg = json!({"who": {"sip": "acme_ivan"}, "rang_at": at});
    let talks = if outcome == "answered" { json!([{"who": {"sip": "acme_ivan"}, "began_at": at}]) } else { json!([]) };
    serde_json::from_value(json!({
        "id": "acme-pbx/7 & <7>", "account": "acme", "source": "acme-pbx", "session": "7 & <7>", "use_number": 1,
        "revision": 3, "direction": direction, "state": "ended", "outcome": outcome,
        "client": {"said": DIGITS, "e164": CLIENT}, "legs": [leg], "talks": talks, "recordings": [],
        "marketing": {"utm_source": "google"}, "started_at": at, "ended_at": "2026-11-19T09:01:00Z", "last_heard_at": at,
        "events": []
    }))
    .unwrap()
}

fn recorded(call: Call) -> Call {
    let recording = json!({"url": "https://r.test/1?a=1&b=2", "heard_at": "2026-11-19T09:02:00Z"});
    Call { recordings: vec![serde_json::from_value(recording).unwrap()], ..call }
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
                made(known, put, crm_id);
            }
            Next::Done { note } => return Ok(note),
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

fn users() -> Look {
    Look { name: "users".to_owned(), query: json!({"find": "users"}), why: String::new() }
}

/// The only record of a table.
fn only(crm: &UspacyCrm, table: &str) -> Record {
    let mut all = crm.live(table);
    assert_eq!(all.len(), 1, "{table}: {all:#?}");
    all.remove(0)
}
