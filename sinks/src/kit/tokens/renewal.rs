//! Asking for a token, by who has the turn.

use std::time::Duration;

use backbone::sealed::Secret;
use schemas::Timestamp;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::kept::{Kept, Seen};
use super::{Asked, Granted, Shared, Token};
use crate::failure::Failure;

/// A turn lasts so much longer than the request.
pub const MARGIN: Duration = Duration::from_secs(15);
/// A pair whose refresh token is spent is written down at all costs: so often, so long apart. Meanwhile the turn is kept.
const WRITES: u32 = 60;
const APART: Duration = Duration::from_secs(5);

impl Shared {
    /// Asks for a token, writes down what came of it, and lets the turn go.
    pub(super) async fn renew(&self, holder: Uuid, over: Option<Secret>) -> Result<Token, Failure> {
        let renewed = self.in_turn(holder, over.as_ref()).await;
        if let Err(why) = self.memos.end_turn(&self.name, holder).await {
            tracing::debug!(memo = self.name, error = %why, "the turn of a token ends by itself");
        }
        renewed
    }

    async fn in_turn(&self, holder: Uuid, over: Option<&Secret>) -> Result<Token, Failure> {
        let Seen { mut kept, version } = self.read().await?;
        // Who had the turn before may have written it.
        if let Some(token) = kept.usable(over, self.version)? {
            return Ok(token);
        }
        let now = Timestamp::now();
        if let Some(quota) = self.issuer.quota() {
            kept.room(quota, now)?;
            kept.asked.push(now);
        }
        let interrupted = std::mem::replace(&mut kept.asking, true);
        if !self.write(&kept, version).await? {
            return Err(Failure::Unavailable("another process wrote a token: it is read next".to_owned()));
        }
        let refresh = kept.refresh.clone().map(Secret::new);
        let asked = self.issuer.ask(refresh.as_ref(), Instant::now() + self.timeout).await;
        let Asked { said, counts } = asked.unwrap_or_else(|why| Asked { said: Err(why), counts: true });
        match said {
            Ok(granted) => self.granted(kept, &granted, (holder, version + 1)).await,
            Err(failure) => {
                if !counts {
                    kept.asked.pop();
                }
                let failure = match failure {
                    Failure::TokenDead(said) => Failure::TokenDead(told(&said, interrupted && refresh.is_some())),
                    failure => failure,
                };
                if let Failure::TokenDead(said) = &failure {
                    kept.refuse(self.version, said);
                }
                // Whether an earlier answer was lost stays so until one is known.
                kept.asking = interrupted || counts && !matches!(failure, Failure::TokenDead(_));
                if let Err(why) = self.write(&kept, version + 1).await {
                    tracing::warn!(memo = self.name, error = %why, "that the CRM gave no token was not noted");
                }
                Err(failure)
            }
        }
    }

    /// Writes it down before it is used. One that can be asked for again is used all the same where the store is away.
    async fn granted(
        &self,
        mut kept: Kept,
        granted: &Granted,
        (holder, mut version): (Uuid, i64),
    ) -> Result<Token, Failure> {
        kept.take(granted);
        let token = Token { access: granted.access.clone(), until: kept.until };
        for _ in 0..WRITES {
            let why = match self.write(&kept, version).await {
                Ok(true) => return Ok(token),
                // Our turn was over, or a person gave other credentials.
                Ok(false) => match self.read_as_is().await {
                    Ok((now, other)) if other.as_ref().is_none_or(|other| other.of == kept.of) => {
                        version = now;
                        continue;
                    }
                    Ok(_) => return Err(Failure::Unavailable("it was given new credentials meanwhile".to_owned())),
                    Err(why) => why,
                },
                Err(why) => why,
            };
            if granted.refresh.is_none() {
                tracing::warn!(memo = self.name, error = %why, "a new token is used, and could not be kept for others");
                return Ok(token);
            }
            tracing::error!(memo = self.name, error = %why, "the CRM's new refresh token is not written down yet");
            sleep(APART).await;
            let _ = self.take_turn(holder).await;
        }
        Err(Failure::Unavailable("the CRM's new refresh token could not be written down".to_owned()))
    }

    async fn read_as_is(&self) -> Result<(i64, Option<Kept>), Failure> {
        let memo = self.memos.read(&self.name).await.map_err(|why| super::store(&why))?;
        let version = memo.as_ref().map_or(0, |memo| memo.version);
        Ok((version, memo.and_then(|memo| Kept::read(memo.value.expose()))))
    }
}

/// A refresh token that is refused after an answer was lost is most likely spent by it.
fn told(said: &str, interrupted: bool) -> String {
    if interrupted {
        format!("{said}; its answer to an earlier renewal was lost, so the refresh token that we have is spent")
    } else {
        said.to_owned()
    }
}
