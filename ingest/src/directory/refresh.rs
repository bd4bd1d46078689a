//! Follows the directory: when its version changes, all sources are read again, so that the copy also has those that have
//! not called yet, and not those withdrawn.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{Inner, SOURCES_MAX, Sources, file};

/// A secret withdrawn is taken about this long.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// Of each question to the store; nobody waits for the answer.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);

impl Inner {
    /// Never ends.
    pub(super) async fn follow(self: Arc<Self>) {
        let mut saved = None;
        loop {
            if let Err(why) = self.refresh().await {
                self.note_store(Some(&why));
            } else {
                self.note_store(None);
                self.save_if_new(&mut saved).await;
            }
            sleep(CHECK_EVERY).await;
        }
    }

    async fn refresh(&self) -> Result<(), String> {
        let late = |_| "no answer in time".to_owned();
        let version = timeout(STORE_TIMEOUT, self.directory.version()).await.map_err(late)?;
        let version = version.map_err(|why| why.to_string())?;
        if self.lock().version == Some(version) {
            return Ok(());
        }
        // The version was read first: what changes from here on is a new version.
        let sources = match timeout(STORE_TIMEOUT, self.directory.load()).await.map_err(late)? {
            Ok(accounts) => self.fingerprinted(accounts),
            Err(why) if why.is_passing() => return Err(why.to_string()),
            Err(why) => {
                // Something in it cannot be read, perhaps nothing of a source: each is asked for when it calls.
                tracing::error!(%why, "the list of sources cannot be read whole; they are asked for one by one");
                Sources::new()
            }
        };
        let mut copy = self.lock();
        copy.sources = sources;
        copy.version = Some(version);
        Ok(())
    }

    fn fingerprinted(&self, accounts: backbone::store::Accounts) -> Sources {
        if accounts.sources.len() > SOURCES_MAX {
            let (count, max) = (accounts.sources.len(), SOURCES_MAX);
            tracing::warn!(count, max, "there are more sources than are kept here; the others need the store");
        }
        let known = accounts.sources.into_iter().take(SOURCES_MAX);
        known.map(|entry| (self.key.fingerprint(entry.secret.expose()), Arc::new(entry.source))).collect()
    }

    async fn save_if_new(&self, saved: &mut Option<i64>) {
        let Some(path) = self.file.clone() else { return };
        let (version, sources) = {
            let copy = self.lock();
            if *saved == copy.version {
                return;
            }
            (copy.version, copy.sources.clone())
        };
        let key = self.key.clone();
        let writing = tokio::task::spawn_blocking(move || file::save(&path, &key, &sources)).await;
        // Tried again at the next change: until then a restart knows what was saved before.
        *saved = version;
        let failed = match writing {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why.to_string(),
            Err(why) => why.to_string(),
        };
        tracing::warn!(
            why = failed,
            "the list of sources was not saved; a restart while the store is away may not know all"
        );
    }
}
