//! How long the calls of each source may last without a word: read from the directory, again when it changes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backbone::{Directory, Error};
use schemas::{SourceId, Timing};

/// The directory is asked this often whether it changed.
const REFRESHED_EVERY: Duration = Duration::from_secs(1);

/// The timing of every source.
pub struct Sources {
    directory: Arc<dyn Directory>,
    version: Option<i64>,
    refreshed: Option<Instant>,
    timing: HashMap<SourceId, Timing>,
}

impl Sources {
    /// Read at the first [`Self::refresh`].
    pub fn new(directory: Arc<dyn Directory>) -> Self {
        Self { directory, version: None, refreshed: None, timing: HashMap::new() }
    }

    /// Reads the directory if it changed; but not again within a second.
    pub async fn refresh(&mut self) -> Result<(), Error> {
        if self.refreshed.is_some_and(|at| at.elapsed() < REFRESHED_EVERY) {
            return Ok(());
        }
        let version = self.directory.version().await?;
        if self.version != Some(version) {
            let sources = self.directory.load().await?.sources;
            self.timing = sources.into_iter().map(|entry| (entry.source.id.clone(), entry.source.timing())).collect();
            self.version = Some(version);
        }
        self.refreshed = Some(Instant::now());
        Ok(())
    }

    /// Of one source; the defaults where it is not known any more.
    pub fn timing(&self, source: &SourceId) -> Timing {
        self.timing.get(source).copied().unwrap_or_default()
    }
}
