//! Carrying out a piece of work, again where somebody was in the way or the connection was cut. Bounded in tries and time.

use std::future::Future;
use std::time::Duration;

use super::codec::{Failure, away};
use crate::Error;

/// Tries of one piece of work.
const TRIES: u32 = 6;
/// The longest first wait between two; it doubles.
const WAIT: Duration = Duration::from_millis(20);
/// One try takes no longer: the server's own bounds end it earlier, unless its answers no longer come through.
const DEADLINE: Duration = Duration::from_secs(45);

/// Tries `work`, which is told whether an earlier try may have been carried out without our knowing.
pub async fn retried<T, F, W>(work: F) -> Result<T, Error>
where
    F: Fn(bool) -> W,
    W: Future<Output = Result<T, Failure>>,
{
    for number in 0..TRIES {
        let Ok(result) = tokio::time::timeout(DEADLINE, work(number > 0)).await else {
            return Err(away(format!("no answer in {} s", DEADLINE.as_secs())));
        };
        match result {
            Ok(value) => return Ok(value),
            Err(Failure::Again(why)) if number + 1 < TRIES => {
                tracing::debug!(error = %why, "the store is asked again");
                tokio::time::sleep((WAIT * 2_u32.pow(number)).mul_f64(fastrand::f64())).await;
            }
            Err(failure) => return Err(failure.into_error()),
        }
    }
    Err(away("too many tries"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn d6_tries_end() {
        let tries = AtomicU32::new(0);
        let work = |_| async {
            tries.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(Failure::Again(away("deadlock")))
        };
        assert!(matches!(retried(work).await, Err(Error::Unavailable { .. })));
        assert_eq!(tries.into_inner(), TRIES);
    }
}
