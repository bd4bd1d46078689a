//! `backbone.kafka`: properties of librdkafka, handed on as they are, but for those that Ringfold's promises rest on.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

/// Properties by name. A variable's name cannot hold a dot, so `_` in a name is one: no property has a `_` in its name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Table")]
pub struct Properties(pub BTreeMap<String, String>);

/// What stands behind "acknowledged is durable" and "exactly once", and what has a key of its own.
const OURS: [&str; 18] = [
    "acks",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "metadata.broker.list",
    "partitioner",
    "plugin.library.paths",
    "request.required.acks",
    "transaction.timeout.ms",
    "transactional.id",
];

impl TryFrom<Table> for Properties {
    type Error = String;
    fn try_from(table: Table) -> Result<Self, String> {
        let mut properties = BTreeMap::new();
        flatten("", table, &mut properties)?;
        if let Some(ours) = OURS.iter().find(|ours| properties.contains_key(**ours)) {
            return Err(format!(
                "{ours} is set by Ringfold itself, because what it promises rests on it; leave it out"
            ));
        }
        let encrypted =
            properties.get("security.protocol").is_some_and(|protocol| protocol.to_lowercase().contains("ssl"));
        if encrypted && !cfg!(feature = "kafka-tls") {
            return Err("security.protocol with TLS is not in this build; build with --features kafka-tls".to_owned());
        }
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
