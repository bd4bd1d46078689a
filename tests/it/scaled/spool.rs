//! Ingest while Kafka is away: it answers as ever, from its own disk, and forgets nothing through kill -9.

use super::fleet::{Role, fleet};
use crate::harness::{Load, eventually};

const SEED: u64 = 20_261_204;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b3_b4_kafka_and_the_store_away_ingest_killed_and_started_again_and_nothing_is_lost() {
    let fleet = fleet(SEED).await;
    let load = Load::new(SEED, 60, &fleet.crm);
    // It has met its source before: from now on it knows it without the store.
    let first = load.scenarios[0].notifications[0].body.clone();
    let answer = fleet.http.post(&fleet.hooks()[0]).header("content-type", "application/json").body(first).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    tokio::task::block_in_place(|| {
        fleet.kafka.kill();
        fleet.postgres.kill();
    });
    let ingest = fleet.of(Role::Ingest)[0].clone();
    let hooks = fleet.hooks();
    let kill = async {
        for _ in 0..3 {
            eventually("something to be spooled", async || spooled(&fleet.http, &ingest.url()).await).await;
            ingest.kill();
            ingest.start().await;
        }
    };
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), kill);
    assert!(acknowledged, "every webhook is acknowledged while Kafka and PostgreSQL are away");
    assert!(spooled(&fleet.http, &ingest.url()).await.is_some());
    tokio::task::block_in_place(|| {
        fleet.kafka.start_again();
        fleet.postgres.start_again();
    });
    eventually("the spool to be empty", async || spooled(&fleet.http, &ingest.url()).await.is_none().then_some(()))
        .await;
    fleet.settle(&load).await;
}

/// How many records wait in the spool; nothing where none do.
async fn spooled(http: &reqwest::Client, url: &str) -> Option<f64> {
    let text = http.get(format!("{url}/metrics")).send().await.ok()?.text().await.ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("ringfold_ingest_spool_records "))?;
    line.parse().ok().filter(|records| *records > 0.0)
}
