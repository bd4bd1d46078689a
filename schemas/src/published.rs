//! The JSON Schemas (draft 2020-12) of what stands in the topics, made from the types.

use schemars::{Schema, schema_for};

use crate::call::Call;
use crate::event::{Event, Rejected};

/// Every published schema, by the name of its topic.
pub fn schemas() -> [(&'static str, Schema); 4] {
    [
        ("calls.raw", schema_for!(Event)),
        ("calls.rejected", schema_for!(Rejected)),
        ("calls.state", schema_for!(Call)),
        ("calls.finished", schema_for!(Call)),
    ]
}
