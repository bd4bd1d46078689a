//! `calls/list`: the calls of a project, by when they began. It gives 6,500 rows and does not say that there are more.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::Scenario;
use crate::rest::{Answer, Request, Store};

/// The table of calls: rows as the list has them, by `calldate`.
pub const CALLS: &str = "calls";
/// Rows of an answer.
pub const ROWS_MAX: usize = 6500;

const FIELDS: [&str; 41] = [
    "uniqueid",
    "calldate",
    "caller",
    "caller_number",
    "dst",
    "connected_with",
    "outbound_number",
    "extension_number",
    "E164",
    "pool_name",
    "scheme_name",
    "disposition",
    "duration",
    "duration_ms",
    "billsec",
    "waittime",
    "call_type",
    "employee_number",
    "employee_fio",
    "employee_mark",
    "category_number",
    "category_mark",
    "department",
    "additional_number",
    "has_recording",
    "recording",
    "recording_wav",
    "call_card",
    "call_counter",
    "proper_flag",
    "repeated_flag",
    "client_id",
    "remote_ip",
    "refferrer",
    "landing",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "userfield",
];
const FORM: &str = "%Y-%m-%d %H:%M:%S";

pub(super) fn calls(request: &Request, store: &Store) -> Answer {
    let own = ["export_type", "from", "to", "fields", "merge", "order"];
    if request.unknown_param(&[&own[..], &FIELDS[..]].concat()).is_some() {
        return wrong("unknown parameter");
    }
    let date = |key: &str| DateTime::strptime(FORM, request.param(key)?).ok();
    let (Some(from), Some(to)) = (date("from"), date("to")) else { return wrong("from and to must be dates") };
    if request.param("export_type").is_some_and(|kind| kind != "json") || request.param("merge") != Some("0") {
        return wrong("only json without merging is simulated");
    }
    let fields: Vec<&str> = request.param("fields").map_or_else(|| FIELDS.to_vec(), |said| said.split(',').collect());
    if fields.iter().any(|field| !FIELDS.contains(field)) {
        return wrong("unknown field");
    }
    let mut rows: Vec<(DateTime, Value)> = store
        .search(CALLS)
        .filter_map(|row| Some((DateTime::strptime(FORM, row.text("calldate")).ok()?, row)))
        .filter(|(began, _)| from <= *began && *began <= to)
        .map(|(began, row)| {
            let of = |field: &&str| ((*field).to_owned(), row.get(field).clone());
            (began, Value::Object(fields.iter().map(of).collect::<Map<_, _>>()))
        })
        .collect();
    rows.sort_by_key(|(began, _)| *began);
    if request.param("order") == Some("calldate desc") {
        rows.reverse();
    }
    let rows = rows.into_iter().take(ROWS_MAX).map(|(_, row)| row);
    Answer::json(200, &rows.collect::<Value>())
}

fn wrong(message: &str) -> Answer {
    Answer::json(200, &json!({"error": {"code": -32602, "message": message}}))
}

/// Puts a call, which is over, into the list, as Ringostat does by itself; its row's id.
pub fn list(store: &mut Store, scenario: &Scenario) -> u64 {
    let row: Map<String, Value> =
        scenario.listed.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    store.seed(CALLS, Value::Object(row))
}
