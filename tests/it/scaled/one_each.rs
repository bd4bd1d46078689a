//! One process of each role: what each shows and serves, how it stops, what it waits for, and what ends it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use simulators::rbs::Table;

use super::fleet::{Fleet, Role};
use super::servers::TOKEN;
use crate::harness::{CrmSetup, PATIENCE, Process, SECRET, eventually, template};

pub const ROLES: [Role; 4] = [Role::Ingest, Role::Process, Role::Sink, Role::Console];

pub async fn get(process: &Process, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", process.url())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

pub async fn say(fleet: &Fleet, call: &str) {
    say_of(fleet, call, "79161112233").await;
}

/// A call of this client was missed.
pub async fn say_of(fleet: &Fleet, call: &str, client: &str) {
    let body = template(call, client, "MISSED", None, None);
    let request = fleet.http.post(&fleet.hooks()[0]).header("content-type", "application/json").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await.unwrap());
}

pub async fn delivered(fleet: &Fleet, call: &str) {
    eventually(&format!("{call} to be delivered"), async || {
        let list = fleet.api(&format!("deliveries?call=acme-uis/{call}")).await;
        (list["deliveries"][0]["status"] == "done").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_of_each_role_carries_a_call_and_stops_when_told() {
    let fleet = Fleet::start(CrmSetup::default()).await;
    let all = ROLES.map(|role| fleet.of(role).remove(0));
    say(&fleet, "1").await;
    delivered(&fleet, "1").await;
    assert_eq!(fleet.crm.snapshot().rows(Table::ContactDocuments).len(), 1);
    // Each shows what is its own.
    let counts =
        ["ringfold_ingest_events_total{", "ringfold_folded_total 1", "ringfold_tries_total{", "ringfold_lag_records{"];
    for (process, own) in all.iter().zip(counts) {
        let (_, text) = get(process, "/metrics").await;
        for count in counts {
            assert_eq!(text.contains(count), count == own, "{count}: {text}");
        }
        assert_eq!(get(process, "/readyz").await, (200, "ready".to_owned()));
        assert_eq!(get(process, "/api/v1/openapi.json").await.0 == 200, own == counts[3]);
    }
    for process in &all {
        let status = process.stop().await;
        assert!(status.success(), "{status}: {}", process.log());
        for secret in ["5a5a5a5a", TOKEN, SECRET, "9161112233"] {
            assert!(!process.log().contains(secret), "{secret}: {}", process.log());
        }
    }
    // The same again: names, groups and what was read are kept.
    for process in &all {
        process.start().await;
    }
    say(&fleet, "2").await;
    delivered(&fleet, "2").await;
    assert_eq!(fleet.crm.snapshot().rows(Table::ContactDocuments).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b4_kafka_away_from_the_start_is_waited_for_and_ingest_goes_on() {
    let fleet = Fleet::prepare(CrmSetup::default()).await;
    tokio::task::block_in_place(|| fleet.kafka.stop());
    let all = ROLES.map(|role| fleet.one_more(role));
    for process in &all {
        process.start_alive().await;
    }
    let [ingest, process, sink, console] = &all;
    eventually("the store to be there", async || {
        let (status, text) = get(console, "/readyz").await;
        (status == 503 && text.contains("log: ") && !text.contains("store: ")).then_some(())
    })
    .await;
    fleet.apply();
    let (status, text) = get(ingest, "/readyz").await;
    assert!(status == 200 && text.starts_with("ready, without ") && text.contains("log: "), "{status} {text}");
    for call in ["1", "2"] {
        say(&fleet, call).await;
    }
    assert!(get(ingest, "/metrics").await.1.contains("ringfold_ingest_spool_records 2"));
    for process in [process, sink] {
        let (status, text) = get(process, "/readyz").await;
        assert!(status == 503 && text.contains("log: "), "{status} {text}");
    }
    tokio::task::block_in_place(|| fleet.kafka.start_again());
    for process in &all {
        process.answers("/readyz").await;
    }
    delivered(&fleet, "1").await;
    delivered(&fleet, "2").await;
}

/// How a process ends that cannot work, and what it says.
pub async fn ended(process: &Arc<Process>, data: PathBuf, change: Option<(&str, &str)>) -> (Option<i32>, String) {
    let mut command = process.command_on(&data);
    command.envs(change).stderr(Stdio::piped());
    let output = tokio::process::Command::from(command).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("the process ends by itself").unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_ends_a_role_and_what_is_taken_too() {
    let fleet = Fleet::prepare(CrmSetup::default()).await;
    let (console, other) = (fleet.add(Role::Console).await, fleet.one_more(Role::Console));
    // The same directory is another process's.
    let (status, said) = ended(&other, console.data(), None).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("in use by another process"), "{said}");
    for (variable, value, word) in
        [("RINGFOLD_BACKBONE__PARTITIONS", "5", "partitions"), ("RINGFOLD_SECRET_KEY", &"00".repeat(32), "secret key")]
    {
        let (status, said) = ended(&other, other.data(), Some((variable, value))).await;
        assert_eq!(status, Some(78), "{variable}: {said}");
        assert!(said.contains(word), "{said}");
    }
}
