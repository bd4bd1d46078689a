//! The fields of the modules: the standard ones, and the customer's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::errors;
use super::modules::MODULES;
use crate::rest::{Answer, Request};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text of at most so many characters.
    Text(usize),
    /// A record of another table.
    Id(&'static str),
    /// A department.
    Department,
    /// An id of something that this simulator does not have: any digits.
    AnyId,
    /// `2026-11-19T09:00:00.000Z`.
    Time,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Digits, as a text or a number.
    Number,
    /// Whether.
    Bool,
}

/// A standard field that a body may have.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// A new record needs it.
    pub required: bool,
}

impl Field {
    /// As `GET /fields` shows it.
    pub fn as_row(&self) -> Value {
        let (kind, max) = match self.holds {
            Holds::Text(max) if max > 1000 => ("Textarea", Some(max)),
            Holds::Text(max) => ("Text", Some(max)),
            Holds::Id(_) | Holds::Department | Holds::AnyId => ("LookUp", None),
            Holds::Time => ("DateTime", None),
            Holds::Word(_) => ("Picklist", None),
            Holds::Number => ("Number", None),
            Holds::Bool => ("Boolean", None),
        };
        json!({
            "id": "100000000000008", "apiName": self.name, "displayLabel": self.name, "type": kind, "maxLength": max,
            "isMandatory": self.required, "isCustomField": false
        })
    }
}

/// A custom field.
#[derive(Debug, Clone)]
pub struct Custom {
    label: String,
    kind: &'static str,
}

/// The custom fields, by module and API name.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<(&'static str, String), Custom>);

impl Fields {
    /// One more; its API name is told by its label.
    pub fn add(&mut self, module: &'static str, label: &str, kind: &'static str) {
        let name: String = label.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        self.0.insert((module, format!("cf_{}", name.to_ascii_lowercase())), Custom { label: label.to_owned(), kind });
    }

    /// Whether the module has it.
    pub fn has(&self, module: &'static str, name: &str) -> bool {
        self.0.contains_key(&(module, name.to_owned()))
    }

    /// `GET /fields?module=`.
    pub fn answer(&self, request: &Request) -> Answer {
        if let Some(key) = request.unknown_param(&["module", "apiNames", "filter", "associatedDepartments"]) {
            return errors::invalid(key, "invalid", "an extra parameter is found");
        }
        let Some(module) = request.param("module") else { return errors::invalid("module", "missing", "is required") };
        let Some(known) = MODULES.iter().find(|known| known.name == module) else {
            return errors::invalid("module", "invalid", "is no module");
        };
        let wanted: Option<Vec<&str>> = request.param("apiNames").map(|names| names.split(',').collect());
        let standard = known.fields.iter().map(Field::as_row);
        let custom = self.0.iter().filter(|((module, _), _)| *module == known.name);
        let custom = custom.map(|((_, name), field)| {
            json!({
                "id": "100000000000009", "apiName": name, "displayLabel": field.label, "type": field.kind, "maxLength": 255,
                "isMandatory": false, "isCustomField": true
            })
        });
        let asked = |row: &Value| {
            let name = row.get("apiName").and_then(Value::as_str).unwrap_or_default();
            wanted.as_ref().is_none_or(|wanted| wanted.contains(&name))
        };
        let rows: Vec<Value> = standard.chain(custom).filter(asked).collect();
        errors::rows(&rows, None)
    }
}
