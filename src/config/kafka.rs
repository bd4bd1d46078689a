//! `backbone.kafka`: properties of librdkafka, handed on as they are. Which of them may be set is the log's to say.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

/// Properties by name. A variable's name cannot hold a dot, so `_` in a name is one: no property has a `_` in its name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Table")]
pub struct Properties(pub BTreeMap<String, String>);

impl TryFrom<Table> for Properties {
    type Error = String;
    fn try_from(table: Table) -> Result<Self, String> {
        let mut properties = BTreeMap::new();
        flatten("", table, &mut properties)?;
        Ok(Self(properties))
    }
}

/// A dotted key of a TOML file is a table within a table.
fn flatten(before: &str, table: Table, into: &mut BTreeMap<String, String>) -> Result<(), String> {
    for (key, value) in table {
        let name = format!("{before}{}", key.replace('_', "."));
        let text = match value {
            Value::Table(inner) => {
                flatten(&format!("{name}."), inner, into)?;
                continue;
            }
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            _ => return Err(format!("{name}: write text, a whole number, true or false")),
        };
        into.insert(name, text);
    }
    Ok(())
}

/// Whether a property's value is never shown.
pub fn is_secret(name: &str) -> bool {
    ["password", "secret", "key.pem", "oauthbearer.config", "jaas"].iter().any(|part| name.contains(part))
}
