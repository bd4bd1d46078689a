//! `get.calls_report`: the calls of an account, by when they began.

#[cfg(test)]
mod tests;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::Scenario;
use super::api::{EMPLOYEES, Rows, known, number, only};
use crate::pbx::{Direction, Outcome};
use crate::rest::Store;

/// The table of calls: rows as the report has them. A row `ongoing` is left out unless asked for.
pub const CALLS: &str = "calls";

const PARAMS: [&str; 9] =
    ["access_token", "date_from", "date_till", "limit", "offset", "filter", "sort", "fields", "include_ongoing_calls"];
const FIELDS: [&str; 16] = [
    "id",
    "start_time",
    "finish_time",
    "finish_reason",
    "direction",
    "is_lost",
    "contact_phone_number",
    "virtual_phone_number",
    "communication_id",
    "wait_duration",
    "talk_duration",
    "total_duration",
    "call_records",
    "employees",
    "first_talked_employee_id",
    "last_talked_employee_id",
];
pub(super) const FORM: &str = "%Y-%m-%d %H:%M:%S";

pub(super) fn calls(params: &Map<String, Value>, store: &Store) -> Rows {
    known(params, &PARAMS)?;
    let ongoing = params.get("include_ongoing_calls") == Some(&json!(true));
    let rows = store.search(CALLS).filter(|row| ongoing || row.get("ongoing") != &json!(true));
    page(params, rows.map(|row| row.fields.clone()), "start_time", &FIELDS, 3.months())
}

/// The page of a report that is asked for: rows of these fields whose time, in one of them, is between two dates, which are at
/// most so long apart.
pub(super) fn page(
    params: &Map<String, Value>,
    rows: impl Iterator<Item = Map<String, Value>>,
    time: &str,
    known: &[&str],
    longest: Span,
) -> Rows {
    let date = |key: &str| {
        let said = params.get(key).ok_or((-32602, "required_parameter_missed"))?;
        let said = said.as_str().filter(|said| said.len() == 19);
        said.and_then(|said| DateTime::strptime(FORM, said).ok()).ok_or((-32602, "data_type_error"))
    };
    let (from, till) = (date("date_from")?, date("date_till")?);
    if from > till {
        return Err((-32602, "invalid_parameters_combination"));
    }
    if from.saturating_add(longest) < till {
        return Err((-32602, "date_interval_limit_reached"));
    }
    let (limit, offset) = (number(params, "limit", 1000, 1..=10_000)?, number(params, "offset", 0, 0..=100_000)?);
    let fields = params.get("fields").and_then(Value::as_array);
    if fields.is_some_and(|fields| !fields.iter().all(|field| known.iter().any(|known| field == known))) {
        return Err((-32602, "invalid_parameter_value"));
    }
    let at = |text: &Value| text.as_str().and_then(|text| DateTime::strptime(FORM, text).ok());
    let mut all: Vec<Value> =
        rows.map(Value::Object).filter(|row| at(&row[time]).is_some_and(|at| from <= at && at <= till)).collect();
    all.sort_by_key(|row| row[time].to_string());
    let total = all.len();
    Ok((all.into_iter().skip(offset).take(limit).map(|row| only(row, params)).collect(), total))
}

/// Puts a call, which began then and is over, into the report, as the platform does by itself; its row's id. Employees are those
/// of the table with these extensions.
pub fn list(store: &mut Store, scenario: &Scenario, began: Timestamp, zone: &TimeZone) -> u64 {
    let expected = &scenario.expected;
    let id = |extension: &String| {
        let found = store.all(EMPLOYEES).find(|one| one.text("extension") == *extension);
        found.map_or(Value::Null, |one| json!(one.id))
    };
    let (wait, talk) = if expected.outcome == Outcome::Missed { (25, 0) } else { (4, 31) };
    let employees: Vec<Value> = expected
        .extensions_rung
        .iter()
        .map(|one| {
            let talked = expected.talked.contains(one);
            json!({"employee_id": id(one), "employee_full_name": one, "is_answered": talked, "is_talked": talked})
        })
        .collect();
    let records: Vec<&str> = expected.recordings.iter().filter_map(|url| url.rsplit('/').next()).collect();
    let civil = |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime(FORM).to_string();
    let row = json!({
        "id": scenario.call_id.parse::<u64>().map_or_else(|_| json!(scenario.call_id), |id| json!(id)),
        "start_time": civil(began),
        "finish_time": civil(began + SignedDuration::from_secs(wait + talk)),
        "finish_reason": "operator_disconnects",
        "direction": if expected.direction == Direction::Outgoing { "out" } else { "in" },
        "is_lost": expected.outcome == Outcome::Missed,
        "contact_phone_number": expected.client,
        "virtual_phone_number": scenario.line,
        "communication_id": 77,
        "wait_duration": wait,
        "talk_duration": talk,
        "total_duration": wait + talk,
        "call_records": records,
        "employees": employees,
        "first_talked_employee_id": expected.talked.first().map(&id),
        "last_talked_employee_id": expected.talked.last().map(&id),
    });
    store.seed(CALLS, row)
}
