//! kill -9 of every role, at moments drawn from the seed.

use std::time::Duration;

use super::fleet::{Fleet, Role, fleet};
use crate::harness::Load;

const CALLS: usize = 120;
const KILLS: usize = 16;
const SEED: u64 = 20_261_201;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b2_c6_d1_e4_f3_every_role_killed_again_and_again_loses_nothing_and_doubles_nothing() {
    let fleet = fleet(SEED).await;
    tokio::join!(fleet.add(Role::Ingest), fleet.add(Role::Process), fleet.add(Role::Sink));
    let load = Load::new(SEED, CALLS, &fleet.crm);
    let hooks = fleet.hooks();
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), kill_again_and_again(&fleet));
    assert!(acknowledged, "every webhook is acknowledged in the end");
    fleet.settle(&load).await;
}

/// Each role in turn, so that none is spared; which of its processes, and when, the seed says.
async fn kill_again_and_again(fleet: &Fleet) {
    let mut rng = fastrand::Rng::with_seed(SEED);
    for n in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rng.u64(0..1500))).await;
        let of_role = fleet.of([Role::Process, Role::Sink, Role::Ingest, Role::Console][n % 4]);
        let process = &of_role[rng.usize(..of_role.len())];
        process.kill();
        process.start().await;
    }
}
