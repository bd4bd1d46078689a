//! Whose turn it is when. Pure.

use std::time::Duration;

use tokio::time::Instant;

use super::part::Held;

/// Of the requests of a minute, one in so many is kept for live calls that come at once.
pub const KEPT: u32 = 20;

const MINUTE: Duration = Duration::from_mins(1);

/// The turns of one worker, of so many that share a limit.
#[derive(Debug)]
pub struct Turns {
    /// Of a minute's turns of all workers: those that are spread over it, and those kept for live calls.
    spread: u32,
    kept_of_all: u32,
    begun: Instant,
    /// Who shares them; nothing: it is not known yet.
    held: Option<Held>,
    interval: Duration,
    /// How far live calls may be ahead of their turn.
    kept: Duration,
    /// When it is the next request's turn.
    next: Instant,
    /// None goes before then, whoever's turn it is.
    paused: Instant,
}

impl Turns {
    /// 0 a minute: as fast as they come.
    pub fn new(max_per_minute: u32, now: Instant) -> Self {
        let kept_of_all = max_per_minute / KEPT;
        let spread = max_per_minute - kept_of_all;
        let (interval, kept) = (Duration::ZERO, Duration::ZERO);
        Self { spread, kept_of_all, begun: now, held: None, interval, kept, next: now, paused: now }
    }

    /// How many share the limit by now. Nobody knows what others, or this worker before it was started, took of the minute before: so at
    /// first nothing is kept for live calls, and turns given and not used are void. The first comes after two intervals: a turn of
    /// what was and one of what is may stand at the two ends of a minute that is full.
    pub fn share(&mut self, held: Held) {
        if self.held == Some(held) || self.spread == 0 {
            return;
        }
        let workers = held.workers;
        // Rounded down: together they never have more than all.
        self.interval = match self.spread / workers {
            0 => MINUTE * workers / self.spread,
            mine => MINUTE / mine,
        };
        self.kept = self.interval * (self.kept_of_all / workers);
        self.next = held.since.max(self.begun) + self.kept + 2 * self.interval;
        self.held = Some(held);
    }

    /// The turn of a live call; nothing is taken where it would come later than `by`, but said when.
    pub fn reserve(&mut self, now: Instant, by: Option<Instant>) -> Result<Instant, Instant> {
        let at = now.max(self.next.checked_sub(self.kept).unwrap_or(now)).max(self.paused);
        if by.is_some_and(|by| at > by) {
            return Err(at);
        }
        self.next = self.next.max(now) + self.interval;
        Ok(at)
    }

    /// The turn now, if it is nobody's; else when to ask again.
    pub fn left_over(&mut self, now: Instant) -> Result<(), Instant> {
        let turn = self.next.max(self.paused);
        if turn > now {
            return Err(turn);
        }
        self.next = now + self.interval;
        Ok(())
    }

    /// None before then.
    pub fn hold(&mut self, until: Instant) {
        self.paused = self.paused.max(until);
        self.next = self.next.max(until);
    }
}
