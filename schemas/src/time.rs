//! Time: instants in UTC, spans as people write them (`90s`, `4h`, `3d`), and a clock that no jump of the wall clock moves.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A length of time as configuration writes it: a whole number and one of `s`, `m`, `h`, `d`, or `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Span(Duration);

impl Span {
    /// That many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// As a standard duration.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a length of time: write 90s, 30m, 4h or 3d");
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86400,
            _ => return Err(wrong()),
        };
        let count: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        // Ten years bounds every span, so that no later sum can overflow.
        let seconds = count.checked_mul(unit).filter(|s| *s <= 10 * 366 * 86400).ok_or_else(wrong)?;
        Ok(Self(Duration::from_secs(seconds)))
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 => f.write_str("0"),
            s if s % 86400 == 0 => write!(f, "{}d", s / 86400),
            s if s % 3600 == 0 => write!(f, "{}h", s / 3600),
            s if s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

/// `at` later by `span`; the end of time where that does not fit.
pub fn later(at: Timestamp, span: Duration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// `at` earlier by `span`.
pub fn earlier(at: Timestamp, span: Duration) -> Timestamp {
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// How far the clock may run fast or slow while it follows a wall clock that jumped: one part in ten.
const SLEW: f64 = 0.1;
/// A difference up to this is followed at once.
const CLOSE: f64 = 2.0;
/// A wall clock that is further ahead than this is believed at once: the machine slept, or its clock was never set before.
const ASLEEP: f64 = 2.0 * 3600.0;

/// The wall clock, followed gently: a jump of it (an administrator, a paused machine) moves this clock by at most a
/// tenth of the time that truly passes, so no timer fires early in a storm and no time of receipt leaps.
#[derive(Debug)]
pub struct Clock {
    began: Instant,
    state: Mutex<Slewed>,
}

/// The pure part of [`Clock`]: seconds since 1970 as told, at a monotonic time in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Slewed {
    told: f64,
    at: f64,
}

impl Slewed {
    /// Starts on the wall clock.
    pub const fn start(wall: f64, monotonic: f64) -> Self {
        Self { told: wall, at: monotonic }
    }

    /// What to tell now that the wall clock says `wall` and the monotonic clock `monotonic`, both in seconds.
    pub fn tell(&mut self, wall: f64, monotonic: f64) -> f64 {
        let passed = (monotonic - self.at).max(0.0);
        let steady = self.told + passed;
        let off = wall - steady;
        self.told = if off.abs() <= CLOSE || off > ASLEEP {
            // Never backwards, however small the correction.
            wall.max(self.told)
        } else {
            steady + off.clamp(-passed * SLEW, passed * SLEW)
        };
        self.at = monotonic.max(self.at);
        self.told
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self { began: Instant::now(), state: Mutex::new(Slewed::start(wall_seconds(), 0.0)) }
    }
}

impl Clock {
    /// The time now, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let monotonic = self.began.elapsed().as_secs_f64();
        // A poisoned lock holds two plain numbers: they are as good as ever.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let told = state.tell(wall_seconds(), monotonic);
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century fit an i64")]
        Timestamp::from_millisecond((told * 1000.0) as i64).unwrap_or(Timestamp::MAX)
    }
}

fn wall_seconds() -> f64 {
    Timestamp::now().as_duration().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_print() {
        for text in ["0", "90s", "30m", "4h", "3d"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for wrong in ["", "s", "1", "-1s", "1w", "1.5h", "99999999999d", "5м"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn d8_a_jump_of_the_wall_clock_moves_the_clock_by_a_tenth_of_the_time_that_passes() {
        for jump in [3600.0, -3600.0] {
            let mut clock = Slewed::start(1000.0, 0.0);
            assert!((clock.tell(1010.0, 10.0) - 1010.0).abs() < 1e-6);
            let told = clock.tell(1020.0 + jump, 20.0);
            assert!((told - 1020.0).abs() <= 1.0 + 1e-6, "{told}");
            // It gets there in the end, and never runs backwards.
            let mut last = told;
            for second in 21..40_000 {
                let now = clock.tell(1000.0 + f64::from(second) + jump, f64::from(second));
                assert!(now >= last);
                last = now;
            }
            assert!((last - (1000.0 + 39_999.0 + jump)).abs() <= CLOSE);
        }
    }

    #[test]
    fn a_machine_that_slept_for_a_night_knows_the_time_at_once() {
        let mut clock = Slewed::start(0.0, 0.0);
        assert!((clock.tell(8.0 * 3600.0, 1.0) - 8.0 * 3600.0).abs() < 1e-6);
        assert!(clock.tell(0.0, 2.0) >= 8.0 * 3600.0, "and never goes back");
    }

    #[test]
    fn d8_a_machine_paused_for_ten_minutes_ends_no_call_early() {
        let mut clock = Slewed::start(0.0, 0.0);
        clock.tell(60.0, 60.0);
        // The wall clock went on while the machine, and with it the monotonic clock, stood still.
        assert!(clock.tell(661.0, 61.0) < 62.0);
    }
}
