//! The roles as processes of their own, on Kafka, RabbitMQ and PostgreSQL.

use std::process::{Command, Stdio};

use serde_json::Value;
use servers::{Kafka, RabbitMq};
use simulators::rbs::{RbsCrm, Table};
use tempfile::TempDir;

use crate::harness::{CrmSetup, Process, SECRET, eventually, template};

const TOKEN: &str = "test-token-of-every-console";

/// One process of each role.
struct Fleet {
    ingest: Process,
    process: Process,
    sink: Process,
    console: Process,
    crm: RbsCrm,
    dir: TempDir,
    variables: Vec<(String, String)>,
    _database: servers::Database,
}

impl Fleet {
    async fn prepare(kafka: &Kafka, rabbit: &RabbitMq) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let setup = CrmSetup::default();
        let (crm, users) = setup.crm().await;
        std::fs::write(dir.path().join("accounts.toml"), setup.accounts(&crm.base_url(), &users)).unwrap();
        let database = tokio::task::spawn_blocking(|| servers::postgres().database()).await.unwrap();
        let variables = [
            ("BACKBONE__LOG", format!("kafka://{}", kafka.address())),
            ("BACKBONE__QUEUE", rabbit.url()),
            ("BACKBONE__STORE", database.url.clone()),
            ("BACKBONE__PREFIX", format!("{}.", servers::name())),
            ("BACKBONE__PARTITIONS", "3".to_owned()),
            ("BACKBONE__REPLICATION", "1".to_owned()),
            ("SECRET_KEY", "5a".repeat(32)),
            ("API_TOKEN", TOKEN.to_owned()),
        ];
        let variables: Vec<_> =
            variables.into_iter().map(|(name, value)| (format!("RINGFOLD_{name}"), value)).collect();
        let role = |words: &[&str]| Process::role(dir.path(), words, variables.clone());
        Self {
            ingest: role(&["ingest"]),
            process: role(&["process"]),
            sink: role(&["sink", "rbs-crm"]),
            console: role(&["console"]),
            crm,
            variables,
            _database: database,
            dir,
        }
    }

    fn apply(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfold"));
        command.args(["accounts", "apply", "-f"]).arg(self.dir.path().join("accounts.toml")).env_clear();
        command.env("RINGFOLD_SERVER", self.console.url()).env("RINGFOLD_TOKEN", TOKEN);
        let applied = command.stdin(Stdio::null()).output().unwrap();
        assert!(applied.status.success(), "{applied:?}");
    }

    async fn say(&self, call: &str) {
        let body = template(call, "79161112233", "MISSED", None, None);
        let url = format!("{}/hooks/{SECRET}", self.ingest.url());
        let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await.unwrap());
    }

    async fn delivered(&self, call: &str) {
        let url = format!("{}/api/v1/deliveries?call=acme-uis/{call}", self.console.url());
        eventually(&format!("{call} to be delivered"), async || {
            let answer = reqwest::Client::new().get(&url).bearer_auth(TOKEN).send().await.ok()?;
            let list: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
            (list["deliveries"][0]["status"] == "done").then_some(())
        })
        .await;
    }

    fn all(&self) -> [&Process; 4] {
        [&self.ingest, &self.process, &self.sink, &self.console]
    }
}

