//! How fast one connection's requests may follow each other, in this process.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Spreads requests evenly over the minute.
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

    /// Waits for this request's turn: at most as many intervals as requests are in flight.
    pub async fn turn(&self) {
        if self.interval.is_zero() {
            return;
        }
        let at = {
            let mut next = self.next.lock().await;
            let at = (*next).max(Instant::now());
            *next = at + self.interval;
            at
        };
        tokio::time::sleep_until(at).await;
    }

    /// Nobody's turn comes before then: the CRM asked for it.
    pub async fn hold(&self, wait: Duration) {
        let mut next = self.next.lock().await;
        *next = (*next).max(Instant::now() + wait);
    }
}
