//! Ingest: takes PBX notifications over HTTP, reads them, and answers 2xx once the log has them durably. Knows nothing of
//! calls (the processor folds them), of CRMs, or of where the log and the directory are kept.

mod batcher;
mod directory;
mod metrics;
mod problem;
mod receiver;
pub mod reread;
pub mod sources;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use backbone::{Directory, Error, Log};
use schemas::Clock;

pub use directory::SourcesOnDisk;
pub use metrics::{IngestMetrics, SpoolMetrics};
pub use receiver::router;
pub use sources::ABOUT_NO_CALL;

/// The receiver of one process; clones are the same one.
#[derive(Clone)]
pub struct Ingest {
    parts: Arc<Parts>,
}

struct Parts {
    batcher: batcher::Batcher,
    directory: directory::Known,
    clock: Arc<Clock>,
    metrics: IngestMetrics,
}

impl Ingest {
    /// Begins to write to `log` and to follow `directory`, in tasks of the current Tokio runtime; what it knows of the
    /// sources is kept on `disk`, where that is given. Fails only where the system gives no randomness.
    pub fn new(
        log: Arc<dyn Log>,
        directory: Arc<dyn Directory>,
        disk: Option<SourcesOnDisk>,
        clock: Arc<Clock>,
        metrics: IngestMetrics,
    ) -> Result<Self, Error> {
        let batcher = batcher::Batcher::start(log, metrics.clone());
        let directory = directory::Known::start(directory, disk)?;
        Ok(Self { parts: Arc::new(Parts { batcher, directory, clock, metrics }) })
    }

    /// Writes what was taken and takes no more; says whether all of it was written within `deadline`. To be called when
    /// the HTTP server has stopped: a request still on its way is answered 503 from here on.
    pub async fn drain(&self, deadline: Duration) -> bool {
        self.parts.batcher.drain(deadline).await
    }
}
