//! D1: a crash at every step of read, fold, write.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use backbone::follow::Follower as _;
use backbone::log::{Batch, Start};
use backbone::{Consumer, Error, Fut, Record, Topic};
use schemas::Timestamp;

use crate::bench::{Bench, ago, answered_call, processor};

/// A reader whose process dies at the n-th thing that it does: before it happens, or after it has happened.
struct Dying {
    inner: Box<dyn Consumer>,
    left: Arc<AtomicI64>,
}

fn dead() -> Error {
    Error::Unavailable { part: "log", why: "the process was killed".into() }
}

impl Dying {
    fn dies(&self) -> bool {
        self.left.fetch_sub(1, Ordering::SeqCst) <= 0
    }
}

impl Consumer for Dying {
    fn poll(&mut self, max: usize, _: Duration) -> Fut<'_, Batch> {
        Box::pin(async move {
            if self.dies() {
                return Err(dead());
            }
            // One event a transaction, so that every event has its crash.
            self.inner.poll(max.min(1), Duration::ZERO).await
        })
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        Box::pin(async move { if self.dies() { Err(dead()) } else { self.inner.latest(keys).await } })
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        Box::pin(async move { if self.dies() { Err(dead()) } else { self.inner.due(now, max).await } })
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            if self.dies() {
                return Err(dead());
            }
            self.inner.commit(outputs).await?;
            if self.dies() { Err(dead()) } else { Ok(()) }
        })
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        self.inner.rewind()
    }

    fn generation(&self) -> u64 {
        self.inner.generation()
    }
}

async fn run_until_death(bench: &Bench, lives: i64) {
    let inner = bench.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
    let mut reader = Dying { inner, left: Arc::new(AtomicI64::new(lives)) };
    let mut processor = processor(&bench.backbone);
    while processor.turn(&mut reader).await.is_ok() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_a_crash_at_every_step_loses_and_doubles_nothing() {
    let mut events = answered_call("1", ago(100)).to_vec();
    events.extend(answered_call("2", ago(90)));
    let undisturbed = Bench::new().await;
    undisturbed.say(&events).await;
    undisturbed.run().await;
    let expected = undisturbed.calls(Topic::Finished).await;
    assert_eq!(expected.len(), 2);

    for lives in 0..30 {
        let bench = Bench::new().await;
        bench.say(&events).await;
        // Killed at this step, started again, and again at the same step of the next life, then left alone.
        run_until_death(&bench, lives).await;
        run_until_death(&bench, lives).await;
        bench.run().await;
        assert_eq!(bench.calls(Topic::Finished).await, expected, "killed at step {lives}");
        assert_eq!(bench.calls(Topic::State).await, undisturbed.calls(Topic::State).await, "killed at step {lives}");
    }
}
