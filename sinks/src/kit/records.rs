//! Records as plans ask for them, field by field.

use serde_json::{Map, Value};

use crate::connector::Put;

/// What a record holds.
#[derive(Debug, Default)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    /// Gives a field a value, if the CRM has it: one that it lacks has no name.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        if !field.is_empty() {
            self.0.insert(field.to_owned(), value.into());
        }
    }

    /// The same where there is something to say.
    pub fn known(&mut self, field: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(field, value);
        }
    }
}

/// A record that must be there; none that is remembered for the client's number.
pub fn put(name: &str, record: &str, fields: Fields, marker: String, why: impl Into<String>) -> Put {
    Put { name: name.to_owned(), record: record.to_owned(), content: fields.0, marker, remember: None, why: why.into() }
}

/// What of it differs from `held`, which the CRM has.
pub fn differing(put: &Put, held: &Map<String, Value>) -> Map<String, Value> {
    let differs = put.content.iter().filter(|(field, value)| held.get(*field) != Some(value));
    differs.map(|(field, value)| (field.clone(), value.clone())).collect()
}
