//! The export of calls (`calls/list`), by which what no webhook told is found. Source: help.ringostat.com, article 6312678. A row
//! has the documented names, and is read as an after-call webhook is. Calls that go on may stand in it; they are passed over.

#[cfg(test)]
mod tests;

use std::time::Duration;

use backbone::store::SourceEntry;
use schemas::time::later;
use schemas::{Source, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::check::{get, refusal};
use super::ending::{Ending, Verdict};
use super::event::Event;
use crate::sources::Reading;
use crate::sources::api::{Question, strange};
use crate::sources::fields::Fields;
use crate::sources::listing::{self, Listed, Lists, Page, Refused, Rest};
use crate::sources::values::seconds;

/// An answer has at most so many rows, and nothing says what it left out.
const ROWS_MAX: usize = 6500;

/// What is asked for of a call.
const FIELDS: [&str; 28] = [
    "uniqueid",
    "calldate",
    "caller",
    "caller_number",
    "dst",
    "connected_with",
    "outbound_number",
    "extension_number",
    "disposition",
    "duration",
    "billsec",
    "waittime",
    "call_type",
    "employee_number",
    "recording",
    "recording_wav",
    "call_card",
    "pool_name",
    "scheme_name",
    "client_id",
    "landing",
    "refferrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "userfield",
];

/// The API.
pub struct Export;

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

impl Lists for Export {
    fn page(&self, of: &SourceEntry, page: Page) -> Result<Question, String> {
        let [from, to] = page.window.civil(&of.source.timezone)?;
        let text = str::to_owned;
        let query = vec![
            ("export_type", text("json")),
            ("from", from),
            ("to", to),
            ("fields", FIELDS.join(",")),
            // Every call a row of its own.
            ("merge", text("0")),
            ("order", text("calldate asc")),
        ];
        Ok(Question { query, ..get(of, "/calls/list")? })
    }

    fn listed(&self, of: &SourceEntry, status: u16, body: &str, _: u64) -> Result<Listed, Refused> {
        let wrapped = || serde_json::from_str(body).map(|Wrapped { data }| data);
        let rows: Vec<&RawValue> = match serde_json::from_str(body).or_else(|_| wrapped()) {
            Ok(rows) if status == 200 => rows,
            _ => {
                let answer: Value = serde_json::from_str(body).unwrap_or_default();
                return Err(Refused::Because(refusal(status, &answer).unwrap_or_else(|| strange(status, body))));
            }
        };
        let rest = if rows.len() >= ROWS_MAX { Rest::Unknown } else { Rest::Nothing };
        Ok(Listed { rest, ..listing::rows(&rows, &FIELDS, |fields| row(&of.source, fields)) })
    }
}

fn row(source: &Source, fields: Fields) -> Result<Option<(Reading, Option<Timestamp>)>, String> {
    let ending = Ending::of(&fields);
    if ending.verdict == Some(Verdict::Live) {
        return Ok(None);
    }
    let number = |key: &str| fields.get(key).and_then(|text| seconds(text));
    let lasted = number("duration").or_else(|| number("billsec")?.checked_add(number("waittime").unwrap_or(0)));
    let reading = super::reading(fields, Some((Event::Over, None)), source).map_err(|why| why.reason)?;
    let began = reading.said.started_at;
    let ended_at = began.zip(lasted).map(|(at, seconds)| later(at, Duration::from_secs(seconds.into())));
    Ok(Some((reading, ended_at)))
}
