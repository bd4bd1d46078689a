//! Processors and sink workers that come and go under load, in good order or not, and one that comes back from the dead.

use std::time::{Duration, Instant};

use super::fleet::{Fleet, Role, fleet};
use super::one_each::{delivered, say_of};
use crate::harness::{CrmSetup, Load, eventually};

const SEED: u64 = 20_261_202;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_two_and_then_four_processors_and_sink_workers_join_and_leave_under_load() {
    let fleet = fleet(SEED).await;
    let load = Load::new(SEED, 120, &fleet.crm);
    let hooks = fleet.hooks();
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), come_and_go(&fleet));
    assert!(acknowledged, "every webhook is acknowledged");
    fleet.settle(&load).await;
}

async fn come_and_go(fleet: &Fleet) {
    let pause = Duration::from_secs(2);
    tokio::join!(fleet.add(Role::Process), fleet.add(Role::Sink));
    tokio::time::sleep(pause).await;
    tokio::join!(fleet.add(Role::Process), fleet.add(Role::Sink));
    tokio::join!(fleet.add(Role::Process), fleet.add(Role::Sink));
    tokio::time::sleep(pause).await;
    for role in [Role::Process, Role::Sink] {
        let of_role = fleet.of(role);
        // One leaves in good order, one is killed, and the first of all goes too: what is left was there last.
        let status = of_role[1].stop().await;
        assert!(status.success(), "{role:?}: {status}");
        of_role[2].kill();
        let status = of_role[0].stop().await;
        assert!(status.success(), "{role:?}: {status}");
    }
}

/// Held still for longer than its session lasts, its partitions go to another, which goes on; then it wakes up in the
/// middle of what it was doing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_d2_a_zombie_processor_and_a_zombie_sink_worker_change_nothing() {
    let fleet = fleet(SEED + 1).await;
    let load = Load::new(SEED + 1, 80, &fleet.crm);
    let hooks = fleet.hooks();
    let (acknowledged, ()) = tokio::join!(load.send(&fleet.http, &hooks), bury_alive(&fleet));
    assert!(acknowledged, "every webhook is acknowledged");
    fleet.settle(&load).await;
}

async fn bury_alive(fleet: &Fleet) {
    tokio::time::sleep(Duration::from_secs(2)).await;
    let zombies = [fleet.of(Role::Process)[0].clone(), fleet.of(Role::Sink)[0].clone()];
    for zombie in &zombies {
        zombie.signal("STOP");
    }
    tokio::join!(fleet.add(Role::Process), fleet.add(Role::Sink));
    let folded = async |fleet: &Fleet| {
        let metrics = format!("{}/metrics", fleet.of(Role::Process)[1].url());
        let text = reqwest::get(metrics).await.ok()?.text().await.ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("ringfold_folded_total "))?.parse::<u64>().ok()?;
        (line > 0).then_some(())
    };
    eventually("the other processor to have taken over", async || folded(fleet).await).await;
    for zombie in &zombies {
        zombie.signal("CONT");
    }
}

/// Both know of each other, and together they keep to what one may send.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_two_sink_workers_send_together_what_a_minute_may_have() {
    const PER_MINUTE: u32 = 120;
    const CALLS: u32 = 10;
    /// Log-ins, whose account it is, and the first turns of each.
    const BESIDE: u64 = 8;
    let fleet = Fleet::start(CrmSetup::only(&format!("create_contact = true\nmax_per_minute = {PER_MINUTE}"))).await;
    fleet.add(Role::Sink).await;
    for worker in fleet.of(Role::Sink) {
        let knows = |line: &str| line.contains("share the limits") && line.contains("\"workers\":2");
        eventually("each to know of the other", async || worker.log().lines().any(knows).then_some(())).await;
    }
    let begun = Instant::now();
    for call in 1..=CALLS {
        say_of(&fleet, &call.to_string(), &format!("79161112{call:03}")).await;
    }
    for call in 1..=CALLS {
        delivered(&fleet, &call.to_string()).await;
    }
    let (took, requests) = (begun.elapsed(), fleet.crm.snapshot().requests);
    let turns = u32::try_from(requests - BESIDE).unwrap();
    assert!(took >= Duration::from_mins(1) / PER_MINUTE * turns, "{requests} requests in {took:?}");
    let status = fleet.of(Role::Sink)[1].stop().await;
    assert!(status.success(), "{status}");
}
