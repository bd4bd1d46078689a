//! Which way a record goes, to the log or behind what is spooled, decided under one short lock: no record overtakes one of
//! its key that was acknowledged before it came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::config::SpoolStatus;
use crate::Error;

/// Whoever comes while the last spooled records are brought over waits at most so long before being spooled as well.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing is spooled: records go to the log.
    Direct,
    /// Records go behind what is spooled.
    Spooling,
    /// Little is spooled: who comes waits until it is brought over.
    HandingOver,
    /// The process stops.
    Closed,
}

struct State {
    mode: Mode,
    /// Appends that will be in the spool, or refused, soon.
    on_the_way: usize,
    /// No segment is left.
    empty: bool,
    status: SpoolStatus,
}

/// What the appends, the drainer and the keeper share.
pub struct Shared {
    state: Mutex<State>,
    news: watch::Sender<()>,
}

/// The way of an append.
pub enum Way {
    /// To the log.
    Direct,
    /// To the spool.
    Spool(OnTheWay),
}

/// While it lives, records may yet come to the spool, so that none may go past it.
pub struct OnTheWay(Arc<Shared>);

impl Drop for OnTheWay {
    fn drop(&mut self) {
        self.0.change(|state| state.on_the_way -= 1);
    }
}

impl Shared {
    /// As a spool was found.
    pub fn new(empty: bool, status: SpoolStatus) -> Arc<Self> {
        let mode = if empty { Mode::Direct } else { Mode::Spooling };
        let state = Mutex::new(State { mode, on_the_way: 0, empty, status });
        Arc::new(Self { state, news: watch::Sender::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can panic halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.news.send_replace(());
        result
    }

    async fn until(&self, condition: impl Fn(&State) -> bool) {
        let mut news = self.news.subscribe();
        while !condition(&self.lock()) {
            // The sender lives as long as self.
            let _ = news.changed().await;
        }
    }

    /// The way of an append that comes now.
    pub async fn way(self: &Arc<Self>) -> Result<Way, Error> {
        let decided = timeout(PATIENCE, self.until(|state| state.mode != Mode::HandingOver)).await;
        let mut state = self.lock();
        match state.mode {
            Mode::Direct => return Ok(Way::Direct),
            Mode::Closed => return Err(closed()),
            Mode::HandingOver if decided.is_err() => {
                state.mode = Mode::Spooling;
                self.news.send_replace(());
            }
            // A second handover began between the wait and the lock: rare, and the spool is never wrong.
            Mode::HandingOver | Mode::Spooling => {}
        }
        state.on_the_way += 1;
        Ok(Way::Spool(OnTheWay(Arc::clone(self))))
    }

    /// The log did not take what it was given; what comes goes to the spool from here on.
    pub fn log_failed(self: &Arc<Self>, why: &str) -> Result<OnTheWay, Error> {
        self.note_away(why);
        self.change(|state| {
            if state.mode == Mode::Closed {
                return Err(closed());
            }
            state.mode = Mode::Spooling;
            state.on_the_way += 1;
            Ok(OnTheWay(Arc::clone(self)))
        })
    }

    /// Says once that the log is away; nobody waits for a handover any more.
    pub fn note_away(&self, why: &str) {
        let was_away = self.change(|state| {
            if state.mode == Mode::HandingOver {
                state.mode = Mode::Spooling;
            }
            std::mem::replace(&mut state.status.away, true)
        });
        if !was_away {
            tracing::warn!(why, "the log is away; notifications are kept on this machine's disk until it is back");
        }
    }

    /// Says once that the log is back.
    pub fn note_back(&self) {
        if self.lock().status.away {
            let records = self.change(|state| {
                state.status.away = false;
                state.status.records
            });
            tracing::info!(records, "the log is back; what was kept on disk meanwhile is brought to it");
        }
    }

    /// The log is away, as far as known.
    pub fn is_away(&self) -> bool {
        self.lock().status.away
    }

    /// Has new appends wait for the last spooled records.
    pub fn hand_over(&self) {
        self.change(|state| {
            if state.mode == Mode::Spooling {
                state.mode = Mode::HandingOver;
            }
        });
    }

    /// Goes to the log from here on, if nothing is spooled and nothing is on its way there.
    pub fn go_direct(&self) -> bool {
        self.change(|state| {
            let ready = state.empty && state.on_the_way == 0 && state.mode != Mode::Closed;
            if ready {
                state.mode = Mode::Direct;
            }
            ready
        })
    }

    /// Waits until there is something to drain.
    pub async fn until_spooling(&self) {
        self.until(|state| matches!(state.mode, Mode::Spooling | Mode::HandingOver)).await;
    }

    /// Waits until what was on its way is in the spool.
    pub async fn until_settled(&self) {
        self.until(|state| state.on_the_way == 0 || !state.empty).await;
    }

    /// Waits until nothing is spooled; false if the log is away.
    pub async fn until_drained(&self) -> bool {
        self.until(|state| state.status.away || state.mode == Mode::Direct || state.mode == Mode::Closed).await;
        !self.lock().status.away
    }

    /// Takes no more.
    pub fn stop_taking(&self) {
        self.change(|state| state.mode = Mode::Closed);
    }

    /// Nothing is spooled.
    pub fn is_empty(&self) -> bool {
        self.lock().empty
    }

    /// What the keeper has on disk, and what else changed with it.
    pub fn report(&self, empty: bool, bytes: u64, change: impl FnOnce(&mut SpoolStatus)) {
        self.change(|state| {
            change(&mut state.status);
            state.empty = empty;
            state.status.bytes = bytes;
            if empty {
                state.status.records = 0;
                state.status.oldest = None;
            }
        });
    }

    /// How the spool is.
    pub fn status(&self) -> SpoolStatus {
        self.lock().status.clone()
    }
}

fn closed() -> Error {
    Error::Unavailable { part: "spool", why: "the process stops".to_owned() }
}

#[cfg(test)]
mod tests;
