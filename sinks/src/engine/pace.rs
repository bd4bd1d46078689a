//! How fast one connection's requests may follow each other, in this process: each of several workers has its own pace.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Requests in progress wait at most so long for a CRM that asks for it; the deliveries themselves wait as long as it asks.
const LONGEST: Duration = Duration::from_mins(1);

/// Of the requests of a minute, one in so many is kept for live calls that come at once.
const KEPT: u32 = 20;

/// Spreads requests over the minute, and holds them all where the CRM asks for it. Those of live calls go at once as long as they
/// take no more than what is kept for them; then, and all others always, evenly. However they come, no minute has more turns than its
/// limit. A turn is a look-up or a record, which a connector may need more than one request for.
pub struct Pace {
    turns: Mutex<Turns>,
    limited: bool,
    /// The CRM asked for nothing before then.
    held: Mutex<Option<Instant>>,
}

/// Whose turn it is when. Pure.
struct Turns {
    interval: Duration,
    /// How far live calls may be ahead of their turn.
    kept: Duration,
    /// When it is the next request's turn.
    next: Instant,
    /// None goes before then, whoever's turn it is.
    held: Instant,
}

impl Turns {
    fn new(max_per_minute: u32, now: Instant) -> Self {
        let kept = max_per_minute / KEPT;
        let spread = max_per_minute - kept;
        let interval = if spread == 0 { Duration::ZERO } else { Duration::from_mins(1) / spread };
        Self { interval, kept: interval * kept, next: now, held: now }
    }

    fn reserve(&mut self, now: Instant) -> Instant {
        let at = now.max(self.next.checked_sub(self.kept).unwrap_or(now)).max(self.held);
        self.next = self.next.max(now) + self.interval;
        at
    }

    fn left_over(&mut self, now: Instant) -> Result<(), Instant> {
        let turn = self.next.max(self.held);
        if turn > now {
            return Err(turn);
        }
        self.next = now + self.interval;
        Ok(())
    }

    fn hold(&mut self, until: Instant) {
        self.held = self.held.max(until);
        self.next = self.next.max(until);
    }
}

impl Pace {
    /// At most so many a minute; 0: as fast as they come.
    pub fn new(max_per_minute: u32) -> Self {
        let turns = Mutex::new(Turns::new(max_per_minute, Instant::now()));
        Self { turns, limited: max_per_minute > 0, held: Mutex::default() }
    }

    /// Whether requests have to be spread at all.
    pub fn limited(&self) -> bool {
        self.limited
    }

    /// When a request of a live call may go; the turn is taken.
    pub fn reserve(&self) -> Instant {
        self.turns().reserve(Instant::now())
    }

    /// For a request that is not of a live call: its turn now, if no other has taken it; else when to ask again. It reserves nothing, so
    /// a live one never waits for more than one of these.
    pub fn left_over(&self) -> Result<(), Instant> {
        self.turns().left_over(Instant::now())
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
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_is_taken_and_never_reserved() {
        let pace = Pace::new(10);
        assert_eq!(pace.left_over(), Ok(()));
        let again = pace.left_over().unwrap_err();
        let live = pace.reserve();
        assert_eq!(live, again, "a live one has the next turn, whoever asked before");
        assert!(pace.left_over().unwrap_err() > live);
    }

    #[test]
    fn live_calls_go_at_once_and_no_minute_has_more_turns_than_its_limit() {
        let minute = Duration::from_mins(1);
        for (limit, seed) in
            [12_000, 600, 60, 20, 19, 1].into_iter().flat_map(|limit| (0..4).map(move |seed| (limit, seed)))
        {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut now = Instant::now();
            let mut turns = Turns::new(limit, now);
            let (mut given, mut at_once) = (Vec::new(), 0);
            // By chance: what waits takes its turns for a while, live calls come many at once, the CRM asks for a pause, nothing comes.
            while given.len() < 4 * limit as usize {
                match rng.u8(..8) {
                    0 => now += minute.mul_f64(rng.f64()),
                    1 => turns.hold(now + minute.mul_f64(rng.f64() / 4.0)),
                    2 => {
                        let all: Vec<Instant> = (0..=limit / 8).map(|_| turns.reserve(now)).collect();
                        at_once += all.iter().filter(|at| **at == now).count();
                        given.extend(all);
                    }
                    _ => (0..=limit / 4).for_each(|_| match turns.left_over(now) {
                        Ok(()) => given.push(now),
                        Err(turn) => now = turn,
                    }),
                }
            }
            given.sort_unstable();
            for (first, next) in given.iter().zip(given.iter().skip(limit as usize)) {
                assert!(*next + Duration::from_millis(1) >= *first + minute, "{limit} a minute, drawn by {seed}");
            }
            assert!(limit < KEPT || at_once > limit as usize / KEPT as usize, "{at_once} of {limit}");
        }
    }

    #[test]
    fn requests_are_spread_and_a_hold_holds_without_a_limit_too() {
        let minute = Duration::from_mins(1);
        let pace = Pace::new(10);
        let first = pace.reserve();
        assert!(pace.reserve() >= first + Duration::from_secs(6));
        let unlimited = Pace::new(0);
        let before = Instant::now();
        assert!(unlimited.reserve() < before + minute);
        assert_eq!(unlimited.held_for(), Duration::ZERO);
        unlimited.hold(minute);
        assert!(unlimited.reserve() >= before + minute);
        assert!(unlimited.held_long().is_none() && unlimited.held_for() > Duration::ZERO);
        unlimited.hold(120 * minute);
        assert!(unlimited.held_long().is_some(), "the day's quota is spent");
        assert!(unlimited.reserve() < Instant::now() + 2 * minute, "who is in hand is given back");
        let ahead = Pace::new(12_000);
        ahead.hold(minute);
        assert!(ahead.reserve() >= before + minute, "nobody is ahead of what the CRM asked for");
    }
}
