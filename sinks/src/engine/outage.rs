//! A connection's breaker in use: who of the deliveries in hand is the probe, and what others are told of it. Whoever shows
//! connections may be another process, so a breaker that is open stands in the store, under `breaker/CONNECTION`; it is
//! written when it opens and removed when it closes. Of several workers each has a breaker of its own, and the last word counts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use backbone::sealed::Secret;
use backbone::{Error, Memos};
use schemas::{ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::breaker::{Breaker, Change, Gate, Heard};

const PREFIX: &str = "breaker/";
/// Others write the same memo seldom.
const TRIES: u32 = 3;

/// A CRM that does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Since when nothing is sent to it but probes.
    pub since: Timestamp,
    /// What the last try before that met.
    pub said: String,
}

/// Every connection whose CRM does not answer, as the workers left it.
pub async fn outages(memos: &dyn Memos) -> Result<BTreeMap<String, Outage>, Error> {
    let memos = memos.under(PREFIX).await?;
    let one = |memo: &backbone::memos::Memo| {
        let outage = serde_json::from_str(memo.value.expose()).ok()?;
        Some((memo.name.strip_prefix(PREFIX)?.to_owned(), outage))
    };
    Ok(memos.iter().filter_map(one).collect())
}

/// The breaker of one connection in this process.
pub struct Watch {
    breaker: Mutex<Breaker>,
    said: Mutex<String>,
    /// The store may say something else.
    unwritten: AtomicBool,
}

impl Watch {
    /// As it was left.
    pub async fn new(memos: &dyn Memos, id: &ConnectionId) -> Self {
        let left = match memos.read(&format!("{PREFIX}{id}")).await {
            Ok(memo) => memo.and_then(|memo| serde_json::from_str::<Outage>(memo.value.expose()).ok()),
            Err(why) => {
                tracing::warn!(connection = %id, error = %why, "whether its CRM did not answer before is not known");
                None
            }
        };
        let said = left.as_ref().map(|left| left.said.clone()).unwrap_or_default();
        let breaker = left.map_or_else(Breaker::default, |left| Breaker::opened(left.since));
        Self { breaker: Mutex::new(breaker), said: Mutex::new(said), unwritten: AtomicBool::new(false) }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        // Each change is one assignment.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn said(&self) -> MutexGuard<'_, String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may be claimed.
    pub fn gate(&self, now: Timestamp) -> Gate {
        self.breaker().gate(now)
    }

    /// When what failed may be tried again, where the CRM does not answer.
    pub fn again(&self, now: Timestamp) -> Option<Timestamp> {
        self.breaker().again(now)
    }

    /// That nothing is to be sent, and why; nothing while the CRM answers.
    pub fn open(&self) -> Option<Outage> {
        let since = self.breaker().since()?;
        Some(Outage { since, said: self.said().clone() })
    }

    /// Whether nothing is to be sent.
    pub fn is_open(&self) -> bool {
        self.breaker().since().is_some()
    }

    /// A delivery was claimed.
    pub fn begin(self: &Arc<Self>, now: Timestamp) -> Turn {
        Turn { probe: self.breaker().begin(now), watch: Arc::clone(self), told: false }
    }

    /// Tells the store, where it may not know. What cannot be written is written after the next try.
    pub async fn write(&self, memos: &dyn Memos, id: &ConnectionId) {
        if !self.unwritten.swap(false, Ordering::Relaxed) {
            return;
        }
        match self.keep(memos, &format!("{PREFIX}{id}")).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(why) => tracing::warn!(connection = %id, error = %why, "others are not told whether its CRM answers"),
        }
        self.unwritten.store(true, Ordering::Relaxed);
    }

    async fn keep(&self, memos: &dyn Memos, name: &str) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let (left, open) = (memos.read(name).await?, self.open());
            let done = match (left, open) {
                (None, None) | (Some(_), Some(_)) => true,
                (Some(left), None) => memos.forget(name, left.version).await?,
                (None, Some(open)) => {
                    let value = serde_json::to_string(&open).unwrap_or_default();
                    memos.write(name, &Secret::new(value), 0).await?
                }
            };
            if done {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A delivery in hand, as its breaker sees it. One that is dropped without a word has said nothing.
pub struct Turn {
    /// Only to see whether the CRM answers.
    pub probe: bool,
    watch: Arc<Watch>,
    told: bool,
}

impl Turn {
    /// What it has heard of the CRM; `said` is what it met.
    pub fn tell(&mut self, heard: Heard, said: &str, now: Timestamp) -> Option<Change> {
        self.told = true;
        let change = self.watch.breaker().note(heard, self.probe, now, fastrand::f64());
        if change == Some(Change::Opened) {
            said.clone_into(&mut self.watch.said());
        }
        if change.is_some() {
            self.watch.unwritten.store(true, Ordering::Relaxed);
        }
        change
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.probe && !self.told {
            self.watch.breaker().broke_off();
        }
    }
}
