//! What can go wrong with a request to a CRM. Only the kind decides what happens next.

use std::time::Duration;

/// A failed request, by kind. Every text is the CRM's own word or ours, without secrets, at most a few hundred characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The CRM no longer takes the credentials: the connection is broken until a person acts.
    #[error("the CRM refused the credentials: {0}")]
    TokenDead(String),
    /// Too many requests.
    #[error("the CRM's limit is reached: {said}")]
    Quota {
        /// The CRM's word.
        said: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The CRM cannot be reached or is out of order, and did not carry the request out.
    #[error("the CRM is not available: {0}")]
    Unavailable(String),
    /// The CRM refuses this record.
    #[error("the CRM refused it: {said}")]
    Refused {
        /// Which field, where the CRM says so.
        field: Option<String>,
        /// The CRM's word.
        said: String,
    },
    /// The request was sent, and no answer tells whether it was carried out.
    #[error("no answer tells whether the CRM carried it out: {0}")]
    OutcomeUnknown(String),
    /// The CRM no longer has the record: a person deleted it, or merged it into another.
    #[error("the CRM no longer has it: {0}")]
    Gone(String),
    /// The CRM has the record already.
    #[error("the CRM has it already as {crm_id}")]
    AlreadyThere {
        /// Its id there.
        crm_id: String,
    },
    /// The answer is none that the connector knows: the CRM may have changed.
    #[error("the CRM's answer was not understood: {0}")]
    NotUnderstood(String),
}

impl Failure {
    /// The CRM did not answer, or only that it is out of order: whoever asks next will hardly fare better.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::OutcomeUnknown(_))
    }

    /// The word in metrics and listings.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TokenDead(_) => "token_dead",
            Self::Quota { .. } => "quota",
            Self::Unavailable(_) => "unavailable",
            Self::Refused { .. } => "refused",
            Self::OutcomeUnknown(_) => "outcome_unknown",
            Self::Gone(_) => "gone",
            Self::AlreadyThere { .. } => "already_there",
            Self::NotUnderstood(_) => "not_understood",
        }
    }
}
