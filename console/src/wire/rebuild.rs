//! Calls made again from what was said, against those that are there.

use schemars::JsonSchema;
use schemas::{CallId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST /api/v1/rebuild`: which calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rebuild {
    /// Only of this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// Those begun at or after this.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// And before this.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Have those that differ made right; otherwise they are only named.
    #[serde(default)]
    pub correct: bool,
    /// Read the bodies again first, as they are read by now.
    #[serde(default)]
    pub reread: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Rebuilt {
    /// Calls compared.
    pub calls: u64,
    /// Those that differ.
    pub differ: Vec<Differs>,
    /// Of them, those that are being made right.
    pub corrected: u64,
    /// Bodies that are now read otherwise.
    #[serde(default)]
    pub reread: u64,
    /// Bodies that can no longer be read: they stay as they were read.
    #[serde(default)]
    pub unreadable: u64,
}

/// A call that is not what was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Differs {
    /// The call.
    pub call: CallId,
    /// It is not there at all.
    pub missing: bool,
    /// What it says otherwise.
    pub fields: Vec<FieldDiffers>,
}

/// A field of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldDiffers {
    /// Its name.
    pub field: String,
    /// As the call has it.
    pub is: Value,
    /// As it is made from what was said.
    pub should_be: Value,
}
