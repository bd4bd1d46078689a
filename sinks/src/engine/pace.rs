//! How fast one connection's requests may follow each other, in this worker: its part of what all workers may send.

mod part;
mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use part::{Held, Part, Share};
pub use turns::Turns;

/// Requests in progress wait at most so long for a CRM that asks for it; the deliveries themselves wait as long as it asks.
const LONGEST: Duration = Duration::from_mins(1);

/// Spreads requests over the minute, and holds them all where the CRM asks for it. Those of live calls go at once as long as they
/// take no more than what is kept for them; then, and all others always, evenly. However they come, and however many workers share
/// the limit, no minute has more turns than it. A turn is a look-up or a record, which a connector may need more than one request for.
pub struct Pace {
    turns: Mutex<Turns>,
    limited: bool,
    part: Arc<Part>,
    /// The CRM asked for nothing before then.
    held: Mutex<Option<Instant>>,
}

/// When a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Not before.
    pub at: Instant,
    /// Who shared the limit when it was given; nothing where there is none.
    held: Option<Held>,
}

impl Pace {
    /// At most so many a minute, of which the worker has a part; 0: as fast as they come.
    pub fn new(max_per_minute: u32, part: Arc<Part>) -> Self {
        let turns = Mutex::new(Turns::new(max_per_minute, Instant::now()));
        Self { turns, limited: max_per_minute > 0, part, held: Mutex::default() }
    }

    /// Whether requests have to be spread at all.
    pub fn limited(&self) -> bool {
        self.limited
    }

    /// When a request of a live call may go; the turn is taken. Or when to ask again.
    pub fn reserve(&self) -> Result<Turn, Instant> {
        self.turn(|turns, now| turns.reserve(now, None))
    }

    /// The same for what is of no use later than `by`: then no turn is taken.
    pub fn reserve_by(&self, by: Instant) -> Result<Turn, Instant> {
        self.turn(|turns, now| turns.reserve(now, Some(by)))
    }

    /// For a request that is not of a live call: its turn now, if no other has taken it; else when to ask again. It reserves nothing, so
    /// a live one never waits for more than one of these.
    pub fn left_over(&self) -> Result<Turn, Instant> {
        self.turn(|turns, now| turns.left_over(now).map(|()| now))
    }

    fn turn(&self, take: impl FnOnce(&mut Turns, Instant) -> Result<Instant, Instant>) -> Result<Turn, Instant> {
        let now = Instant::now();
        let held = self.part(now)?;
        let mut turns = self.turns();
        if let Some(held) = held {
            turns.share(held);
        }
        take(&mut turns, now).map(|at| Turn { at, held })
    }

    /// When a turn comes, or is to be asked for again: not while the CRM wants nothing, if that is not long.
    pub fn when(&self, asked: Result<Turn, Instant>) -> Instant {
        let at = asked.map_or_else(|again| again, |turn| turn.at);
        at.max(Instant::now() + self.held_for().min(LONGEST))
    }

    /// Waits for a turn, or until it is to be asked for again; whether it may be used.
    pub async fn come(&self, asked: Result<Turn, Instant>) -> bool {
        let at = self.when(asked);
        // A timer would take a millisecond also for what is over.
        if at > Instant::now() {
            tokio::time::sleep_until(at).await;
        }
        asked.is_ok_and(|turn| self.stands(turn))
    }

    /// Whether a turn that has come still stands: the CRM may have asked for a pause meanwhile, or others have come or gone.
    fn stands(&self, turn: Turn) -> bool {
        self.held_for().is_zero() && self.part(Instant::now()) == Ok(turn.held)
    }

    /// Whether it is known what this worker may send.
    pub fn is_shared_out(&self) -> bool {
        self.part(Instant::now()).is_ok()
    }

    fn part(&self, now: Instant) -> Result<Option<Held>, Instant> {
        if self.limited { self.part.at(now).map(Some) } else { Ok(None) }
    }

    /// No request goes before then: the CRM asked for it. Those in hand wait, if it is not long.
    pub fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait;
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            *held = (*held).max(Some(until));
        }
        self.turns().hold(until.min(Instant::now() + LONGEST));
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the CRM still wants nothing; zero: it takes requests.
    pub fn held_for(&self) -> Duration {
        let held = *self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default()
    }

    /// The same where it is longer than what is in hand should wait.
    pub fn held_long(&self) -> Option<Duration> {
        Some(self.held_for()).filter(|left| *left > LONGEST)
    }
}

#[cfg(test)]
pub mod tests;
