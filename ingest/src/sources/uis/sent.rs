//! The report of the notifications that UIS sent (`get.notifications`), word for word as they were sent: by it a notification that
//! never arrived is found. Source: UIS, Data API v2.0. Such a report has a number for each user, which `get.reports_list` tells by
//! the name that the user sees.

#[cfg(test)]
mod tests;

use backbone::store::SourceEntry;
use schemas::{PbxState, Source};
use serde::Deserialize;
use serde_json::{Value, json};

use super::check::ask;
use super::pages;
use crate::sources::api::Question;
use crate::sources::listing::{self, Listed, Lists, NOTIFICATIONS, Page, Refused, Row};
use crate::sources::values::time;
use crate::sources::{self, Request};

/// When it was sent: rows come in this order.
const SENT_AT: &str = "notification_send_date_time";
/// What is asked for of a notification.
const FIELDS: [&str; 4] = [SENT_AT, "notification_message", "notification_send_to", "notification_channel"];
/// Of the channels, the one of webhooks.
const HTTP: &str = "http_request";

/// The Data API.
pub struct Notifications;

#[derive(Deserialize)]
struct Report {
    id: u64,
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    #[serde(rename = "notification_send_date_time")]
    at: Option<String>,
    #[serde(rename = "notification_message")]
    body: Option<String>,
    #[serde(rename = "notification_send_to")]
    to: Option<String>,
    #[serde(rename = "notification_channel")]
    channel: Value,
}

impl Lists for Notifications {
    fn name(&self) -> &'static str {
        NOTIFICATIONS
    }

    fn is_wanted(&self, source: &Source) -> bool {
        source.notifications_report.is_some()
    }

    fn number(&self, of: &SourceEntry) -> Option<Result<Question, String>> {
        let filter = json!({"field": "name", "operator": "=", "value": of.source.notifications_report});
        Some(ask(of, "get.reports_list", json!({ "filter": filter })))
    }

    fn numbered(&self, of: &SourceEntry, status: u16, body: &str) -> Result<u64, Refused> {
        let name = of.source.notifications_report.as_deref().unwrap_or_default();
        let rows = pages::rows(status, body)?.data;
        let reports = rows.iter().filter_map(|row| serde_json::from_str::<Report>(row.get()).ok());
        let found: Vec<Report> = reports.filter(|report| report.name == name).collect();
        match found.as_slice() {
            [report] => Ok(report.id),
            [] => Err(Refused::Because(format!(
                "the PBX has no report {name:?}: as notifications_report give the name of the report of notifications as the api_key's user sees it"
            ))),
            _ => Err(Refused::Because(format!(
                "the PBX has several reports {name:?}: give the one of notifications a name of its own"
            ))),
        }
    }

    fn page(&self, of: &SourceEntry, page: Page) -> Result<Question, String> {
        let mut params = pages::params(of, page, SENT_AT, &FIELDS)?;
        params["report_id"] = page.list.into();
        ask(of, "get.notifications", params)
    }

    fn listed(&self, of: &SourceEntry, status: u16, body: &str, from: u64) -> Result<Listed, Refused> {
        pages::listed(status, body, from, |rows| listing::each(rows, |row| read(of, row)))
    }
}

/// The webhook that it was; nothing where it went elsewhere, or only said that a call goes on: when it comes that is past.
fn read(of: &SourceEntry, row: &str) -> Result<Option<Row>, String> {
    let sent: Sent = serde_json::from_str(row).map_err(|why| format!("a notification of the report: {why}"))?;
    let to_us = sent.to.is_some_and(|to| to.contains(of.secret.expose()));
    let (true, Some(text)) = (to_us && sent.channel["value_id"] == HTTP, sent.body) else {
        return Ok(None);
    };
    let request = Request { method: "POST", query: "", content_type: "application/json", body: text.as_bytes() };
    let reading = sources::read(&of.source, &request).map_err(|why| why.reason)?;
    if !matches!(reading.said.state, PbxState::Hangup | PbxState::Missed) {
        return Ok(None);
    }
    let ended_at = sent.at.and_then(|at| time(&at, &of.source.timezone));
    Ok(Some(Row { reading, ended_at, text }))
}
