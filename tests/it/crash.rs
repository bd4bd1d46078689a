//! kill -9 at any moment, again and again, while calls flow, the CRM drops a tenth of its answers after it has committed,
//! and its search is five seconds behind.

use std::time::Duration;

use crate::harness::{CrmSetup, Load, Site};

const CALLS: usize = 220;
const KILLS: usize = 20;
const SEED: u64 = 20_261_128;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_f1_f3_twenty_kills_lose_nothing_and_double_nothing() {
    let settings = "create_contact = true\nadd_recording_to_deal = true\nmissed_call_task = true\n\
                    request_timeout = \"2s\"\nsearch_lag = \"6s\"\nmax_in_flight = 16";
    let setup = CrmSetup { seed: SEED, ..CrmSetup::only(settings) };
    let site = Site::start(setup.source("talk_without_end = \"3s\"\nring_without_end = \"3s\"")).await;
    let load = Load::new(SEED, CALLS, &site.crm);
    site.crm.faults().set_search_lag(Duration::from_secs(5));
    site.crm.faults().drop_after_sometimes(0.1);

    let hooks = [site.hook()];
    let (acknowledged, ()) = tokio::join!(load.send(&site.http, &hooks), kill_again_and_again(&site));
    assert!(acknowledged, "every webhook is acknowledged in the end");

    site.settled(CALLS).await;
    assert!(site.crm.faults().struck().dropped_after > 10, "{:?}", site.crm.faults().struck());
    load.compare(&site.crm.snapshot());
}

/// Kills at moments drawn from the seed, from the first milliseconds of a life to well into it.
async fn kill_again_and_again(site: &Site) {
    let mut rng = fastrand::Rng::with_seed(SEED);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rng.u64(0..1500))).await;
        site.process.kill();
        site.process.start().await;
    }
}
