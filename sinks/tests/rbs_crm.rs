//! The RBS CRM connector against the simulated CRM: log-ins, sessions that end, answers lost on the way, and the records
//! of the scenarios as the CRM then holds them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers are part of the tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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

fn open(crm: &RbsCrm, users: &[u64], settings: &Value) -> Arc<dyn Session> {
    rbs_crm::RbsCrm.open(&entry(&crm.base_url(), users, settings, "secret")).unwrap_or_else(|why| panic!("{why:?}"))
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

#[tokio::test]
async fn check_says_as_whom_and_which_mapped_users_are_missing() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    assert_eq!(open(&crm, &[user], &json!({})).check().await.unwrap(), "connected as api, 1 users");
    let said = open(&crm, &[user, 999], &json!({})).check().await.unwrap();
    assert_eq!(said, "connected as api, 1 users; mapped, but not among them: 999");
}

#[tokio::test]
async fn f6_a_wrong_password_a_user_without_the_api_and_a_log_in_page_are_dead_tokens() {
    let no_api = Login { api: false, ..Login::new("api", "secret") };
    let closed = started(RbsOptions { logins: vec![no_api], ..RbsOptions::default() }).await;
    let said = open(&closed, &[], &json!({})).check().await.unwrap_err();
    assert!(matches!(&said, Failure::TokenDead(why) if why.contains("may not use the API")), "{said}");

    let crm = crm().await;
    let session = rbs_crm::RbsCrm.open(&entry(&crm.base_url(), &[], &json!({}), "wrong")).ok().unwrap();
    assert_eq!(session.check().await.unwrap_err().kind(), "token_dead");

    let session = open(&crm, &[], &json!({}));
    session.check().await.unwrap();
    crm.faults().login_page_next(1);
    let look = Look { name: "x".to_owned(), query: json!({"find": "companies", "ids": ["1"]}), why: String::new() };
    assert_eq!(session.look(&look).await.unwrap_err().kind(), "token_dead");
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_once_for_all_requests() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    for round in 1..=3 {
        let puts: Vec<Put> = (0..8).map(|_| task(user)).collect();
        let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        assert_eq!(crm.snapshot().count("auth", ""), round, "one log-in for all");
        crm.expire_sessions();
    }
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 24);
}

#[tokio::test]
async fn a_password_changed_in_between_is_a_dead_token() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    session.make(&task(user)).await.unwrap();
    crm.set_password("api", "new");
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "token_dead");
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 1);
}

#[tokio::test]
async fn sessions_of_one_request_make_no_endless_round() {
    let crm = started(RbsOptions { session_requests: Some(0), ..RbsOptions::default() }).await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.check().await.unwrap_err().kind(), "not_understood");
    assert!(crm.snapshot().count("auth", "") <= 4);
}

#[tokio::test]
async fn any_text_arrives_as_it_is() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    open(&crm, &[user], &json!({})).make(&task(user)).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Tasks)[0].get("name"), "Рога & <Копыта> ]]> 100%");
}

#[tokio::test]
async fn f7_a_refusal_carries_the_crms_word() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    let failure = session.make(&task(999)).await.unwrap_err();
    assert!(matches!(&failure, Failure::Refused { said, .. } if said.contains("responsible")), "{failure}");
}

#[tokio::test]
async fn f1_f2_an_answer_lost_leaves_a_question_that_the_marker_answers() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    crm.seed(Table::Tasks, &[("name", "чужая"), ("description", "no mark"), ("responsible", &user.to_string())]);
    crm.faults().drop_before_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    assert_eq!(session.find(&task(user)).await.unwrap(), None);
    crm.faults().drop_after_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    let made = crm.snapshot().rows(Table::Tasks)[1].id.to_string();
    assert_eq!(session.find(&task(user)).await.unwrap(), Some(made));
}

#[tokio::test]
async fn f1_every_record_of_a_call_is_found_by_its_marker() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &everything());
    let mut known = Known::default();
    for (call, record, table) in [
        (call("missed", &[]), "company", Table::Companies),
        (call("missed", &[]), "contact", Table::ContactDocuments),
        (call("missed", &[]), "task", Table::Tasks),
        (call("answered", &["https://r/1?a=1&b=2"]), "history-1", Table::DealsHistory),
    ] {
        if record == "history-1" {
            let company = known.made["company"].crm_id.parse().unwrap();
            crm.add_deal(company, 1, "2026-11-01", None);
            // The task is withdrawn and the contact corrected first.
            for _ in 0..2 {
                let put = first_put(session.as_ref(), &call, &mut known).await;
                let made = known.made[&put.name].clone();
                session.change(&put, &made.crm_id, &made.content).await.unwrap();
                known.made.insert(put.name, Made { content: put.content, ..made });
            }
        }
        let put = first_put(session.as_ref(), &call, &mut known).await;
        assert_eq!(put.name, record);
        assert_eq!(session.find(&put).await.unwrap(), None, "{record}");
        crm.faults().drop_after_next(1);
        assert_eq!(session.make(&put).await.unwrap_err().kind(), "outcome_unknown", "{record}");
        let rows = crm.snapshot().rows(table).len();
        assert_eq!(rows, 1, "{record}");
        let crm_id = session.find(&put).await.unwrap().unwrap();
        assert_eq!(crm_id, crm.snapshot().rows(table)[0].id.to_string(), "{record}");
        known.made.insert(put.name, Made { crm_id, content: put.content });
    }
}

