//! What the processor remembers of calls between batches: only what was committed, and only while the log says it holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use backbone::follow::Follower as _;
use backbone::log::{Batch, Start};
use backbone::{Consumer, Error, Fut, Record, Topic};
use schemas::Timestamp;

use crate::bench::{Bench, ago, answered_call, event, processor};

/// A reader that tells how often the log was asked for a call, and that can be given other keys or fail to commit.
struct Watched {
    inner: Box<dyn Consumer>,
    asked: Arc<AtomicU64>,
    moved: u64,
    /// Commits that fail from now on: before they happen.
    failing: u32,
}

impl Watched {
    async fn on(bench: &Bench) -> Self {
        let inner = bench.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
        Self { inner, asked: Arc::default(), moved: 0, failing: 0 }
    }
}

impl Consumer for Watched {
    fn poll(&mut self, max: usize, _: Duration) -> Fut<'_, Batch> {
        self.inner.poll(max, Duration::ZERO)
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        self.asked.fetch_add(keys.len() as u64, Ordering::SeqCst);
        self.inner.latest(keys)
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        self.inner.due(now, max)
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        if self.failing > 0 {
            self.failing -= 1;
            return Box::pin(async { Err(Error::Unavailable { part: "log", why: "the commit failed".into() }) });
        }
        self.inner.commit(outputs)
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        self.inner.rewind()
    }

    fn generation(&self) -> u64 {
        self.inner.generation() + self.moved
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_read_from_the_log_once_until_the_log_says_otherwise() {
    let bench = Bench::new().await;
    let mut reader = Watched::on(&bench).await;
    let mut processor = processor(&bench.backbone);
    let [ringing, answered, hangup] = answered_call("1", ago(100));
    for (event, asked) in [(ringing, 1), (answered, 1)] {
        bench.say(&[event]).await;
        processor.turn(&mut reader).await.unwrap();
        assert_eq!(reader.asked.load(Ordering::SeqCst), asked);
    }
    reader.moved += 1;
    bench.say(&[hangup]).await;
    processor.turn(&mut reader).await.unwrap();
    assert_eq!(reader.asked.load(Ordering::SeqCst), 2, "given other keys, it asks again");
    assert_eq!(bench.calls(Topic::Finished).await[0].revision, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d1_what_a_failed_commit_made_is_not_remembered() {
    let bench = Bench::new().await;
    let mut reader = Watched::on(&bench).await;
    let mut processor = processor(&bench.backbone);
    let [ringing, answered, hangup] = answered_call("1", ago(100));
    bench.say(&[ringing]).await;
    processor.turn(&mut reader).await.unwrap();
    bench.say(&[answered]).await;
    reader.failing = 2;
    for _ in 0..2 {
        processor.turn(&mut reader).await.unwrap_err();
        reader.rewind().await.unwrap();
    }
    bench.say(&[hangup]).await;
    processor.turn(&mut reader).await.unwrap();
    let finished = bench.calls(Topic::Finished).await;
    assert_eq!((finished.len(), finished[0].revision), (1, 3));
    assert_eq!(bench.calls(Topic::State).await, finished);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_make_too_large_a_transaction_is_folded_in_smaller_ones() {
    let bench = Bench::new().await;
    let long = "x".repeat(20_000);
    let many: Vec<_> = (0..60)
        .map(|n| {
            let mut hangup = event("1", schemas::PbxState::Hangup, ago(100 - n));
            hangup.said.recording = Some(format!("https://r/{n}/{long}"));
            hangup.id = schemas::EventId::of(&[&n.to_be_bytes()]);
            hangup
        })
        .collect();
    bench.say(&many).await;
    bench.run().await;
    let revisions: Vec<u32> = bench.calls(Topic::Finished).await.iter().map(|call| call.revision).collect();
    assert_eq!(revisions, (1..=60).collect::<Vec<u32>>(), "exactly once, however often it was begun again");
}
