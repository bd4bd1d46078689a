//! The queue within one process: a count of announced work by kind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Fut;
use crate::queue::Queue;

/// More announcements than this add nothing: workers look at the ledger until it has no more.
const MOST: usize = 1024;

/// One semaphore a kind, whose permits are announcements. Kinds are those of the registry, so their number is bounded.
#[derive(Default)]
pub struct EmbeddedQueue(Mutex<HashMap<String, Arc<Semaphore>>>);

impl EmbeddedQueue {
    fn of(&self, kind: &str) -> Arc<Semaphore> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kinds.entry(kind.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))))
    }
}

impl Queue for EmbeddedQueue {
    fn announce<'a>(&'a self, kind: &'a str, count: u32) -> Fut<'a, ()> {
        Box::pin(async move {
            let permits = self.of(kind);
            let room = MOST.saturating_sub(permits.available_permits());
            permits.add_permits(room.min(count as usize));
            Ok(())
        })
    }

    fn wait<'a>(&'a self, kind: &'a str, wait: Duration) -> Fut<'a, bool> {
        Box::pin(async move {
            let permits = self.of(kind);
            match tokio::time::timeout(wait, permits.acquire()).await {
                Ok(Ok(permit)) => {
                    permit.forget();
                    Ok(true)
                }
                _ => Ok(false),
            }
        })
    }
}