async fn get(process: &Process, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", process.url())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Starting servers blocks.
async fn shared() -> (&'static Kafka, &'static RabbitMq) {
    tokio::task::spawn_blocking(|| (servers::kafka(), servers::rabbit())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_of_each_role_carries_a_call_and_stops_when_told() {
    let (kafka, rabbit) = shared().await;
    let fleet = Fleet::prepare(kafka, rabbit).await;
    for process in fleet.all() {
        process.start().await;
    }
    fleet.apply();
    fleet.say("1").await;
    fleet.delivered("1").await;
    assert_eq!(fleet.crm.snapshot().rows(Table::ContactDocuments).len(), 1);
    // Each shows what is its own.
    let counts =
        ["ringfold_ingest_events_total{", "ringfold_folded_total 1", "ringfold_tries_total{", "ringfold_lag_records{"];
    for (process, own) in fleet.all().into_iter().zip(counts) {
        let (_, text) = get(process, "/metrics").await;
        for count in counts {
            assert_eq!(text.contains(count), count == own, "{count}: {text}");
        }
        assert_eq!(get(process, "/readyz").await, (200, "ready".to_owned()));
        assert_eq!(get(process, "/api/v1/openapi.json").await.0 == 200, own == counts[3]);
    }
    for process in fleet.all() {
        let status = process.stop().await;
        assert!(status.success(), "{status}: {}", process.log());
        for secret in ["5a5a5a5a", TOKEN, SECRET, "9161112233"] {
            assert!(!process.log().contains(secret), "{secret}: {}", process.log());
        }
    }
    // The same again: names, groups and what was read are kept.
    for process in fleet.all() {
        process.start().await;
    }
    fleet.say("2").await;
    fleet.delivered("2").await;
    assert_eq!(fleet.crm.snapshot().rows(Table::ContactDocuments).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b4_kafka_away_from_the_start_is_waited_for_and_ingest_goes_on() {
    let (_, rabbit) = shared().await;
    let kafka = tokio::task::spawn_blocking(Kafka::start).await.unwrap();
    // While it has its port, no process is given that.
    let fleet = Fleet::prepare(&kafka, rabbit).await;
    let kafka = tokio::task::spawn_blocking(move || {
        kafka.stop();
        kafka
    });
    let kafka = kafka.await.unwrap();
    for process in fleet.all() {
        process.start_alive().await;
    }
    eventually("the store to be there", async || {
        let (status, text) = get(&fleet.console, "/readyz").await;
        (status == 503 && text.contains("log: ") && !text.contains("store: ")).then_some(())
    })
    .await;
    fleet.apply();
    let (status, text) = get(&fleet.ingest, "/readyz").await;
    assert!(status == 200 && text.starts_with("ready, without ") && text.contains("log: "), "{status} {text}");
    for call in ["1", "2"] {
        fleet.say(call).await;
    }
    assert!(get(&fleet.ingest, "/metrics").await.1.contains("ringfold_ingest_spool_records 2"));
    for process in [&fleet.process, &fleet.sink] {
        let (status, text) = get(process, "/readyz").await;
        assert!(status == 503 && text.contains("log: "), "{status} {text}");
    }
    // It is there until the end of the test.
    let _kafka = tokio::task::spawn_blocking(move || {
        kafka.start_again();
        kafka
    })
    .await
    .unwrap();
    for process in fleet.all() {
        process.answers("/readyz").await;
    }
    fleet.delivered("1").await;
    fleet.delivered("2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_ends_a_role_and_what_is_taken_too() {
    let (kafka, rabbit) = shared().await;
    let fleet = Fleet::prepare(kafka, rabbit).await;
    fleet.console.start().await;
    let ended = |change: Option<(&str, &str)>, data: std::path::PathBuf| {
        let other = Process::role(fleet.dir.path(), &["console"], fleet.variables.clone());
        let mut command = other.command_on(&data);
        command.envs(change);
        let output = command.stderr(Stdio::piped()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    // The same directory is another process's.
    let (status, said) = ended(None, fleet.console.data());
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("in use by another process"), "{said}");
    for (variable, value, word) in
        [("RINGFOLD_BACKBONE__PARTITIONS", "5", "partitions"), ("RINGFOLD_SECRET_KEY", &"00".repeat(32), "secret key")]
    {
        let (status, said) = ended(Some((variable, value)), fleet.dir.path().join(word.replace(' ', "-")));
        assert_eq!(status, Some(78), "{variable}: {said}");
        assert!(said.contains(word), "{said}");
    }
}