#[tokio::test]
async fn r4_r5_r6_a_missed_call_that_was_answered_and_recorded_after_all() {
    let crm = crm().await;
    let (user, manager) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    let company = crm.add_company("Ромашка", "phone_mobile", "8 (916) 111-22-33", Some(manager));
    crm.add_company("Лютик", "phone_mobile", "8 (495) 111-22-33", Some(user));
    crm.add_deal(company, 1, "2026-10-01", None);
    let deal = crm.add_deal(company, 1, "2026-11-01 10:00:00", None);
    crm.add_deal(company, 2, "2026-11-10", None);
    let session = open(&crm, &[user], &everything());
    let mut known = Known::default();
    deliver(session.as_ref(), &call("missed", &[]), &mut known).await.unwrap();
    let rows = crm.snapshot();
    let (task, contact) = (&rows.rows(Table::Tasks)[0], &rows.rows(Table::ContactDocuments)[0]);
    assert_eq!((task.get("owner"), task.get("status")), (company.to_string().as_str(), "1"));
    assert_eq!((task.get("responsible"), contact.get("responsible")), (&*manager.to_string(), &*manager.to_string()));

    deliver(session.as_ref(), &call("answered", &["https://r/1?a=1&b=2"]), &mut known).await.unwrap();
    let rows = crm.snapshot();
    assert_eq!((rows.rows(Table::Companies).len(), rows.rows(Table::ContactDocuments).len()), (2, 1));
    let (task, contact) = (&rows.rows(Table::Tasks)[0], &rows.rows(Table::ContactDocuments)[0]);
    assert_eq!((task.get("status"), task.edits), ("2", 1));
    assert_eq!((contact.get("responsible"), contact.get("record_url")), (&*user.to_string(), "https://r/1?a=1&b=2"));
    let entry = &rows.rows(Table::DealsHistory)[0];
    assert_eq!((entry.get("owner"), entry.get("record_url")), (&*deal.to_string(), "https://r/1?a=1&b=2"));
    let before = crm.snapshot();
    deliver(session.as_ref(), &call("answered", &["https://r/1?a=1&b=2"]), &mut known).await.unwrap();
    assert_eq!(before.rows, crm.snapshot().rows, "the same again changes nothing");
}

#[tokio::test]
async fn an_edit_changes_one_row_and_only_what_differs() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({}));
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(session.make(&task(user)).await.unwrap());
    }
    let mut put = task(user);
    let held = put.content.clone();
    put.content.insert("status".to_owned(), json!("2"));
    session.change(&put, &ids[1], &held).await.unwrap();
    session.change(&put, &ids[1], &put.content).await.unwrap();
    let edits: Vec<u32> = crm.snapshot().rows(Table::Tasks).iter().map(|row| row.edits).collect();
    assert_eq!(edits, [0, 1, 0]);
    assert_eq!(session.change(&put, "", &held).await.unwrap_err().kind(), "refused");
}

#[tokio::test]
async fn f9_a_search_that_lags_does_not_hide_the_counterparty_we_made() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.faults().set_search_lag(Duration::from_mins(1));
    let session = open(&crm, &[user], &everything());
    let mut first = Known::default();
    deliver(session.as_ref(), &call("answered", &[]), &mut first).await.unwrap();
    let remembered = BTreeMap::from([("company".to_owned(), first.made["company"].crm_id.clone())]);
    let mut second = Known { remembered, ..Known::default() };
    deliver(session.as_ref(), &call("missed", &[]), &mut second).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Companies).len(), 1);
    assert_eq!(crm.snapshot().rows(Table::ContactDocuments).len(), 2);
}

