//! Whether a CRM is worth asking. Pure: time and jitter are given.
//!
//! After [`MISSES`] deliveries in a row that the CRM left without an answer, none is tried any more but one now and then, a
//! probe. Any answer to a probe, a refusal too, closes the breaker. Where it opens again soon after, the waits go on growing
//! from where they were: a CRM that comes and goes is not asked as often each time (F17).

use std::time::Duration;

use schemas::Timestamp;
use schemas::time::later;

/// So many in a row open it.
pub const MISSES: u32 = 5;
/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_secs(5);
/// The longest, before the jitter: with it, and with the second until work is looked for, within a minute (F4).
const LONGEST: Duration = Duration::from_secs(48);
/// A wait is made shorter or longer by up to this part, so that workers and connections do not probe together.
const JITTER: f64 = 0.2;
/// Between a probe that failed and the next, however long the probe took.
const PAUSE: Duration = Duration::from_secs(1);
/// Where a probe ended without saying anything of the CRM, the next may begin after this.
const UNCLEAR: Duration = Duration::from_secs(2);
/// Closed for so long, it begins with the first wait again.
const CALM: Duration = Duration::from_mins(5);

/// What a delivery that was tried says of the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It answers.
    Answer,
    /// It does not, or only that it cannot.
    Nothing,
    /// Neither: the CRM was not asked, or the ledger stood in the way.
    Unclear,
}

/// What may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// As much as the limits allow.
    Free,
    /// One, to see whether the CRM answers again.
    Probe,
    /// Nothing.
    Shut,
}

/// What has come of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// From now on nothing is tried.
    Opened,
    /// From now on everything is.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { misses: u32 },
    Open { since: Timestamp, until: Timestamp },
    Probing { since: Timestamp, began: Timestamp },
}

/// The breaker of one connection in one process.
#[derive(Debug, Clone)]
pub struct Breaker {
    state: State,
    /// Waits so far that were not followed by a calm time.
    waits: u32,
    closed_at: Option<Timestamp>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed { misses: 0 }, waits: 0, closed_at: None }
    }
}

impl Breaker {
    /// One that was found open: it probes at once.
    pub fn opened(since: Timestamp) -> Self {
        Self { state: State::Open { since, until: since }, ..Self::default() }
    }

    /// What may be claimed now.
    pub fn gate(&self, now: Timestamp) -> Gate {
        match self.state {
            State::Closed { .. } => Gate::Free,
            State::Open { until, .. } if until <= now => Gate::Probe,
            State::Open { .. } | State::Probing { .. } => Gate::Shut,
        }
    }

    /// Since when it has been open, if it is.
    pub fn since(&self) -> Option<Timestamp> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { since, .. } | State::Probing { since, .. } => Some(since),
        }
    }

    /// When a delivery that failed may be tried again, if it is open.
    pub fn again(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until, .. } => Some(until.max(later(now, PAUSE))),
            State::Probing { .. } => Some(later(now, FIRST)),
        }
    }

    /// A delivery was claimed; says whether it is a probe.
    pub fn begin(&mut self, now: Timestamp) -> bool {
        match self.state {
            State::Open { since, until } if until <= now => {
                self.state = State::Probing { since, began: now };
                true
            }
            _ => false,
        }
    }

    /// A delivery was tried. `jitter` is from 0 to 1.
    pub fn note(&mut self, heard: Heard, probe: bool, now: Timestamp, jitter: f64) -> Option<Change> {
        match (self.state, heard) {
            (State::Closed { .. }, Heard::Answer) => self.state = State::Closed { misses: 0 },
            (State::Closed { misses }, Heard::Nothing) if misses + 1 < MISSES => {
                self.state = State::Closed { misses: misses + 1 };
            }
            (State::Closed { .. }, Heard::Nothing) => {
                if self.closed_at.is_none_or(|at| later(at, CALM) < now) {
                    self.waits = 0;
                }
                self.state = State::Open { since: now, until: self.next(now, now, jitter) };
                return Some(Change::Opened);
            }
            // Begun before it opened, and answered after all: worth a probe at once.
            (State::Open { since, until }, Heard::Answer) => {
                self.state = State::Open { since, until: until.min(now) };
            }
            (State::Probing { .. }, Heard::Answer) if probe => {
                self.state = State::Closed { misses: 0 };
                self.closed_at = Some(now);
                return Some(Change::Closed);
            }
            (State::Probing { since, began }, Heard::Nothing) if probe => {
                self.state = State::Open { since, until: self.next(began, now, jitter) };
            }
            (State::Probing { since, .. }, Heard::Unclear) if probe => {
                self.state = State::Open { since, until: later(now, UNCLEAR) };
            }
            _ => {}
        }
        None
    }

    /// A probe broke off without a word.
    pub fn broke_off(&mut self) {
        if let State::Probing { since, began } = self.state {
            self.state = State::Open { since, until: later(began, UNCLEAR) };
        }
    }

    /// When the next probe may begin, `from` the beginning of the last: a CRM that hangs is not asked less often than one
    /// that refuses at once.
    fn next(&mut self, from: Timestamp, now: Timestamp, jitter: f64) -> Timestamp {
        let wait = FIRST.saturating_mul(2_u32.saturating_pow(self.waits)).min(LONGEST);
        self.waits = self.waits.saturating_add(1);
        later(from, wait.mul_f64(1.0 + JITTER * (2.0 * jitter - 1.0))).max(later(now, PAUSE))
    }
}

#[cfg(test)]
mod tests;
