//! What a company's register of calls is called, and its fields and words. Inside, everything has its usual name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Names and words of the register of calls.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Its path below `/open-api`.
    pub calls: String,
    /// Usual names of fields, and what they are called here.
    pub names: BTreeMap<&'static str, &'static str>,
    /// The words for active, completed and cancelled.
    pub statuses: [&'static str; 3],
    /// The words for in and out.
    pub directions: [&'static str; 2],
    /// The method by which a row is changed.
    pub change_by: &'static str,
    /// Fields that a change may have, by their usual names.
    pub changeable: Vec<&'static str>,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            calls: "calls".to_owned(),
            names: BTreeMap::new(),
            statuses: ["active", "completed", "cancelled"],
            directions: ["in", "out"],
            change_by: "PATCH",
            changeable: vec!["status", "duration", "recordUrl", "managerId"],
        }
    }
}

impl Dialect {
    /// What a field is called here.
    pub(super) fn name(&self, usual: &'static str) -> &'static str {
        self.names.get(usual).copied().unwrap_or(usual)
    }

    /// Fields as they came, under their usual names.
    pub(super) fn usual(&self, said: Map<String, Value>) -> Map<String, Value> {
        let usual = |name: String| {
            let found = self.names.iter().find(|(_, here)| **here == name);
            found.map_or(name, |(usual, _)| (*usual).to_owned())
        };
        said.into_iter().map(|(name, value)| (usual(name), value)).collect()
    }

    /// Fields as they are given out.
    pub(super) fn said(&self, usual: Map<String, Value>) -> Map<String, Value> {
        let here = |name: String| self.names.get(name.as_str()).map_or(name, |here| (*here).to_owned());
        usual.into_iter().map(|(name, value)| (here(name), value)).collect()
    }
}
