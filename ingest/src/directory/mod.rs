//! The sources that ingest knows by their webhook secrets: a bounded copy of its own, in memory and, where it was given a
//! directory, on disk, so that a known source's events are taken while the store is away, after a restart too. Holds keyed
//! hashes of secrets, never a secret; logs none.

mod file;
mod refresh;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backbone::sealed::SecretKey;
use backbone::{Directory, Error};
use schemas::Source;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const SOURCES_MAX: usize = 10_000;
const SECRET_BYTES_MAX: usize = 200;
/// Guessed secrets reach the store no faster than this many at once.
const LOOKUPS_AT_ONCE: usize = 8;
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the copy is kept through a restart.
#[derive(Clone)]
pub struct SourcesOnDisk {
    /// The data directory; the copy is the file `sources.json` in it.
    pub dir: PathBuf,
    /// The process's secret key: without it the file tells nothing of the secrets.
    pub key: SecretKey,
}

/// Known sources.
pub struct Known {
    inner: Arc<Inner>,
    refresher: tokio::task::AbortHandle,
}

struct Inner {
    directory: Arc<dyn Directory>,
    /// Of the fingerprints; without a file made anew with every start.
    key: SecretKey,
    file: Option<PathBuf>,
    copy: Mutex<Copied>,
    lookups: Semaphore,
}

type Sources = HashMap<String, Arc<Source>>;

#[derive(Default)]
struct Copied {
    sources: Sources,
    /// Of the directory that the sources were read from; none until the store said so in this process.
    version: Option<i64>,
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
    /// Knows what the file holds, and begins to follow the directory in a task of the current Tokio runtime. A file that
    /// cannot be read is no reason not to start: it is written again.
    pub fn start(directory: Arc<dyn Directory>, disk: Option<SourcesOnDisk>) -> Result<Self, Error> {
        let (key, file) = match disk {
            Some(SourcesOnDisk { dir, key }) => (key, Some(dir.join("sources.json"))),
            None => (SecretKey::generate()?, None),
        };
        let sources = file.as_deref().map(|path| file::load(path, &key)).unwrap_or_default();
        let copy = Mutex::new(Copied { sources, ..Copied::default() });
        let lookups = Semaphore::new(LOOKUPS_AT_ONCE);
        let inner = Arc::new(Inner { directory, key, file, copy, lookups });
        let refresher = tokio::spawn(Arc::clone(&inner).follow()).abort_handle();
        Ok(Self { inner, refresher })
    }

    /// The source with that secret. The map is searched by a keyed hash, so how long that takes tells nothing of a secret.
    pub async fn source(&self, secret: &str) -> Result<Arc<Source>, NoSource> {
        if secret.is_empty() || secret.len() > SECRET_BYTES_MAX {
            return Err(NoSource::Unknown);
        }
        let fingerprint = self.inner.key.fingerprint(secret);
        let version = {
            let copy = self.inner.lock();
            if let Some(source) = copy.sources.get(&fingerprint) {
                return Ok(Arc::clone(source));
            }
            copy.version
        };
        let source = Arc::new(self.inner.look_up(secret).await?);
        self.inner.keep(fingerprint, &source, version);
        Ok(source)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        self.refresher.abort();
    }
}

impl Inner {
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

    /// Until the whole copy is read again, which it is when the directory's version shows that there is a new source.
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
