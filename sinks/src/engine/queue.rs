//! What the engine says to the queue and hears from it. No word is needed: the sweep of the ledger finds the work too, so a
//! queue that is away holds nobody up.

use std::sync::Arc;
use std::time::Duration;

use backbone::Queue;
use tokio::sync::Notify;

/// The ledger is looked at so often at least: a word of the queue may be lost.
pub const SWEEP: Duration = Duration::from_secs(1);

/// Says that there is more to do, where anybody hears it.
pub async fn announce(queue: &dyn Queue, kind: &str, count: u32) {
    if let Err(why) = queue.announce(kind, count).await {
        tracing::debug!(kind, error = %why, "the queue was not told, the sweep will see");
    }
}

/// Passes the queue's word on.
pub async fn listen(queue: Arc<dyn Queue>, kind: &'static str, told: Arc<Notify>) {
    loop {
        match queue.wait(kind, SWEEP).await {
            Ok(true) => told.notify_one(),
            Ok(false) => {}
            Err(why) => {
                tracing::debug!(kind, error = %why, "the queue does not answer, the sweep will see");
                tokio::time::sleep(SWEEP).await;
            }
        }
    }
}
