//! `get.notifications`: what was sent, word for word, and whether it arrived; and `get.reports_list`, which tells the number that
//! it is asked by.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::Scenario;
use super::api::{Rows, known};
use super::report::{FORM, page};
use crate::rest::Store;

/// The table of a user's reports: `name`, `type`.
pub const REPORTS: &str = "reports";
/// The table of notifications: rows as the report has them.
pub const NOTIFICATIONS: &str = "notifications";

const SENT_AT: &str = "notification_send_date_time";
const PARAMS: [&str; 9] =
    ["access_token", "report_id", "date_from", "date_till", "limit", "offset", "filter", "sort", "fields"];
const FIELDS: [&str; 14] = [
    "notification_id",
    "notification_name",
    "notification_delay",
    "notification_message",
    "notification_send_to",
    "event_type",
    "communication_id",
    "communication_type",
    "notification_status",
    "notification_channel",
    "notification_error_type",
    "notification_error_message",
    "notification_start_date_time",
    SENT_AT,
];

pub(super) fn reports(params: &Map<String, Value>, store: &Store) -> Rows {
    known(params, &["access_token", "limit", "offset", "filter", "sort", "fields"])?;
    let wanted = match params.get("filter") {
        None => None,
        Some(filter) if filter["field"] == "name" && filter["operator"] == "=" => Some(&filter["value"]),
        Some(_) => return Err((-32602, "invalid_parameter_value")),
    };
    let reports = store.all(REPORTS).filter(|report| wanted.is_none_or(|name| report.get("name") == name));
    let rows: Vec<Value> = reports
        .map(|report| {
            json!({"id": report.id, "name": report.get("name"), "type": report.get("type"), "sort": 1, "group_id": 9,
                   "is_mobile": false, "is_system": false, "description": null, "is_editable": true})
        })
        .collect();
    let total = rows.len();
    Ok((rows, total))
}

pub(super) fn sent(params: &Map<String, Value>, store: &Store) -> Rows {
    known(params, &PARAMS)?;
    let report = params.get("report_id").ok_or((-32602, "required_parameter_missed"))?.as_u64();
    let report = report.ok_or((-32602, "data_type_error"))?;
    let of_notifications = |id: u64| store.get(REPORTS, id).is_some_and(|found| found.text("type") == NOTIFICATIONS);
    if !of_notifications(report) {
        return Err((-32602, "entity_not_found"));
    }
    page(params, store.all(NOTIFICATIONS).map(|row| row.fields.clone()), SENT_AT, &FIELDS, 366.days())
}

/// Puts the notifications of a call, which began then, into the report, as sent to this address in vain.
pub fn notify(store: &mut Store, scenario: &Scenario, began: Timestamp, zone: &TimeZone, address: &str) {
    for one in &scenario.notifications {
        let at = began + SignedDuration::try_from(one.after).unwrap_or_default();
        let at = at.to_zoned_datetime(zone.clone()).strftime(FORM).to_string();
        let row = json!({
            "notification_id": 5, "notification_name": one.name, "notification_delay": 0,
            "notification_message": one.body, "notification_send_to": address,
            "event_type": {"value": one.name, "value_id": one.name}, "communication_id": 77, "communication_type": "call",
            "notification_status": {"value": "Не отправлено", "value_id": "failed"},
            "notification_channel": {"value": "HTTP-запрос", "value_id": "http_request"},
            "notification_error_type": "connection", "notification_error_message": "Connection refused",
            "notification_start_date_time": at, SENT_AT: at,
        });
        store.seed(NOTIFICATIONS, row);
    }
}
