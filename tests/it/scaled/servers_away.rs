//! Kafka, RabbitMQ and PostgreSQL: each killed and started again, held still for half a minute, and slow.

use std::time::Duration;

use servers::Server;

use super::fleet::{Fleet, fleet};
use super::servers::PREFIX;
use crate::harness::Load;

const SEED: u64 = 20_261_203;
/// Longer than any request of ours waits.
const STILL: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_c2_kafka_killed_held_still_and_slow() {
    let fleet = fleet(SEED).await;
    survives(&fleet, &fleet.kafka, SEED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e1_e2_rabbitmq_killed_held_still_and_slow() {
    let fleet = fleet(SEED + 1).await;
    survives(&fleet, &fleet.rabbit, SEED + 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_d6_d7_postgresql_killed_held_still_and_slow() {
    let fleet = fleet(SEED + 2).await;
    survives(&fleet, &fleet.postgres, SEED + 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e6_a_queue_purged_and_deleted_by_hand_costs_nothing_but_time() {
    let fleet = fleet(SEED + 3).await;
    let load = Load::new(SEED + 3, 60, &fleet.crm);
    let by_hand = async {
        let queue = format!("{PREFIX}ringfold.work.rbs-crm");
        for words in [["purge_queue", &queue], ["delete_queue", &queue]].repeat(2) {
            tokio::time::sleep(Duration::from_secs(2)).await;
            tokio::task::block_in_place(|| fleet.rabbit.ctl(&words));
        }
    };
    let hooks = fleet.hooks();
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), by_hand);
    assert!(acknowledged, "every webhook is acknowledged");
    fleet.settle(&load).await;
}

async fn survives(fleet: &Fleet, server: &Server, seed: u64) {
    let load = Load::new(seed, 120, &fleet.crm);
    let hooks = fleet.hooks();
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), torment(server, seed));
    assert!(acknowledged, "every webhook is acknowledged");
    fleet.settle(&load).await;
}

async fn torment(server: &Server, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    tokio::time::sleep(Duration::from_millis(rng.u64(500..2500))).await;
    tokio::task::block_in_place(|| server.kill());
    tokio::time::sleep(Duration::from_millis(rng.u64(0..3000))).await;
    tokio::task::block_in_place(|| server.start_again());
    tokio::time::sleep(Duration::from_millis(rng.u64(500..2500))).await;
    hold(server, STILL).await;
    // Awake for a moment now and then: everything takes a second.
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(rng.u64(50..200))).await;
        hold(server, Duration::from_secs(1)).await;
    }
}

async fn hold(server: &Server, still: Duration) {
    tokio::task::block_in_place(|| server.pause());
    tokio::time::sleep(still).await;
    tokio::task::block_in_place(|| server.resume());
}
