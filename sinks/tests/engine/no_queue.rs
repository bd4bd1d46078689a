//! A queue that is away: work is found by looking, and what was taken in is not read again.

use std::sync::Arc;
use std::time::Duration;

use backbone::{Backbone, Error, Fut, Queue, Record, Topic};
use schemas::Timestamp;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::site::{Site, call, eventually};

struct Away;

fn away() -> Error {
    Error::Unavailable { part: "queue", why: "as told".into() }
}

impl Queue for Away {
    fn announce<'a>(&'a self, _: &'a str, _: u32) -> Fut<'a, ()> {
        Box::pin(async { Err(away()) })
    }

    fn wait<'a>(&'a self, _: &'a str, _: Duration) -> Fut<'a, bool> {
        Box::pin(async { Err(away()) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e1_without_a_queue_every_call_is_taken_in_and_delivered() {
    let (site, now) = (Site::new().await, Timestamp::now());
    // More than are taken in at once.
    let calls = (0..600).map(|n| {
        let (call, id) = (call(&n.to_string(), now), Uuid::now_v7());
        let (key, value) = (call.id.to_string(), serde_json::to_vec(&call).unwrap());
        Record { topic: Topic::Finished, key, id, at: now, due: None, value }
    });
    site.backbone.log.append(calls.collect()).await.unwrap();
    let stop = CancellationToken::new();
    let running = site.run(Backbone { queue: Arc::new(Away), ..site.backbone.clone() }, &stop);
    site.until_done(600).await;
    eventually(async || {
        let lag = site.backbone.log.lag().await.unwrap();
        lag.iter().any(|lag| lag.group == "sink-looking" && lag.records == 0)
    })
    .await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(site.left.lock().unwrap().len(), 600, "each sent once");
}
