//! A token breaks, is replaced, and what was missed is sent or skipped; replays that ops people start; bodies read again.

mod again;
mod broken;
mod window;

use std::process::Output;

use serde_json::Value;

use crate::harness::{Site, eventually};

/// What a command printed as JSON; it must have done what was asked.
fn done(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How many deliveries stand so.
async fn standing(site: &Site, status: &str) -> usize {
    let page = site.api(&format!("deliveries?status={status}&limit=1000")).await;
    page["deliveries"].as_array().unwrap().len()
}

async fn until_standing(site: &Site, status: &str, count: usize) {
    eventually(&format!("{count} deliveries to be {status}"), async || {
        (standing(site, status).await == count).then_some(())
    })
    .await;
}

async fn until_connection(site: &Site, status: &str) {
    eventually(&format!("the connection to be {status}"), async || {
        (site.api("connections/acme-rbs").await["status"] == status).then_some(())
    })
    .await;
}

/// Waits until a replay is over; says how it stands then.
async fn over(site: &Site, id: &str) -> Value {
    eventually("the replay to be over", async || {
        let replay = site.api(&format!("replays/{id}")).await;
        (!replay["ended_at"].is_null()).then_some(replay)
    })
    .await
}
