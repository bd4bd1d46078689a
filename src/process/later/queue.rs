//! The queue, there or not yet.

use std::time::Duration;

use backbone::rabbit::RabbitQueue;
use backbone::{Fut, Queue};

use super::Later;

/// A queue that may not be there yet.
pub struct LaterQueue(pub Later<RabbitQueue>);

impl Queue for LaterQueue {
    fn announce<'a>(&'a self, kind: &'a str, count: u32) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.announce(kind, count).await })
    }

    fn wait<'a>(&'a self, kind: &'a str, wait: Duration) -> Fut<'a, bool> {
        Box::pin(async move {
            if let Ok(queue) = self.0.get() {
                return queue.wait(kind, wait).await;
            }
            // Who waits for a word is not woken at once by there being nobody to say it.
            tokio::time::sleep(wait).await;
            Ok(false)
        })
    }
}
