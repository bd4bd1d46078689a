//! The register of calls. Nobody outside the vendor has seen it: the fields are what its screen shows.

use serde_json::{Map, Value, json};

use super::answers::{body, error, invalid, shown};
use super::lists::{MOST, asked, page};
use super::{CALLS, CLIENTS, MANAGERS, Office, Record, Store};
use crate::rest::{Answer, Request};

/// Every field, and whether a new row must have it.
const FIELDS: [(&str, bool); 9] = [
    ("externalId", true),
    ("direction", true),
    ("phone", false),
    ("clientId", false),
    ("managerId", false),
    ("status", true),
    ("startedAt", true),
    ("duration", false),
    ("recordUrl", false),
];
/// What a row may be asked for by.
const FILTERS: [&str; 3] = ["externalId", "phone", "clientId"];

pub(super) fn list(office: &Office, request: &Request, store: &Store) -> Result<Answer, Answer> {
    let filters = FILTERS.map(|field| (field, office.dialect.name(field)));
    let fits = |row: &&Record| filters.iter().all(|(field, here)| asked(request, here, &row.text(field)));
    let found = store.search(CALLS).filter(|row| office.traps.filters_passed_over || fits(row));
    let rows: Vec<Value> = found.map(|row| with_names(office, row, store)).collect();
    page(request, &filters.map(|(_, here)| here), MOST, "data", &rows)
}

pub(super) fn make(office: &Office, request: &Request, store: &mut Store) -> Result<Answer, Answer> {
    let known: Vec<&str> = FIELDS.iter().map(|(field, _)| office.dialect.name(field)).chain(demanded(office)).collect();
    let fields = body(request, &known, |body| {
        let usual = office.dialect.usual(body.clone());
        let required = FIELDS.iter().filter(|(_, required)| *required).map(|(field, _)| *field).chain(demanded(office));
        let missing = required.filter(|field| !usual.contains_key(*field));
        missing.map(|field| format!("{field} should not be empty")).chain(wrong(office, &usual)).collect()
    })?;
    let fields = office.dialect.usual(fields);
    references(&fields, store)?;
    let taken = store.all(CALLS).find(|row| row.get("externalId") == &fields["externalId"]).map(|row| row.id);
    if let Some(taken) = taken.filter(|_| !office.traps.duplicates) {
        let mut said = json!({ "statusCode": 409, "message": "externalId is taken", "error": "Conflict", "id": taken });
        if office.traps.conflict_unnamed {
            said["id"].take();
        }
        return Err(Answer::json(409, &said));
    }
    let id = store.add(CALLS, fields);
    let made = store.get(CALLS, id).map(|row| with_names(office, row, store));
    Ok(Answer::json(201, &made.unwrap_or_default()))
}

pub(super) fn change(office: &Office, id: u64, request: &Request, store: &mut Store) -> Result<Answer, Answer> {
    let known: Vec<&str> = office.dialect.changeable.iter().map(|field| office.dialect.name(field)).collect();
    let fields = body(request, &known, |body| {
        let missing = demanded(office).map(|field| format!("{field} should not be empty"));
        missing.into_iter().chain(wrong(office, &office.dialect.usual(body.clone()))).collect()
    })?;
    let fields = office.dialect.usual(fields);
    references(&fields, store)?;
    store.change(CALLS, id, fields).ok_or_else(|| error(404, "Call not found"))?;
    let changed = store.get(CALLS, id).map(|row| with_names(office, row, store));
    Ok(Answer::json(200, &changed.unwrap_or_default()))
}

fn demanded(office: &Office) -> Option<&'static str> {
    office.traps.source_demanded.then_some("source")
}

/// A row as its screen shows it: with the client's full name and the manager.
fn with_names(office: &Office, row: &Record, store: &Store) -> Value {
    let other = |field: &str, table: &str| {
        let id = row.get(field).as_u64()?;
        store.get(table, id).map(shown)
    };
    let mut fields = office.dialect.said(row.fields.clone());
    fields.insert("id".to_owned(), row.id.into());
    fields.insert("client".to_owned(), other("clientId", CLIENTS).unwrap_or_default());
    fields.insert("manager".to_owned(), other("managerId", MANAGERS).unwrap_or_default());
    Value::Object(fields)
}

fn wrong(office: &Office, fields: &Map<String, Value>) -> Vec<String> {
    let one_of = |words: &[&str], value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
    let text = |value: &Value, fits: fn(&str) -> bool| value.as_str().is_some_and(fits);
    let mut wrong = Vec::new();
    for (field, value) in fields {
        let (fits, must) = match field.as_str() {
            "externalId" | "source" => (text(value, |text| !text.is_empty()), "must be a non-empty string"),
            "direction" => (one_of(&office.dialect.directions, value), "must be one of the following values"),
            "status" => (one_of(&office.dialect.statuses, value), "must be one of the following values"),
            "startedAt" => (text(value, is_instant), "must be a valid ISO 8601 date string"),
            "phone" => (value.is_null() || text(value, is_said), "must be a phone number"),
            "recordUrl" => (value.is_null() || text(value, |text| text.starts_with("http")), "must be a URL address"),
            "clientId" | "managerId" => (value.is_null() || value.is_u64(), "must be a number"),
            "duration" => (value.is_null() || value.is_u64(), "must not be less than 0"),
            _ => continue,
        };
        if !fits {
            wrong.push(format!("{} {must}", office.dialect.names.get(field.as_str()).copied().unwrap_or(field)));
        }
    }
    wrong
}

/// Whom a row names must be there.
fn references(fields: &Map<String, Value>, store: &Store) -> Result<(), Answer> {
    for (field, table) in [("clientId", CLIENTS), ("managerId", MANAGERS)] {
        if let Some(id) = fields.get(field).and_then(Value::as_u64)
            && store.get(table, id).is_none()
        {
            return Err(invalid(&format!("{field} {id} does not exist")));
        }
    }
    Ok(())
}

/// `2024-02-03T08:11:12.000Z`: with a zone, or it is no instant.
fn is_instant(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

/// A number, or an extension that called.
fn is_said(text: &str) -> bool {
    (1..=32).contains(&text.len())
}
