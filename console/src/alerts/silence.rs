//! Whether a source is silent that should not be (A14). Pure.
//!
//! A pause is compared with the same hours of the weeks before: the source is silent when each of them held at least
//! [`EXPECTED`] calls, so many that chance does not explain that there is none now. Nights, weekends and days off that recur are
//! no alarm, because then one of the weeks held nothing either; nor is a day on which less is called than usual: what is
//! expected shrinks with the two hours before the pause. At least two weeks must be known. So the alarm comes when the
//! source's own rate had let expect [`EXPECTED`] calls, and never before 5 minutes.

use std::time::Duration;

use schemas::Timestamp;
use schemas::time::later;

/// A shorter pause is none.
pub const PAUSE_MIN: Duration = Duration::from_mins(5);
/// So many calls the pause would have held in any week before: the chance that none comes is below one in a thousand.
pub const EXPECTED: f64 = 8.0;
/// What a day is like is told by so long before the pause.
pub const BEFORE: Duration = Duration::from_hours(2);
/// Weeks that must be known.
pub const WEEKS_MIN: usize = 2;
/// Weeks that are looked at.
pub const WEEKS: usize = 4;

/// The same hours, a week or more ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Calls in [`BEFORE`] the time at which the pause begins now.
    pub before: u32,
    /// Calls in the time of the pause.
    pub pause: u32,
}

/// A source that says nothing at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The last that was heard.
    pub last: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Calls in [`BEFORE`] the last that was heard, with it.
    pub before: u32,
    /// The weeks before, the last first; those of which nothing is known are left out.
    pub weeks: Vec<Week>,
}

impl Week {
    /// How many calls the pause would have held, had it been a day like this.
    pub fn expected(self, before: u32) -> f64 {
        let like = if self.before == 0 { 1.0 } else { f64::from(before) / f64::from(self.before) };
        f64::from(self.pause) * like.min(1.0)
    }
}

/// Whether so short a pause says nothing.
pub fn is_short(last: Timestamp, now: Timestamp) -> bool {
    now < later(last, PAUSE_MIN)
}

/// Whether the source should have been heard of.
pub fn is_silent(pause: &Pause) -> bool {
    !is_short(pause.last, pause.now)
        && pause.weeks.len() >= WEEKS_MIN
        && pause.weeks.iter().all(|week| week.expected(pause.before) >= EXPECTED)
}
