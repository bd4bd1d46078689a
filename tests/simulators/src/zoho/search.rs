//! Searches and lists: keys, pages, filters, order. A search compares texts as they are stored; `*` stands for any characters.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bodies::id;
use super::errors::{self, invalid};
use super::modules::Module;
use crate::rest::{Answer, Record, Request, Store};

/// Values of one key.
const VALUES_MAX: usize = 30;
/// What every search takes.
const USUAL: [&str; 4] = ["limit", "from", "sortBy", "customField1"];
/// The time ranges, and the field that each is about.
const RANGES: [(&str, &str); 4] = [
    ("createdTimeRange", "createdTime"),
    ("modifiedTimeRange", "modifiedTime"),
    ("startDateRange", "startTime"),
    ("dueDateRange", "dueDate"),
];
/// What a search may be sorted by.
const ORDERS: [&str; 4] = ["relevance", "modifiedTime", "createdTime", "customerResponseTime"];

/// A record as it is answered.
pub fn shown(record: &Record) -> Value {
    let mut fields = record.fields.clone();
    fields.insert("id".to_owned(), json!(record.id.to_string()));
    fields.insert("webUrl".to_owned(), json!(format!("https://desk.zoho.test/agent/acme/records/{}", record.id)));
    Value::Object(fields)
}

/// `limit` and `from`, checked.
pub fn page(request: &Request, first: usize, from_max: usize, limit_max: usize) -> Result<(usize, usize), Answer> {
    let number = |key: &str, default: usize, min: usize, max: usize| match request.param(key) {
        None => Ok(default),
        Some(text) => {
            let number = text.parse().ok().filter(|number| (min..=max).contains(number));
            number.ok_or_else(|| invalid(key, "invalid", "is out of its range"))
        }
    };
    Ok((number("from", first, first, from_max)? - first, number("limit", 10, 1, limit_max)?))
}

/// `GET /{module}/search`.
pub fn answer(module: &Module, request: &Request, store: &Store) -> Answer {
    found(module, request, store).unwrap_or_else(|refused| refused)
}

fn found(module: &Module, request: &Request, store: &Store) -> Result<Answer, Answer> {
    let ranges = RANGES.map(|(key, _)| key);
    let known: Vec<&str> = module.search.iter().copied().chain(USUAL).chain(ranges).collect();
    if let Some(key) = request.unknown_param(&known) {
        return Err(invalid(key, "invalid", "an extra parameter is found"));
    }
    let (from, limit) = page(request, 0, 999, 100)?;
    let mut rows: Vec<&Record> = store.search(module.name).collect();
    for (key, value) in &request.query {
        if ["limit", "from", "sortBy"].contains(&key.as_str()) {
            continue;
        }
        if value.split(',').count() > VALUES_MAX {
            return Err(invalid(key, "invalid", "takes at most 30 values"));
        }
        if let Some((_, field)) = RANGES.iter().find(|(range, _)| range == key) {
            let (after, before) = range(value).ok_or_else(|| invalid(key, "invalid", "is no range of times"))?;
            rows.retain(|row| row.text(field).parse::<Timestamp>().is_ok_and(|at| (after..=before).contains(&at)));
        } else if key == "customField1" {
            let (field, wanted) =
                value.split_once(':').ok_or_else(|| invalid(key, "invalid", "is no field and value"))?;
            rows.retain(|row| row.get("cf").get(field).and_then(Value::as_str).is_some_and(|held| any(wanted, held)));
        } else {
            rows.retain(|row| matches(row, key, value));
        }
    }
    sort(&mut rows, request.param("sortBy"))?;
    let page: Vec<Value> = rows.iter().skip(from).take(limit).map(|row| shown(row)).collect();
    Ok(errors::rows(&page, Some(rows.len())))
}

fn matches(row: &Record, key: &str, value: &str) -> bool {
    match (key, value) {
        ("id", _) => value.split(',').any(|wanted| wanted == row.id.to_string()),
        ("status", "${open}") => row.text("statusType") == "Open",
        ("assigneeId", _) => [row.text("assigneeId"), row.text("ownerId")].iter().any(|held| any(value, held)),
        ("_all", _) => row.fields.values().filter_map(Value::as_str).any(|held| any(&format!("*{value}*"), held)),
        ("fullName", _) => any(value, format!("{} {}", row.text("firstName"), row.text("lastName")).trim()),
        _ => any(value, &row.text(key)),
    }
}

/// Whether one of the values between commas is the text, `*` standing for any characters.
fn any(wanted: &str, held: &str) -> bool {
    !held.is_empty() && wanted.split(',').any(|pattern| wild(&pattern.to_lowercase(), &held.to_lowercase()))
}

fn wild(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| wild(rest, &text[at..]))
}

fn range(value: &str) -> Option<(Timestamp, Timestamp)> {
    let (after, before) = value.split_once(',')?;
    Some((after.parse().ok()?, before.parse().ok()?))
}

fn sort(rows: &mut [&Record], by: Option<&str>) -> Result<(), Answer> {
    let Some(by) = by else { return Ok(()) };
    let (key, down) = by.strip_prefix('-').map_or((by, false), |key| (key, true));
    if !ORDERS.contains(&key) {
        return Err(invalid("sortBy", "invalid", "is no order"));
    }
    rows.sort_by_key(|row| (row.text(key), row.id));
    if down {
        rows.reverse();
    }
    Ok(())
}

/// `GET /agents`.
pub fn agents(request: &Request, store: &Store) -> Answer {
    if let Some(key) = request.unknown_param(&["status", "limit", "from", "departmentIds", "searchStr"]) {
        return invalid(key, "invalid", "an extra parameter is found");
    }
    let (from, limit) = match page(request, 1, 4999, 200) {
        Ok(page) => page,
        Err(refused) => return refused,
    };
    let status = request.param("status");
    let rows = store.all("agents").filter(|agent| status.is_none_or(|status| agent.text("status") == status));
    let rows: Vec<Value> = rows.skip(from).take(limit).map(shown).collect();
    errors::rows(&rows, None)
}

/// `GET /tickets/{id}/{calls or tasks}`.
pub fn of_ticket(table: &str, ticket: u64, request: &Request, store: &Store) -> Answer {
    if let Some(key) = request.unknown_param(&["limit", "from", "isCompleted", "isSpam", "include", "sortBy"]) {
        return invalid(key, "invalid", "an extra parameter is found");
    }
    let (from, limit) = match page(request, 1, 4999, 100) {
        Ok(page) => page,
        Err(refused) => return refused,
    };
    let rows = store.search(table).filter(|row| id(row.get("ticketId")) == Some(ticket));
    let rows: Vec<Value> = rows.skip(from).take(limit).map(shown).collect();
    errors::rows(&rows, None)
}
