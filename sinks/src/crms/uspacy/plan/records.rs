//! The records themselves, field by field, in the CRM's own names.

pub mod activity;
pub mod call;
pub mod lead;

use serde_json::{Map, Value};

use crate::connector::Put;

/// The kinds of record, as [`Put::record`] names them.
pub mod kind {
    /// A lead.
    pub const LEAD: &str = "lead";
    /// A call.
    pub const CALL: &str = "call";
    /// An activity ("Справа").
    pub const ACTIVITY: &str = "activity";
    /// Those that people see.
    pub const SEEN: &[&str] = &[LEAD, CALL, ACTIVITY];
}

/// The content of a record.
#[derive(Default)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    /// Gives a field a value.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.0.insert(field.to_owned(), value.into());
    }

    /// The same where there is one.
    pub fn known(&mut self, field: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(field, value);
        }
    }
}

/// A record that must be there.
pub fn put(name: &str, record: &str, fields: Fields, marker: String, why: String) -> Put {
    Put { name: name.to_owned(), record: record.to_owned(), content: fields.0, marker, remember: None, why }
}

/// Ids are numbers in the CRM.
pub fn number_of(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| id.into(), Value::from)
}
