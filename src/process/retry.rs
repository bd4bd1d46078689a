//! What fails because something is away is tried again; what is wrong ends the process.

use std::future::Future;
use std::time::Duration;

use backbone::Error;
use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// Waits after a failure, doubled up to the longest.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

/// Does `it` until it succeeds, or fails for good; nothing where the process was told to stop first.
pub async fn retry<T, F: Future<Output = Result<T, Error>>>(
    name: &str,
    stop: &CancellationToken,
    mut it: impl FnMut() -> F,
) -> Result<Option<T>, Exit> {
    let (mut wait, mut said) = (SHORTEST, String::new());
    loop {
        match it().await {
            Ok(done) => return Ok(Some(done)),
            Err(why) if why.is_passing() => {
                let why = why.to_string();
                // Said once, and again when there is something else to say.
                if why != said {
                    tracing::warn!(error = why, "{name} is held up, it is tried again and again");
                    said = why;
                }
            }
            Err(why) => {
                let exit = refused(why);
                return Err(Exit { message: format!("{name} cannot go on: {}", exit.message), ..exit });
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return Ok(None),
        }
        wait = (wait * 2).min(LONGEST);
    }
}

/// What an error means for the process.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub fn refused(why: Error) -> Exit {
    match why {
        Error::Invalid(_) | Error::Unreadable(_) => Exit::configuration(why.to_string()),
        _ => Exit::failed(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Status;

    #[tokio::test]
    async fn what_is_away_is_waited_for_and_what_is_wrong_is_not() {
        let stop = CancellationToken::new();
        let mut left = 2;
        let done = retry("it", &stop, || {
            left -= 1;
            let left = left;
            async move { if left > 0 { Err(Error::Unavailable { part: "log", why: String::new() }) } else { Ok(left) } }
        });
        assert_eq!(done.await, Ok(Some(0)));
        let wrong = retry("it", &stop, || async { Err::<(), _>(Error::Invalid("no such thing".to_owned())) }).await;
        let exit = wrong.unwrap_err();
        assert_eq!((exit.status, exit.message.contains("no such thing")), (Status::Configuration, true));
        stop.cancel();
        let away = || async { Err::<(), _>(Error::Unavailable { part: "log", why: String::new() }) };
        assert_eq!(retry("it", &stop, away).await, Ok(None));
    }
}
