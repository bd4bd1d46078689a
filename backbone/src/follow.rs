//! Following a topic: one turn after another, for as long as the process runs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Fut;
use crate::log::Consumer;

/// Waits after a failure, doubled up to the longest.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What a role does with what it reads.
pub trait Follower: Send {
    /// What it is doing, for messages: `writing the journal`.
    fn doing(&self) -> String;

    /// Polls, works, commits. What fails is read and done again, so each of its effects must bear that.
    fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()>;
}

/// Takes turns until `stop`. After a failure the reader goes back to what was last committed and, after a wait, reads it
/// again, forever.
///
/// A turn under way is given up at `stop`: it wrote nothing, or all, and the log tells which at the next start.
pub async fn follow(follower: &mut dyn Follower, reader: &mut dyn Consumer, stop: &CancellationToken) {
    let mut wait = SHORTEST_WAIT;
    // `None` once told to stop.
    while let Some(turn) = stop.run_until_cancelled(follower.turn(reader)).await {
        let Err(why) = turn else {
            wait = SHORTEST_WAIT;
            continue;
        };
        let wait_ms = wait.as_millis();
        tracing::warn!(error = %why, wait_ms, "{} failed, reading again", follower.doing());
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
        if let Some(Err(why)) = stop.run_until_cancelled(reader.rewind()).await {
            tracing::warn!(error = %why, "{}: the reader could not go back yet", follower.doing());
        }
    }
}

#[cfg(test)]
mod tests {
    use schemas::Timestamp;

    use super::*;
    use crate::log::{Batch, Record};
    use crate::{Error, Fut};

    /// Counts how often it went back.
    struct Reader(u64);

    impl Consumer for Reader {
        fn poll(&mut self, _: usize, _: Duration) -> Fut<'_, Batch> {
            Box::pin(async { Ok(Batch::default()) })
        }
        fn latest<'a>(&'a mut self, _: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
            Box::pin(async { Ok(Vec::new()) })
        }
        fn due(&mut self, _: Timestamp, _: usize) -> Fut<'_, Vec<Record>> {
            Box::pin(async { Ok(Vec::new()) })
        }
        fn commit(&mut self, _: Vec<Record>) -> Fut<'_, ()> {
            Box::pin(async { Ok(()) })
        }
        fn rewind(&mut self) -> Fut<'_, ()> {
            self.0 += 1;
            Box::pin(async { Err(Error::Invalid("cannot go back".into())) })
        }
        fn generation(&self) -> u64 {
            self.0
        }
    }

    /// Fails at its first turns, stops the following at the last.
    struct Turns {
        taken: u32,
        stop: CancellationToken,
    }

    impl Follower for Turns {
        fn doing(&self) -> String {
            "testing".to_owned()
        }
        fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()> {
            Box::pin(async move {
                assert_eq!(reader.generation(), u64::from(self.taken.min(3)), "goes back after each failure");
                self.taken += 1;
                match self.taken {
                    1..=3 => Err(Error::Invalid("not yet".into())),
                    4 => Ok(()),
                    _ => {
                        self.stop.cancel();
                        std::future::pending().await
                    }
                }
            })
        }
    }

    #[tokio::test]
    async fn what_fails_is_read_again_until_told_to_stop() {
        let stop = CancellationToken::new();
        let mut turns = Turns { taken: 0, stop: stop.clone() };
        let mut reader = Reader(0);
        let followed = follow(&mut turns, &mut reader, &stop);
        tokio::time::timeout(Duration::from_mins(1), followed).await.unwrap();
        assert_eq!((turns.taken, reader.0), (5, 3));
    }
}
