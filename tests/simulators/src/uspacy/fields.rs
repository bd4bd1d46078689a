//! Which fields records have, and what may stand in them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answers::Errors;
use super::{COMPANIES, CONTACTS, LEADS, USERS};
use crate::rest::Store;

/// Characters of a text field.
const TEXT: usize = 255;
/// Characters of a long one.
const LONG: usize = 65_000;

/// What may stand in a field.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    Long,
    Whole,
    /// A whole number of digits as a text, or a number.
    Digits,
    /// The id of a user who works there.
    User,
    Users,
    /// The id of a record of a table.
    Reference(&'static str),
    References(&'static str),
    /// `{"leads":[{"id":7}]}`.
    Bound,
    Phones,
    OneOf(&'static [&'static str]),
    /// An address of the web.
    Link,
    /// A number, and no text.
    Number,
    /// A text, and no number.
    Words,
    /// A text or a number.
    TextOrNumber,
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub code: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// A field that may be left out.
pub const fn field(code: &'static str, kind: Kind) -> Field {
    Field { code, kind, required: false }
}

/// A field that a new record must have.
pub const fn required(code: &'static str, kind: Kind) -> Field {
    Field { code, kind, required: true }
}

/// Everything wrong with the fields of a record that is made, or else changed.
pub fn wrong(fields: &[Field], body: &Map<String, Value>, made: bool, store: &Store) -> Errors {
    let mut errors: Errors = BTreeMap::new();
    for (code, value) in body {
        let why = match fields.iter().find(|field| field.code == code) {
            None => Some(format!("The {code} field is unknown.")),
            Some(field) if value.is_null() && !field.required => None,
            Some(field) => problem(field.kind, value, store).map(|why| format!("The {code} field {why}.")),
        };
        if let Some(why) = why {
            errors.entry(code.clone()).or_default().push(why);
        }
    }
    for field in fields.iter().filter(|field| made && field.required && !body.contains_key(field.code)) {
        errors.insert(field.code.to_owned(), vec![format!("The {} field is required.", field.code)]);
    }
    errors
}

fn problem(kind: Kind, value: &Value, store: &Store) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let all = |value: &Value, good: &dyn Fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(good));
    let (good, what) = match kind {
        Kind::Text => (value.as_str().is_some_and(|text| text.chars().count() <= TEXT), "must be a text"),
        Kind::Long => (value.as_str().is_some_and(|text| text.chars().count() <= LONG), "must be a text"),
        Kind::Whole => (value.as_u64().is_some(), "must be an integer"),
        Kind::Digits => (value.is_u64() || value.as_str().is_some_and(digits), "must be a phone number of digits"),
        Kind::User => (works(value, store), "is invalid: no such active user"),
        Kind::Users => (all(value, &|one| works(one, store)), "is invalid: no such active user"),
        Kind::Reference(table) => (there(table, value, store), "is invalid: no such record"),
        Kind::References(table) => (all(value, &|one| there(table, one, store)), "is invalid: no such record"),
        Kind::Bound => (bound(value, store), "must be lists of records"),
        Kind::Phones => (all(value, &is_phone), "must be a list of phones"),
        Kind::OneOf(words) => (value.as_str().is_some_and(|word| words.contains(&word)), "is invalid"),
        Kind::Link => (value.as_str().is_some_and(|link| link.starts_with("http")), "must be a valid URL"),
        Kind::Number => (value.is_u64(), "must be a number"),
        Kind::Words => (value.as_str().is_some_and(|text| text.len() <= TEXT), "must be a string"),
        Kind::TextOrNumber => (value.is_string() || value.is_u64(), "is invalid"),
    };
    (!good).then(|| what.to_owned())
}

fn works(user: &Value, store: &Store) -> bool {
    let user = user.as_u64().and_then(|id| store.get(USERS, id));
    user.is_some_and(|user| user.get("active") == &Value::Bool(true))
}

fn there(table: &str, id: &Value, store: &Store) -> bool {
    let record = id.as_u64().and_then(|id| store.get(table, id));
    record.is_some_and(|record| record.get("deleted_at").is_null())
}

fn bound(value: &Value, store: &Store) -> bool {
    let table = |code: &str| [LEADS, CONTACTS, COMPANIES].into_iter().find(|table| *table == code);
    let good = |code: &str, records: &Value| {
        let records = records.as_array()?;
        let table = table(code)?;
        Some(records.iter().all(|record| there(table, record.get("id").unwrap_or(&Value::Null), store)))
    };
    value.as_object().is_some_and(|all| all.iter().all(|(code, records)| good(code, records).unwrap_or(false)))
}

fn is_phone(phone: &Value) -> bool {
    let Some(phone) = phone.as_object() else { return false };
    let known = phone.keys().all(|key| ["id", "type", "value", "main", "sort"].contains(&key.as_str()));
    let kinds = ["mobile", "work", "home", "personal", "other"];
    let kind = phone.get("type").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind));
    let value = phone.get("value").and_then(Value::as_str).is_some_and(|value| !value.is_empty());
    known && kind && value && phone.get("main").is_none_or(Value::is_boolean)
}
