//! A CRM that asks for a pause while others wait for their turn.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::site::{Site, eventually};

/// Of these one is kept: a live call may be one turn, of two seconds, ahead.
const PER_MINUTE: u32 = 30;
/// Longer than the turn that a live call waits for when it is asked for.
const PAUSE: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_a_pause_holds_live_calls_too_that_had_their_turn() {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let running = site.run_as(site.backbone.clone(), &stop, |crm| crm.per_minute = PER_MINUTE);
    // The credentials are known to be good, so that several go at once.
    site.ended("1").await;
    site.until_done(1).await;
    *site.pause.lock().unwrap() = Some(PAUSE);
    for session in ["2", "3"] {
        site.ended(session).await;
    }
    eventually(async || site.asked.lock().unwrap().len() == 2).await;
    site.until_done(3).await;
    let asked = site.asked.lock().unwrap().clone();
    assert!(asked.len() == 4 && asked[2] >= asked[1] + PAUSE, "nothing was asked in the pause: {asked:?}");
    stop.cancel();
    running.await.unwrap().unwrap();
}
