//! Whether a CRM took a connection's credentials a moment ago. While that is not known, two deliveries of all workers go ahead,
//! and the others follow as soon as one of their requests was taken: so credentials that died while nobody called cost at
//! most three requests (F6): one each, and one for a new token. Two, as one place may be held by a worker that crashed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How long it is known.
const FRESH: Duration = Duration::from_secs(5);

/// Deliveries that go ahead while it is not.
pub const AHEAD: u32 = 2;

/// When the CRM last took the credentials.
#[derive(Debug, Default)]
pub struct Proof(Mutex<Option<Instant>>);

impl Proof {
    /// Whether it took them a moment ago.
    pub fn is_fresh(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < FRESH)
    }

    /// A request was answered; whether it is known only now that the CRM takes the credentials.
    pub fn learn<T>(&self, said: &Result<T, Failure>) -> bool {
        let taken =
            matches!(said, Ok(_) | Err(Failure::Refused { .. } | Failure::Gone(_) | Failure::AlreadyThere { .. }));
        if !taken {
            return false;
        }
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(Instant::now());
        before.is_none_or(|at| at.elapsed() >= FRESH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_only_an_answer_to_who_we_are_is_a_proof() {
        let proof = |said: Result<(), Failure>| {
            let proof = Proof::default();
            assert_eq!(proof.learn(&said), proof.is_fresh());
            assert!(!proof.learn(&said), "it was known");
            proof.is_fresh()
        };
        let text = String::new;
        assert!(proof(Ok(())));
        assert!(proof(Err(Failure::Refused { field: None, said: text() })));
        assert!(proof(Err(Failure::Gone(text()))));
        for failure in [
            Failure::TokenDead(text()),
            Failure::Quota { said: text(), retry_after: None },
            Failure::Unavailable(text()),
            Failure::OutcomeUnknown(text()),
            Failure::NotUnderstood(text()),
        ] {
            assert!(!proof(Err(failure.clone())), "{failure}");
        }
        let old = Proof(Mutex::new(Instant::now().checked_sub(FRESH)));
        assert!(!old.is_fresh());
    }
}
