//! The one task that writes: takes a batch, appends it, tells everyone in it; while the log takes several appends at once, it
//! takes the next batch meanwhile.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backbone::{Log, Record};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Item, Refusal, Shared};
use crate::IngestMetrics;

const BATCH_RECORDS_MAX: usize = 256;
const APPEND_TIMEOUT: Duration = Duration::from_secs(30);
/// More appends under way than this only take memory.
const APPENDS_AT_ONCE_MAX: usize = 64;

/// Writes until it is told to stop and nothing waits any more. Requests of one key that overlap in time have no order, and
/// one that was answered is in the log before the next is sent, so batches may overtake each other.
pub async fn run(log: Arc<dyn Log>, shared: Arc<Shared>, metrics: IngestMetrics) {
    let at_once = log.appends_at_once().clamp(1, APPENDS_AT_ONCE_MAX);
    let appender = Appender { log, metrics, failing: AtomicBool::new(false) };
    let mut under_way = FuturesUnordered::new();
    loop {
        let has_room = under_way.len() < at_once;
        let (items, stopping) = {
            let mut state = shared.lock();
            (if has_room { state.turns.take(BATCH_RECORDS_MAX) } else { Vec::new() }, state.stopping)
        };
        if !items.is_empty() {
            under_way.push(appender.write(items));
            continue;
        }
        if stopping && has_room && under_way.is_empty() {
            return;
        }
        tokio::select! {
            Some(()) = under_way.next() => {}
            () = shared.wake.notified(), if has_room => {}
        }
    }
}

struct Appender {
    log: Arc<dyn Log>,
    metrics: IngestMetrics,
    failing: AtomicBool,
}

impl Appender {
    async fn write(&self, items: Vec<Item>) {
        let (records, waiting): (Vec<_>, Vec<_>) = items.into_iter().map(released).unzip();
        let results = self.append(records).await;
        for (told, result) in waiting.into_iter().zip(results) {
            // Whoever asked may have gone.
            let _ = told.send(result);
        }
    }

    /// One result for each record. A record that the log cannot take must not refuse those it shares a batch with.
    async fn append(&self, records: Vec<Record>) -> Vec<Result<(), Refusal>> {
        #[expect(clippy::cast_precision_loss, reason = "at most 256")]
        self.metrics.append_records.observe(records.len() as f64);
        let together = self.append_once(records.clone()).await;
        if together != Err(Refusal::Invalid) || records.len() == 1 {
            return vec![together; records.len()];
        }
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            results.push(self.append_once(vec![record]).await);
        }
        results
    }

    async fn append_once(&self, records: Vec<Record>) -> Result<(), Refusal> {
        let first = records.first().map(|record| record.id).unwrap_or_default();
        let count = records.len();
        // A log that panics must not take the only writer with it.
        let appending = AssertUnwindSafe(async { self.log.append(records).await }).catch_unwind();
        let result = match timeout(APPEND_TIMEOUT, appending).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err((Refusal::from(&error), error.to_string())),
            Ok(Err(_)) => Err((Refusal::Unavailable, "it panicked".to_owned())),
            Err(_) => Err((Refusal::Unavailable, format!("no answer within {} s", APPEND_TIMEOUT.as_secs()))),
        };
        let Err((refusal, why)) = result else {
            if self.failing.swap(false, Ordering::Relaxed) {
                tracing::info!("the log takes notifications again");
            }
            return Ok(());
        };
        self.metrics.append_failures.inc();
        if refusal == Refusal::Invalid {
            tracing::error!(%why, count, %first, "the log does not take these records");
        } else if !self.failing.swap(true, Ordering::Relaxed) {
            // Said once: every request meanwhile would say it again.
            tracing::error!(%why, "the log takes no notifications; they are answered 503 until it does");
        }
        Err(refusal)
    }
}

/// What is in a batch no longer takes room in its queue.
fn released(item: Item) -> (Record, oneshot::Sender<Result<(), Refusal>>) {
    drop(item.permit);
    (item.record, item.told)
}
