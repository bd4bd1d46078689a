//! Lists: by what they can be asked for, and in pages.

use serde_json::{Value, json};

use super::api::{No, Traps};
use super::{CALLS, CLIENTS, TASKS, USERS};
use crate::rest::{Record, Request, Store};

/// Rows of a page at most, and when nobody says how many.
const LIMIT_MAX: usize = 100;
const LIMIT: usize = 10;

/// The records of `table` that a request asks for, oldest first.
pub(super) fn list(table: &'static str, request: &Request, store: &mut Store, traps: &mut Traps) -> Result<Value, No> {
    let filters: &[&str] = match table {
        CLIENTS => &["phone"],
        CALLS => &["external_id", "phone"],
        TASKS => &["client_id"],
        _ => &[],
    };
    let known: Vec<&str> = ["api_key", "page", "limit"].iter().chain(filters).copied().collect();
    if let Some(unknown) = request.unknown_param(&known) {
        return Err(No::field(unknown, "is not known"));
    }
    let (page, limit) = (number(request, "page", 1)?, number(request, "limit", LIMIT)?.min(LIMIT_MAX));
    let asked: Vec<(&str, &str)> =
        filters.iter().filter_map(|filter| Some((*filter, request.param(filter)?))).collect();
    let hidden = table == USERS && traps.no_users;
    let found: Vec<&Record> = store
        .search(table)
        .filter(|_| !hidden)
        .filter(|record| traps.filters_ignored || asked.iter().all(|(field, value)| record.text(field) == *value))
        .collect();
    // A list of nothing has one page, with nothing on it.
    let pages = found.len().div_ceil(limit).max(1);
    if page > pages && traps.pages_end {
        return Err(No::said(404, "Page not found"));
    }
    let rows: Vec<Value> = found.iter().skip((page - 1) * limit).take(limit).map(|record| shown(record)).collect();
    let oldest = found.first().map(|record| record.id).filter(|_| pages > 1 && traps.pages_shrink > 0);
    if let Some(oldest) = oldest {
        traps.pages_shrink -= 1;
        store.remove(table, oldest);
    }
    Ok(json!({ "pages": pages, table: rows }))
}

/// A record as it is answered.
pub(super) fn shown(record: &Record) -> Value {
    let mut fields = record.fields.clone();
    fields.insert("id".to_owned(), Value::from(record.id));
    Value::Object(fields)
}

fn number(request: &Request, name: &str, default: usize) -> Result<usize, No> {
    let Some(said) = request.param(name) else { return Ok(default) };
    let number = said.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| No::field(name, "must be a number from 1 on"))
}
