//! A processor that is behind: it reads on while a batch is committed, and folds only into what stands.

use std::time::Duration;

use backbone::follow::Follower as _;
use backbone::log::{Batch, Start};
use backbone::{Consumer, Error, Fut, Record, Topic};
use schemas::{Event, Timestamp};

use crate::bench::{Bench, ago, answered_call, processor};

/// A reader that gives as much as is asked for, and tells later what became of what was handed over.
struct Behind {
    inner: Box<dyn Consumer>,
    handed: Option<Result<(), Error>>,
    /// Of what is handed over from now on, the first so many fail.
    failing: u32,
    /// How often something was read meanwhile.
    read_on: u32,
}

impl Consumer for Behind {
    fn poll(&mut self, max: usize, _: Duration) -> Fut<'_, Batch> {
        Box::pin(async move {
            let mut all = Batch::default();
            while all.records.len() < max && !all.caught_up {
                let some = self.inner.poll(max - all.records.len(), Duration::ZERO).await?;
                all.caught_up = some.records.is_empty();
                all.records.extend(some.records);
            }
            self.read_on += u32::from(self.handed.is_some() && !all.records.is_empty());
            Ok(all)
        })
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        assert!(self.handed.is_none(), "folded into what does not stand yet");
        self.inner.latest(keys)
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        self.inner.due(now, max)
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        self.inner.commit(outputs)
    }

    fn hand_over(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        assert!(self.handed.is_none(), "handed over before it was known what became of the one before");
        Box::pin(async move {
            self.handed = Some(if self.failing > 0 {
                self.failing -= 1;
                Err(Error::Unavailable { part: "log", why: "the commit failed".into() })
            } else {
                self.inner.commit(outputs).await
            });
            Ok(())
        })
    }

    fn committed(&mut self) -> Fut<'_, ()> {
        let done = self.handed.take().unwrap_or(Ok(()));
        Box::pin(std::future::ready(done))
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        self.handed = None;
        self.inner.rewind()
    }

    fn generation(&self) -> u64 {
        self.inner.generation()
    }
}

/// 3,000 calls that go on side by side: each one's words are far from each other.
fn backlog() -> Vec<Event> {
    let calls: Vec<[Event; 3]> = (0..3_000).map(|n| answered_call(&n.to_string(), ago(100))).collect();
    (0..3).flat_map(|word| calls.iter().map(move |call| call[word].clone())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_what_is_read_on_meanwhile_is_neither_lost_nor_doubled_when_the_commit_fails() {
    let events = backlog();
    let undisturbed = Bench::new().await;
    undisturbed.say(&events).await;
    undisturbed.run().await;
    let expected = undisturbed.calls(Topic::Finished).await;
    assert_eq!(expected.len(), 3_000);

    for failing in [0, 2] {
        let bench = Bench::new().await;
        bench.say(&events).await;
        let inner = bench.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
        let mut reader = Behind { inner, handed: None, failing, read_on: 0 };
        let (mut processor, mut failed) = (processor(&bench.backbone), 0);
        for _ in 0..10 {
            if processor.turn(&mut reader).await.is_err() {
                failed += 1;
                reader.rewind().await.unwrap();
            }
        }
        // Two full batches, each followed by one more.
        assert_eq!((failed, reader.read_on), (failing, 2 + failing));
        assert_eq!(bench.calls(Topic::Finished).await, expected);
        let states = bench.calls(Topic::State).await;
        assert_eq!(states.len(), 3_000);
        assert!(states.iter().all(|call| expected.contains(call) && call.revision == 3));
    }
}
