//! How reports of the Data API are asked for and answered, page by page. Source: UIS, Data API v2.0.

use std::time::Duration;

use backbone::store::SourceEntry;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::check::{mnemonic, why};
use crate::sources::api::strange;
use crate::sources::listing::{Listed, Page, Refused, Rest};

/// Rows of a page: about half a mebibyte at most.
const PAGE: u64 = 500;
/// No row further on can be asked for.
const OFFSET_MAX: u64 = 100_000;
/// Where the limit does not say when it ends.
pub const LIMIT_WAIT: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    result: Rows<'a>,
}

/// What a method answers.
#[derive(Deserialize)]
pub struct Rows<'a> {
    /// One after another.
    #[serde(borrow)]
    pub data: Vec<&'a RawValue>,
    /// How many there are in all, and the limits.
    #[serde(default)]
    pub metadata: Value,
}

/// The rows of an answer, or why there are none.
pub fn rows(status: u16, body: &str) -> Result<Rows<'_>, Refused> {
    serde_json::from_str(body).map(|Answer { result }| result).map_err(|_| refused(status, body))
}

/// The parameters that all reports have: rows of the page's window with these fields, in the order of one of them.
pub fn params(of: &SourceEntry, page: Page, order: &str, fields: &[&str]) -> Result<Value, String> {
    let [from, till] = page.window.civil(&of.source.timezone)?;
    Ok(json!({
        "date_from": from, "date_till": till, "limit": PAGE, "offset": page.from, "fields": fields,
        "sort": [{"field": order, "order": "asc"}],
    }))
}

/// What an answer says, its rows read by `read`.
pub fn listed(
    status: u16,
    body: &str,
    from: u64,
    read: impl FnOnce(&[&RawValue]) -> Listed,
) -> Result<Listed, Refused> {
    let Rows { data, metadata } = rows(status, body)?;
    let mut listed = read(&data);
    let next = from.saturating_add(data.len() as u64);
    // Where the count is missing, a full page may have another behind it.
    let all = metadata["total_items"].as_u64().unwrap_or(if data.len() as u64 >= PAGE { u64::MAX } else { next });
    listed.rest = match next < all && !data.is_empty() {
        true if next > OFFSET_MAX => Rest::Unknown,
        true => Rest::From(next),
        false => Rest::Nothing,
    };
    listed.wait = resets(&metadata["limits"]);
    Ok(listed)
}

/// What is wrong stands in the body, with status 200.
fn refused(status: u16, body: &str) -> Refused {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    if mnemonic(&answer) == "limit_exceeded" {
        let wait = resets(&answer["error"]["data"]["metadata"]["limits"]);
        return Refused::limit(wait.unwrap_or(LIMIT_WAIT));
    }
    Refused::Because(if answer["error"].is_object() { why(&answer, status, body) } else { strange(status, body) })
}

/// How long nothing may be asked for: until the last of the limits that are used up begins anew. Which ones there are depends on
/// the tariff.
fn resets(limits: &Value) -> Option<Duration> {
    let used_up = ["minute", "hour", "day"].into_iter().filter(|span| limits[format!("{span}_remaining")] == json!(0));
    used_up.map(|span| Duration::from_secs(limits[format!("{span}_reset")].as_u64().unwrap_or(60))).max()
}