#[tokio::test]
async fn r3_a_notice_reaches_the_responsible() {
    let crm = crm().await;
    let (user, manager) = (crm.add_user("Анна", "101"), crm.add_user("Пётр", "102"));
    crm.add_company("Ромашка", "phone_work", CLIENT, Some(manager));
    let session = open(&crm, &[user], &json!({}));
    let ringing: Call = Call { state: schemas::CallState::Ringing, outcome: None, ..call("missed", &[]) };
    let mut known = Known::default();
    let puts = loop {
        match session.notice(&ringing, &known) {
            Notice::Look(look) => {
                let found = session.look(&look).await.unwrap();
                known.found.insert(look.name, found);
            }
            Notice::Send(puts) => break puts,
        }
    };
    for put in &puts {
        session.make(put).await.unwrap();
    }
    let rows = crm.snapshot();
    assert_eq!(rows.rows(Table::Notifications).len(), 1);
    assert_eq!(rows.rows(Table::Notifications)[0].get("user"), manager.to_string());
}

#[tokio::test]
async fn f4_f5_what_stands_in_the_way_is_told_apart() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    let session = open(&crm, &[user], &json!({"request_timeout": "1s"}));
    session.check().await.unwrap();
    crm.faults().fail_next(1, Broken::new(429).retry_after("7"));
    let quota = session.make(&task(user)).await.unwrap_err();
    assert!(matches!(quota, Failure::Quota { retry_after: Some(wait), .. } if wait.as_secs() == 7), "{quota}");
    for (status, kind) in [(503, "unavailable"), (502, "outcome_unknown"), (401, "token_dead"), (400, "refused")] {
        crm.faults().fail_next(1, Broken::new(status));
        assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), kind, "{status}");
    }
    crm.faults().hang_next(1);
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "outcome_unknown");
    crm.faults().hang_next(1);
    assert_eq!(session.find(&task(user)).await.unwrap_err().kind(), "unavailable");
    crm.stop().await;
    assert_eq!(session.make(&task(user)).await.unwrap_err().kind(), "unavailable");
    crm.restart().await.unwrap();
    session.make(&task(user)).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::Tasks).len(), 1);
}

#[tokio::test]
async fn a_log_in_that_takes_all_the_time_sends_nothing() {
    let crm = crm().await;
    let user = crm.add_user("Анна", "101");
    crm.faults().set_login_delay(Duration::from_secs(5));
    let session = open(&crm, &[user], &json!({"request_timeout": "1s"}));
    let puts = [task(user), task(user), task(user)];
    let began = std::time::Instant::now();
    let made = futures_util::future::join_all(puts.iter().map(|put| session.make(put))).await;
    assert!(made.iter().all(|made| made.as_ref().is_err_and(|why| why.kind() == "unavailable")), "{made:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "each is done by its own deadline");
}

#[tokio::test]
async fn another_customers_names_are_a_matter_of_settings() {
    let structures = Structures::default()
        .rename(Table::Deals, "documents.sales")
        .rename_field(Table::Deals, "owner", "client")
        .rename_field(Table::Companies, "phone_mobile", "cell");
    let crm = started(RbsOptions { structures, ..RbsOptions::default() }).await;
    let user = crm.add_user("Анна", "101");
    let company = crm.add_company("Ромашка", "phone_mobile", CLIENT, None);
    let deal = crm.add_deal(company, 5, "2026-11-01", None);
    let settings = json!({"add_recording_to_deal": true, "structures": {
        "deals": {"structure": "documents.sales", "owner": "client", "active": "5"},
        "companies": {"phones": ["phone", "cell"]}
    }});
    let session = open(&crm, &[user], &settings);
    deliver(session.as_ref(), &call("answered", &["https://r/1"]), &mut Known::default()).await.unwrap();
    assert_eq!(crm.snapshot().rows(Table::DealsHistory)[0].get("owner"), deal.to_string());
}

#[tokio::test]
async fn what_is_wrong_with_a_connection_has_its_place() {
    let place = |entry: ConnectionEntry| {
        let problems = rbs_crm::RbsCrm.open(&entry).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.path.join(".")).collect::<Vec<_>>().join(" ")
    };
    let good = || entry("https://c1.rbs360.ru", &[17], &json!({}), "secret");
    assert_eq!(place(good()), "");
    let mut zone = good();
    zone.connection.timezone = "Mars/Base".to_owned();
    assert_eq!(place(zone), "timezone");
    assert_eq!(place(entry("c1.rbs360.ru", &[17], &json!({}), "secret")), "base_url");
    assert_eq!(place(entry("https://c1.rbs360.ru", &[17], &json!({}), "")), "credentials.password");
    let settings: Map<String, Value> = Map::from_iter([("create".to_owned(), json!(true))]);
    assert_eq!(rbs_crm::RbsCrm.check_settings(&settings, &[]).len(), 1);
}
