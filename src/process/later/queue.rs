//! The queue: while it is away its words are lost, and nothing else. Workers look at the ledger by themselves.

use std::sync::Arc;
use std::time::Duration;

use backbone::{Error, Fut, Queue};
use console::Readiness;

use super::Later;

/// The part that is away when the queue is.
const PART: &str = "queue";

/// A queue whose words may be lost.
pub struct LossyQueue {
    queue: Later<Arc<dyn Queue>>,
    readiness: Readiness,
}

impl LossyQueue {
    /// Loses the words of `queue` rather than fail.
    pub fn new(queue: Later<Arc<dyn Queue>>, readiness: Readiness) -> Self {
        Self { queue, readiness }
    }

    fn told<T>(&self, done: Result<T, Error>) -> Option<T> {
        match done {
            Ok(it) => {
                self.readiness.ready(PART);
                Some(it)
            }
            Err(why) => {
                tracing::debug!(error = %why, "the queue is away, the ledger is looked at instead");
                self.readiness.not_ready(PART, why.to_string());
                None
            }
        }
    }
}

impl Queue for LossyQueue {
    fn announce<'a>(&'a self, kind: &'a str, count: u32) -> Fut<'a, ()> {
        Box::pin(async move {
            self.told(match self.queue.get() {
                Ok(queue) => queue.announce(kind, count).await,
                Err(why) => Err(why),
            });
            Ok(())
        })
    }

    fn wait<'a>(&'a self, kind: &'a str, wait: Duration) -> Fut<'a, bool> {
        Box::pin(async move {
            let began = tokio::time::Instant::now();
            let waited = match self.queue.get() {
                Ok(queue) => queue.wait(kind, wait).await,
                Err(why) => Err(why),
            };
            if let Some(word) = self.told(waited) {
                return Ok(word);
            }
            // Who waits for a word is not woken at once by there being none.
            tokio::time::sleep_until(began + wait).await;
            Ok(false)
        })
    }
}
