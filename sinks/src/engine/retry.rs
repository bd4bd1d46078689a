//! When a delivery is tried again. Pure: the jitter is given.

use std::time::Duration;

use schemas::Timestamp;
use schemas::time::later;

use crate::failure::Failure;

/// Seconds between the tries; the last one repeats until `retry_for` is over.
const SCHEDULE: [u64; 7] = [5, 15, 60, 300, 900, 1800, 3600];
/// A wait is made shorter or longer by up to this part, so that what failed together is not tried together.
const JITTER: f64 = 0.2;

/// What to do after a failure.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Try again then; whether this try counts.
    Again {
        /// When.
        due: Timestamp,
        /// Whether the try is counted: only what this delivery itself caused.
        counted: bool,
    },
    /// Never try again.
    Dead,
    /// The connection is broken: this and all its deliveries wait, untried, for a person.
    Broken,
}

/// The wait after the `attempt`-th try (from 1); `jitter` from 0 to 1.
pub fn wait(attempt: u32, jitter: f64) -> Duration {
    let at = (attempt.max(1) as usize - 1).min(SCHEDULE.len() - 1);
    Duration::from_secs(SCHEDULE[at]).mul_f64(1.0 + JITTER * (2.0 * jitter - 1.0))
}

/// How long to wait where the CRM says that there were too many requests: as it asks, from a second to a day.
pub fn hold(retry_after: Option<Duration>) -> Duration {
    retry_after.unwrap_or(Duration::from_secs(30)).clamp(Duration::from_secs(1), Duration::from_hours(24))
}

/// How long a delivery has been tried, and may be.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    /// Tries before this one.
    pub attempts: u32,
    /// Since when.
    pub since: Timestamp,
    /// For how long at most.
    pub retry_for: Duration,
}

/// What to do after `failure` at `now`.
pub fn verdict(failure: &Failure, tried: Tried, now: Timestamp, jitter: f64) -> Verdict {
    let over = now > later(tried.since, tried.retry_for);
    let scheduled = later(now, wait(tried.attempts + 1, jitter));
    match failure {
        Failure::TokenDead(_) => Verdict::Broken,
        Failure::Refused { .. } | Failure::Gone(_) => Verdict::Dead,
        Failure::Quota { retry_after, .. } => Verdict::Again { due: later(now, hold(*retry_after)), counted: false },
        // Never given up before it is known: a record may be there that nobody would know of.
        Failure::OutcomeUnknown(_) => Verdict::Again { due: later(now, Duration::from_secs(1)), counted: false },
        Failure::Unavailable(_) | Failure::NotUnderstood(_) | Failure::AlreadyThere { .. } if over => Verdict::Dead,
        Failure::Unavailable(_) | Failure::NotUnderstood(_) | Failure::AlreadyThere { .. } => {
            Verdict::Again { due: scheduled, counted: true }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn waits_grow_and_are_bounded() {
        let waits: Vec<u64> = (0..10).map(|attempt| wait(attempt, 0.5).as_secs()).collect();
        assert_eq!(waits, [5, 5, 15, 60, 300, 900, 1800, 3600, 3600, 3600]);
        assert!(wait(1, 0.0) < wait(1, 1.0));
    }

    #[test]
    fn each_kind_of_failure_has_its_verdict() {
        let tried = Tried { attempts: 2, since: at(0), retry_for: Duration::from_secs(1000) };
        let judge = |failure: Failure, now| verdict(&failure, tried, at(now), 0.5);
        let text = String::new;
        assert_eq!(judge(Failure::TokenDead(text()), 10), Verdict::Broken);
        assert_eq!(judge(Failure::Refused { field: None, said: text() }, 10), Verdict::Dead);
        assert_eq!(judge(Failure::Unavailable(text()), 10), Verdict::Again { due: at(70), counted: true });
        assert_eq!(judge(Failure::Unavailable(text()), 1001), Verdict::Dead);
        assert_eq!(judge(Failure::OutcomeUnknown(text()), 9999), Verdict::Again { due: at(10_000), counted: false });
        let asked = Failure::Quota { said: text(), retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(judge(asked, 2000), Verdict::Again { due: at(2007), counted: false });
        assert_eq!(
            judge(Failure::Quota { said: text(), retry_after: None }, 10),
            Verdict::Again { due: at(40), counted: false }
        );
        let hurried = Failure::Quota { said: text(), retry_after: Some(Duration::ZERO) };
        assert_eq!(judge(hurried, 10), Verdict::Again { due: at(11), counted: false });
    }
}
