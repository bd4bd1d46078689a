//! The sources that ingest knows by their webhook secrets: a bounded copy in memory, so that a known source's events are
//! taken while the store is away. Holds keyed hashes of secrets, never a secret; logs none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backbone::sealed::SecretKey;
use backbone::{Directory, Error};
use schemas::Source;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

const SOURCES_MAX: usize = 10_000;
const SECRET_BYTES_MAX: usize = 200;
/// A secret withdrawn is taken at most about this long.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How long a request may wait to learn whether anything changed: the copy serves as well.
const CHECK_TIMEOUT: Duration = Duration::from_millis(250);
/// Guessed secrets reach the store no faster than this many at once.
const LOOKUPS_AT_ONCE: usize = 8;
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Known sources.
pub struct Known {
    directory: Arc<dyn Directory>,
    /// Made anew with every start: fingerprints are compared, and mean something, only in this process.
    key: SecretKey,
    copy: Mutex<Copied>,
    lookups: Semaphore,
}

#[derive(Default)]
struct Copied {
    sources: HashMap<String, Arc<Source>>,
    /// Of the directory that the sources were read from, as far as known.
    version: Option<i64>,
    checked_at: Option<Instant>,
    store_away: bool,
}

/// Why there is no source.
#[derive(Debug, PartialEq, Eq)]
pub enum NoSource {
    /// No source has that secret.
    Unknown,
    /// The store, which would know, is away or too busy.
    Unavailable,
}

impl Known {
    /// Knows nothing yet.
    pub fn new(directory: Arc<dyn Directory>) -> Result<Self, Error> {
        Ok(Self {
            directory,
            key: SecretKey::generate()?,
            copy: Mutex::default(),
            lookups: Semaphore::new(LOOKUPS_AT_ONCE),
        })
    }

    /// The source with that secret. The map is searched by a keyed hash, so how long that takes tells nothing of a secret.
    pub async fn source(&self, secret: &str) -> Result<Arc<Source>, NoSource> {
        if secret.is_empty() || secret.len() > SECRET_BYTES_MAX {
            return Err(NoSource::Unknown);
        }
        self.forget_if_changed().await;
        let fingerprint = self.key.fingerprint(secret);
        let version = {
            let copy = self.lock();
            if let Some(source) = copy.sources.get(&fingerprint) {
                return Ok(Arc::clone(source));
            }
            copy.version
        };
        let source = Arc::new(self.look_up(secret).await?);
        self.keep(fingerprint, &source, version);
        Ok(source)
    }

    async fn look_up(&self, secret: &str) -> Result<Source, NoSource> {
        let asked = async {
            let _turn = self.lookups.acquire().await.ok()?;
            Some(self.directory.source_by_secret(secret).await)
        };
        match timeout(LOOKUP_TIMEOUT, asked).await {
            Ok(Some(Ok(found))) => found.ok_or(NoSource::Unknown),
            Ok(Some(Err(error))) => {
                self.note_store(Some(&error.to_string()));
                Err(NoSource::Unavailable)
            }
            Ok(None) | Err(_) => Err(NoSource::Unavailable),
        }
    }

    fn keep(&self, fingerprint: String, source: &Arc<Source>, version: Option<i64>) {
        let mut copy = self.lock();
        // The directory changed while it was asked: what it said may be what it was before.
        if copy.version != version {
            return;
        }
        if copy.sources.len() >= SOURCES_MAX
            && let Some(any) = copy.sources.keys().next().cloned()
        {
            copy.sources.remove(&any);
        }
        copy.sources.insert(fingerprint, Arc::clone(source));
    }

    /// Asks at most once a second, one request at a time, whether the directory changed.
    async fn forget_if_changed(&self) {
        {
            let mut copy = self.lock();
            if copy.checked_at.is_some_and(|at| at.elapsed() < CHECK_EVERY) {
                return;
            }
            copy.checked_at = Some(Instant::now());
        }
        let version = match timeout(CHECK_TIMEOUT, self.directory.version()).await {
            Ok(Ok(version)) => version,
            Ok(Err(error)) => return self.note_store(Some(&error.to_string())),
            Err(_) => return self.note_store(Some("no answer in time")),
        };
        self.note_store(None);
        let mut copy = self.lock();
        if copy.version != Some(version) {
            copy.sources.clear();
            copy.version = Some(version);
        }
    }

    /// Says once that the store is away, and once that it is back.
    fn note_store(&self, why: Option<&str>) {
        let was_away = std::mem::replace(&mut self.lock().store_away, why.is_some());
        match why {
            Some(why) if !was_away => tracing::warn!(why, "the list of sources cannot be asked; known sources go on"),
            None if was_away => tracing::info!("the list of sources can be asked again"),
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Copied> {
        // No code that holds the lock can panic halfway through a change.
        self.copy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
