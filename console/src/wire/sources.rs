//! Sources: PBX accounts, and what to paste into them.

use schemars::JsonSchema;
use schemas::{AccountId, Source, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CredentialView, RejectedRow};

/// `GET /api/v1/sources`: all of them, by account and id.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SourceList {
    /// The rows.
    pub sources: Vec<SourceRow>,
}

/// A source in a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// Whose it is.
    pub account: AccountId,
    /// Which PBX: `uis`, `ringostat`.
    pub kind: String,
    /// Where the PBX sends its notifications: to paste into the PBX, and to keep secret.
    pub webhook_url: String,
    /// When something was last heard of its newest call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_event_at: Option<Timestamp>,
    /// How far the PBX's own lists were compared; nothing where it was never asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<BackfillView>,
}

/// Asking a PBX for what its webhooks did not say; of several lists, as far as all were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackfillView {
    /// Calls that began before this are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub compared_until: Option<Timestamp>,
    /// When all of it was last asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub asked_at: Option<Timestamp>,
    /// Not before then is it asked again, where the PBX's limit is reached or the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub waits_until: Option<Timestamp>,
    /// Why the last try failed, and what to do; nothing once one did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// `GET /api/v1/sources/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SourceView {
    /// As in the list.
    #[serde(flatten)]
    pub row: SourceRow,
    /// All that is set of it.
    pub source: Source,
    /// Which credentials are set.
    pub credentials: Vec<CredentialView>,
    /// The last bodies of it that could not be read, newest first, at most 5.
    pub rejected: Vec<RejectedRow>,
}

/// `GET /api/v1/sources/{id}/templates`: what to set up in the PBX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Templates {
    /// The source.
    pub source: SourceId,
    /// Its kind.
    pub kind: String,
    /// Where in the PBX to set them up, in words.
    pub how: String,
    /// One notification each.
    pub templates: Vec<Template>,
}

/// What a template is part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateSet {
    /// What calls need.
    #[default]
    Basic,
    /// What makes more known of them, or earlier; may be added to the basic ones.
    Extended,
}

/// One notification to set up in the PBX. Names and types are in the PBX's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// A name for the notification.
    pub name: String,
    /// The type of event to choose.
    pub event_type: String,
    /// What it is part of.
    #[serde(default)]
    pub set: TemplateSet,
    /// The HTTP method to choose.
    pub method: String,
    /// The URL to paste.
    pub url: String,
    /// The body to paste; for Ringostat the fields to add, each with the value that it gets.
    pub body: String,
    /// What is lost without it.
    pub why: String,
    /// Calls are handled without it, only later or less fully.
    pub optional: bool,
}
