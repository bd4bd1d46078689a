//! The fields of a notification, however they came: strict JSON, something near it, a form or a query. Each value is
//! text without the space around it; what says nothing (`null`, an empty text, nothing at all) is left out. Knows nothing
//! of what the keys mean.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient::{self, Lenient};
use super::{Request, Unreadable, form};

/// A notification has some fifty variables to send; twice that is a mistake.
pub const KEYS_MAX: usize = 100;

/// Fields by key.
pub type Fields = BTreeMap<String, String>;

type Pairs = Vec<(String, String)>;

/// The fields of the body, or those of the query where there is no body.
pub fn read(request: &Request<'_>) -> Result<Fields, Unreadable> {
    let body = body(request)?;
    said(body.unwrap_or_else(|| form::pairs(request.query).collect()))
}

/// The fields of the query and of the body, for PBXs that put what is always the same into the address. What the body says
/// goes before.
pub fn read_all(request: &Request<'_>) -> Result<Fields, Unreadable> {
    let body = body(request)?.unwrap_or_default();
    said(form::pairs(request.query).chain(body).collect())
}

/// The fields of a value that is itself an object, or a text of one.
pub fn inside(value: &str) -> Option<Fields> {
    strict(value).map(speaking)
}

/// The pairs of the body; nothing where there is no body.
fn body(request: &Request<'_>) -> Result<Option<Pairs>, Unreadable> {
    let text = request.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(pairs) = strict(text) {
        return Ok(Some(pairs));
    }
    if request.content_type.starts_with("application/x-www-form-urlencoded") && !text.starts_with('{') {
        return Ok(Some(form::pairs(text).collect()));
    }
    let pairs = lenient::pairs(text).map_err(Unreadable::because)?;
    Ok(Some(pairs.into_iter().map(|(key, value)| (key, lenient_text(value))).collect()))
}

fn said(pairs: Pairs) -> Result<Fields, Unreadable> {
    if pairs.is_empty() {
        return Err(Unreadable::because("the notification is empty: it has neither a body with fields nor a query"));
    }
    bounded(pairs.len())?;
    Ok(speaking(pairs))
}

/// Refuses what has more keys than any notification.
pub fn bounded(keys: usize) -> Result<(), Unreadable> {
    if keys > KEYS_MAX {
        return Err(Unreadable::because(format!("the notification has more than {KEYS_MAX} keys")));
    }
    Ok(())
}

/// Of a key that came several times the last that says something counts. Numbers and texts of the same characters are the
/// same from here on.
fn speaking(pairs: Pairs) -> Fields {
    let pairs = pairs.into_iter().map(|(key, value)| (clean(&key), clean(&value)));
    pairs.filter(|(_, value)| says_something(value)).collect()
}

/// The pairs of a JSON object; numbers keep the digits they were written with, however many.
fn strict(text: &str) -> Option<Pairs> {
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

/// Some variables are written as arrays: one of a single value is that value.
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
