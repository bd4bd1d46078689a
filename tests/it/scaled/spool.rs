//! Ingest while Kafka is away: it answers as ever, from its own disk, and forgets nothing through kill -9.

use simulators::rbs::Table;

use super::fleet::{Fleet, Role, fleet};
use crate::harness::{CrmSetup, Load, eventually, template};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b10_an_ingest_cut_off_from_kafka_spools_its_part_and_no_session_is_split() {
    let fleet = Fleet::start(CrmSetup::default()).await;
    let cut = fleet.one_more(Role::Ingest);
    let mut nowhere = cut.command();
    nowhere.env("RINGFOLD_BACKBONE__LOG", "kafka://127.0.0.1:9");
    cut.spawn(nowhere).await;
    let hooks = fleet.hooks();
    let say = async |hook: &str, call: &str, state: &str, extension| {
        let body = template(call, "79161112233", state, extension, None);
        let request = fleet.http.post(hook).header("content-type", "application/json").body(body);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    // Of each session the middle is told to the one that is cut off.
    let calls = ["1", "2", "3", "4", "5"];
    for call in calls {
        say(&hooks[0], call, "RINGING", Some("101")).await;
        say(&hooks[1], call, "ANSWERED", Some("101")).await;
        say(&hooks[0], call, "MISSED", None).await;
    }
    let outcome = async |call: &str| fleet.api(&format!("calls/acme-uis/{call}")).await["call"]["outcome"].clone();
    for call in calls {
        let missed = async || (outcome(call).await == "missed").then_some(());
        eventually("the others to be folded meanwhile", missed).await;
    }
    assert_eq!(spooled(&fleet.http, &cut.url()).await, Some(5.0));
    assert!(cut.stop().await.success());
    cut.start().await;
    for call in calls {
        let answered = async || (outcome(call).await == "answered").then_some(());
        eventually("what it kept to be folded into the same calls", answered).await;
    }
    eventually("each to be delivered as it is now", async || {
        let list = fleet.api("deliveries?status=done").await;
        let deliveries = list["deliveries"].as_array().unwrap();
        (deliveries.len() == 5 && deliveries.iter().all(|delivery| delivery["done"] == 3)).then_some(())
    })
    .await;
    assert_eq!(fleet.crm.snapshot().rows(Table::ContactDocuments).len(), 5);
    fleet.balanced().await;
}

/// How many records wait in the spool; nothing where none do.
async fn spooled(http: &reqwest::Client, url: &str) -> Option<f64> {
    let text = http.get(format!("{url}/metrics")).send().await.ok()?.text().await.ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("ringfold_ingest_spool_records "))?;
    line.parse().ok().filter(|records| *records > 0.0)
}
