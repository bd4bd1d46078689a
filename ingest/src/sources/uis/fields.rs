//! The fields of a notification, however they came: strict JSON, something near it, a form or a query. Each value is
//! text without the space around it; what says nothing (`null`, an empty text, nothing at all) is left out.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient::{self, Lenient};
use crate::sources::{Request, Unreadable, form};

/// A notification has some fifty variables to send; twice that is a mistake.
pub const KEYS_MAX: usize = 100;

/// Fields by key.
pub type Fields = BTreeMap<String, String>;

/// The fields of one notification.
pub fn read(request: &Request<'_>) -> Result<Fields, Unreadable> {
    let text = request.text()?;
    let pairs = if text.is_empty() {
        form::pairs(request.query).collect()
    } else if let Some(pairs) = strict(text) {
        pairs
    } else if request.content_type.starts_with("application/x-www-form-urlencoded") && !text.starts_with('{') {
        form::pairs(text).collect()
    } else {
        let pairs = lenient::pairs(text).map_err(Unreadable::because)?;
        pairs.into_iter().map(|(key, value)| (key, lenient_text(value))).collect()
    };
    if pairs.is_empty() {
        return Err(Unreadable::because("the notification is empty: it has neither a body with fields nor a query"));
    }
    // Numbers and texts of the same characters are the same from here on.
    let fields: Fields = pairs.into_iter().map(|(key, value)| (clean(&key), clean(&value))).collect();
    if fields.len() > KEYS_MAX {
        return Err(Unreadable::because(format!("the notification has more than {KEYS_MAX} keys")));
    }
    Ok(fields.into_iter().filter(|(_, value)| says_something(value)).collect())
}

/// The pairs of a JSON object; numbers keep the digits they were written with, however many.
fn strict(text: &str) -> Option<Vec<(String, String)>> {
    let object: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    object.into_iter().map(|(key, value)| Some((key, strict_text(value.get())?))).collect()
}

fn strict_text(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok(),
        b'[' | b'{' => serde_json::from_str(raw).ok().map(|value| flat(&value)),
        _ => Some(raw.to_owned()),
    }
}

fn lenient_text(value: Lenient<'_>) -> String {
    match value {
        Lenient::Text(text) => text,
        Lenient::Nested(raw) => strict_text(raw).unwrap_or_else(|| raw.to_owned()),
    }
}

/// UIS writes some variables as arrays: one of a single value is that value.
fn flat(value: &Value) -> String {
    match value {
        Value::Array(items) if items.len() == 1 => flat(&items[0]),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::Object(_) | Value::Array(_) => sorted(value).to_string(),
        scalar => scalar_text(scalar),
    }
}

/// The same value in one spelling: keys in order, numbers as texts.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(pairs) => {
            let pairs: BTreeMap<_, _> = pairs.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            pairs.into_iter().collect()
        }
        scalar => Value::String(scalar_text(scalar)),
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn clean(text: &str) -> String {
    let printable: String = text.chars().filter(|c| !c.is_control()).collect();
    printable.trim().to_owned()
}

fn says_something(value: &str) -> bool {
    // A placeholder in quotes turns nothing into the word for nothing.
    !matches!(value, "" | "null" | "NULL" | "None" | "undefined")
}
