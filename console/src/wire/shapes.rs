//! The shapes of what others read: topics and settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `GET /api/v1/schemas`: JSON Schemas (draft 2020-12).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Schemas {
    /// What stands in each topic, by the topic's name.
    pub topics: Map<String, Value>,
    /// What `settings` of a connection may hold, by the connection's kind.
    pub settings: Map<String, Value>,
}
