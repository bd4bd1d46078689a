//! How fast one connection's requests may follow each other, in this process: each of several workers has its own pace.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Spreads requests evenly over the minute, and holds them all where the CRM asks for it.
pub struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// At most so many a minute; 0: as fast as they come.
    pub fn new(max_per_minute: u32) -> Self {
        let interval = if max_per_minute == 0 { Duration::ZERO } else { Duration::from_mins(1) / max_per_minute };
        Self { interval, next: Mutex::new(Instant::now()) }
    }

    /// Whether requests have to be spread at all.
    pub fn limited(&self) -> bool {
        !self.interval.is_zero()
    }

    /// When the next request may go; the turn is taken.
    pub async fn reserve(&self) -> Instant {
        let mut next = self.next.lock().await;
        let at = (*next).max(Instant::now());
        *next = at + self.interval;
        at
    }

    /// No request goes before then: the CRM asked for it.
    pub async fn hold(&self, wait: Duration) {
        let mut next = self.next.lock().await;
        *next = (*next).max(Instant::now() + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_are_spread_and_a_hold_holds_without_a_limit_too() {
        let minute = Duration::from_mins(1);
        let pace = Pace::new(60);
        let first = pace.reserve().await;
        assert!(pace.reserve().await >= first + Duration::from_secs(1));
        let unlimited = Pace::new(0);
        let before = Instant::now();
        assert!(unlimited.reserve().await < before + minute);
        unlimited.hold(minute).await;
        assert!(unlimited.reserve().await >= before + minute);
    }
}
