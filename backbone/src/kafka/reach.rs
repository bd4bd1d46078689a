//! Whether a client still reaches the cluster.
//!
//! librdkafka forgets a broker that the cluster no longer names. A cluster whose last broker is being fenced, as after a stand-still,
//! names none for a moment; a client that asks just then forgets them all, and never asks anybody again (librdkafka issue
//! 5301). So a client that reached nobody for long is replaced by a new one, whatever the reason.

use std::time::{Duration, Instant};

/// A client that failed for so long is replaced.
const LONG: Duration = Duration::from_secs(10);
/// After so long without a word from the cluster it is asked for one.
const SILENT: Duration = Duration::from_secs(5);

/// When the cluster was last heard, and since when it is not reached.
pub struct Reach {
    heard: Instant,
    failing: Option<Instant>,
}

impl Reach {
    /// Of a new client.
    pub fn new() -> Self {
        Self { heard: Instant::now(), failing: None }
    }

    /// The cluster answered.
    pub fn heard(&mut self) {
        *self = Self::new();
    }

    /// It did not. Says whether that lasted so long that the client is to be replaced; if so, its successor has as long.
    pub fn failed(&mut self) -> bool {
        let lost = self.failing.get_or_insert_with(Instant::now).elapsed() >= LONG;
        if lost {
            *self = Self::new();
        }
        lost
    }

    /// It is not reached now.
    #[cfg(test)]
    pub fn is_failing(&self) -> bool {
        self.failing.is_some()
    }

    /// Nothing was heard for a while.
    pub fn silent(&self) -> bool {
        self.heard.elapsed() >= SILENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_fails_for_long_is_replaced_and_its_successor_has_as_long() {
        let mut reach = Reach::new();
        assert!(!reach.failed() && !reach.silent());
        reach.failing = Instant::now().checked_sub(LONG);
        assert!(reach.failed(), "so long");
        assert!(!reach.failed(), "a new one");
        reach.failing = Instant::now().checked_sub(LONG);
        reach.heard();
        assert!(!reach.failed(), "it was heard meanwhile");
        reach.heard = Instant::now().checked_sub(SILENT).unwrap();
        assert!(reach.silent());
    }
}
