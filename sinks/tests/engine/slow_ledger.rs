//! A ledger that is slow: no request may outlast what was written down of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backbone::ledger::{
    Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limits, Rank, Skip, Standing, Status, Step, Tally, Waiting,
    Wanted,
};
use backbone::{Backbone, Fut};
use schemas::{CallId, ConnectionId, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::crm::TIMEOUT;
use crate::site::{Site, call};

/// Takes longer over its first write than a request may take.
struct Slow {
    inner: Arc<dyn Ledger>,
    writes: AtomicU32,
}

impl Ledger for Slow {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        self.inner.want(wanted, now)
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>> {
        self.inner.claim(limits, now, lease, max)
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        self.inner.extend(claim, until)
    }

    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()> {
        Box::pin(async move {
            self.inner.write(claim, entries).await?;
            if self.writes.fetch_add(1, Ordering::Relaxed) == 0 {
                tokio::time::sleep(TIMEOUT).await;
            }
            Ok(())
        })
    }

    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()> {
        self.inner.release(claim, ending, now)
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        self.inner.retry(wanted, now)
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        self.inner.next_due(limits)
    }

    fn end_leases(&self) -> Fut<'_, ()> {
        self.inner.end_leases()
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        self.inner.delivery(connection, call)
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        self.inner.list(filter)
    }

    fn reopen<'a>(
        &'a self,
        wanted: &'a [(Wanted, Timestamp)],
        replay: &'a str,
        waiting: Waiting,
        now: Timestamp,
    ) -> Fut<'a, ()> {
        self.inner.reopen(wanted, replay, waiting, now)
    }

    fn hold<'a>(&'a self, replay: &'a str, held: bool) -> Fut<'a, ()> {
        Box::pin(async move { self.inner.hold(replay, held).await })
    }

    fn skip<'a>(&'a self, which: &'a Skip, note: &'a str, now: Timestamp, max: u32) -> Fut<'a, u64> {
        Box::pin(async move { self.inner.skip(which, note, now, max).await })
    }

    fn standing<'a>(&'a self, connection: &'a ConnectionId, calls: &'a [CallId]) -> Fut<'a, Vec<Option<Standing>>> {
        Box::pin(async move { self.inner.standing(connection, calls).await })
    }

    fn waits<'a>(&'a self, replay: &'a str) -> Fut<'a, bool> {
        Box::pin(async move { self.inner.waits(replay).await })
    }

    fn progress<'a>(&'a self, replay: &'a str) -> Fut<'a, Vec<(Status, u64)>> {
        Box::pin(async move { self.inner.progress(replay).await })
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        self.inner.tally()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_does_not_outlast_what_was_written_down_of_it() {
    let (site, now) = (Site::new().await, Timestamp::now());
    let call = call("1", now);
    let wanted = Wanted {
        connection: "crm".parse().unwrap(),
        kind: "looking".into(),
        call: call.id.clone(),
        lane: call.lane(),
        revision: 1,
        body: serde_json::to_vec(&call).unwrap(),
        rank: Rank::Live,
    };
    site.backbone.ledger.want(&[wanted], now).await.unwrap();
    let ledger = Arc::new(Slow { inner: Arc::clone(&site.backbone.ledger), writes: AtomicU32::new(0) });
    let stop = CancellationToken::new();
    let running = site.run(Backbone { ledger: Arc::<Slow>::clone(&ledger), ..site.backbone.clone() }, &stop);
    site.until_done(1).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(ledger.writes.load(Ordering::Relaxed) >= 2, "written down again after the slow write");
    let left = site.left.lock().unwrap().clone();
    assert_eq!(left.len(), 1, "sent once");
    assert!(left[0] > Duration::ZERO, "the request was begun after its own deadline");
}
