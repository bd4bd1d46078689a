//! The tokens of one request. That one is refused says nothing of the credentials as long as it was only known from before: others
//! may have had a newer one, and that may be over too.

use backbone::sealed::Secret;
use tokio::time::Instant;

use super::Tokens;
use crate::failure::Failure;

/// So many at most: the one held, those that other processes got meanwhile, and one that was given for this.
const MOST: u32 = 10;

/// Tokens, one after another.
pub struct Tries<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) deadline: Instant,
    pub(super) last: Option<Secret>,
    pub(super) count: u32,
    pub(super) given: bool,
}

impl Tries<'_> {
    /// The first token, or the next where the CRM no longer takes the last.
    pub async fn token(&mut self) -> Result<Secret, Failure> {
        let (token, given) = self.tokens.next(self.last.as_ref(), self.deadline).await?;
        self.given = given;
        self.count += 1;
        self.last = Some(token.clone());
        Ok(token)
    }

    /// Whether the last one was given for this request: where it is refused all the same, no other helps.
    pub fn are_over(&self) -> bool {
        self.given && self.count > 1 || self.count >= MOST
    }

    /// The last one is refused, for this reason. If it was given for this request, nobody needs to ask for another.
    pub async fn refused(&self, why: &str) {
        if let Some(token) = self.last.as_ref().filter(|_| self.given) {
            self.tokens.refused(token, why).await;
        }
    }
}
