//! Alerts: what a person should look at.

use schemars::JsonSchema;
use schemas::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/alerts`: those that are raised first, then those cleared in the last seven days; each newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AlertList {
    /// The rows.
    pub alerts: Vec<AlertRow>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A CRM refuses a connection's credentials.
    ConnectionBroken,
    /// A connection's CRM has not answered for more than 5 minutes.
    CrmUnavailable,
    /// A delivery that could be tried has waited for more than 15 minutes.
    DeliveriesLate,
    /// There are dead deliveries that were not there before.
    DeliveriesDead,
    /// A source says nothing, at an hour at which it always did.
    SourceSilent,
    /// A source sent what could not be read.
    BodiesRejected,
    /// Events have waited on the disk for more than 5 minutes, because the log is away.
    SpoolInUse,
}

impl AlertKind {
    /// The word in the API, in labels and in names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ConnectionBroken => "connection_broken",
            Self::CrmUnavailable => "crm_unavailable",
            Self::DeliveriesLate => "deliveries_late",
            Self::DeliveriesDead => "deliveries_dead",
            Self::SourceSilent => "source_silent",
            Self::BodiesRejected => "bodies_rejected",
            Self::SpoolInUse => "spool_in_use",
        }
    }
}

/// Whether it is still so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// It is so.
    Raised,
    /// It is over.
    Cleared,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertRow {
    /// What is wrong.
    pub kind: AlertKind,
    /// With what: the id of a connection or a source, or the part of a process.
    pub subject: String,
    /// Whose it is, where it is somebody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Whether it is still so.
    pub state: AlertState,
    /// Since when it was so.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it was raised, or cleared.
    #[schemars(with = "String")]
    pub changed_at: Timestamp,
    /// In words.
    pub text: String,
    /// What to do.
    pub todo: String,
}

/// What is posted to `alerts.webhook`: one alert that was raised or cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertMessage {
    /// Of this change: a message that is sent again, because its answer was lost, has the same.
    pub id: String,
    /// The alert.
    #[serde(flatten)]
    pub alert: AlertRow,
    /// Where to see it.
    pub link: String,
}
