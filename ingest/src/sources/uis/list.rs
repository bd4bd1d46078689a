//! The report of calls (`get.calls_report`), by which what no notification told is found. Source: UIS, Data API v2.0. Calls that
//! go on are not in it unless asked for. It names employees by ids alone: their extensions are asked for where a row needs one.

#[cfg(test)]
mod tests;

use backbone::store::SourceEntry;
use schemas::{PbxState, Phone, Said, Source, Text, Timestamp, Who};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::check::ask;
use super::pages;
use crate::sources::Reading;
use crate::sources::api::Question;
use crate::sources::fields::Fields;
use crate::sources::listing::{self, Listed, Lists, Page, Refused, Staff};
use crate::sources::values::{seconds, session, time};

/// What is asked for of a call.
const FIELDS: [&str; 12] = [
    "id",
    "start_time",
    "finish_time",
    "direction",
    "is_lost",
    "contact_phone_number",
    "virtual_phone_number",
    "wait_duration",
    "talk_duration",
    "call_records",
    "employees",
    "last_talked_employee_id",
];

/// The Data API.
pub struct Report;

impl Lists for Report {
    fn page(&self, of: &SourceEntry, page: Page) -> Result<Question, String> {
        ask(of, "get.calls_report", pages::params(of, page, "start_time", &FIELDS)?)
    }

    fn listed(&self, of: &SourceEntry, status: u16, body: &str, from: u64) -> Result<Listed, Refused> {
        pages::listed(status, body, from, |rows| {
            listing::rows(rows, &FIELDS, |fields| row(&of.source, &fields).map(Some))
        })
    }

    fn staff(&self, of: &SourceEntry) -> Option<Question> {
        ask(of, "get.employees", json!({"limit": 10_000, "fields": ["id", "extension"]})).ok()
    }

    fn staffed(&self, status: u16, body: &str) -> Result<Staff, Refused> {
        let extension = |one: &RawValue| {
            let one: Value = serde_json::from_str(one.get()).ok()?;
            Some((text(&one["id"])?, text(&one["extension"]["extension_phone_number"])?))
        };
        Ok(pages::rows(status, body)?.data.into_iter().filter_map(extension).collect())
    }
}

fn row(source: &Source, fields: &Fields) -> Result<(Reading, Option<Timestamp>), String> {
    let session = session(fields, "id").map_err(|why| why.reason)?;
    let number = |key: &str| fields.get(key).and_then(|text| seconds(text));
    let stamp = |key: &str| fields.get(key).and_then(|text| time(text, &source.timezone));
    let phone = |key: &str| fields.get(key).map(|said| Phone::read(said, &source.region));
    let talk = number("talk_duration").unwrap_or(0);
    // A lost call is one without a talk, however long it was listened to on the way.
    let lost = fields.get("is_lost").is_some_and(|said| said == "true" || said == "1") || talk == 0;
    let mut recordings = recordings(source, &session, fields).into_iter();
    let said = Said {
        direction: fields.get("direction").and_then(|word| super::direction(word)),
        client: phone("contact_phone_number"),
        line: phone("virtual_phone_number"),
        who: Who { pbx_id: employee(fields, lost), ..Who::default() },
        recording: recordings.next(),
        more_recordings: recordings.collect(),
        talk_seconds: Some(if lost { 0 } else { talk }),
        wait_seconds: number("wait_duration"),
        started_at: stamp("start_time"),
        ..Said::only(if lost { PbxState::Missed } else { PbxState::Hangup })
    };
    Ok((Reading { session, said, identity: fields.clone() }, stamp("finish_time")))
}

/// Who talked last; of a lost call who was tried, where it was one.
fn employee(fields: &Fields, lost: bool) -> Option<Text> {
    let employees: Value = fields.get("employees").and_then(|said| serde_json::from_str(said).ok()).unwrap_or_default();
    // Fields write one of a list as itself, and all numbers as texts.
    let employees =
        if employees.is_object() { vec![employees] } else { employees.as_array().cloned().unwrap_or_default() };
    let id = |one: &Value| text(&one["employee_id"]).map(Text::from);
    if lost {
        return match employees.as_slice() {
            [one] => id(one),
            _ => None,
        };
    }
    let talked = || employees.iter().rev().find(|one| one["is_talked"] == "true").and_then(id);
    fields.get("last_talked_employee_id").map(Text::from).or_else(talked)
}

/// Records stand in it by their ids; their addresses are made of these.
fn recordings(source: &Source, session: &str, fields: &Fields) -> Vec<String> {
    let Some(said) = fields.get("call_records") else { return Vec::new() };
    let many: Vec<Value> = serde_json::from_str(said).unwrap_or_else(|_| vec![said.as_str().into()]);
    let host = media_host(source.base_url.as_deref());
    let safe =
        |id: &String| id.len() <= 200 && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let ids = many.iter().filter_map(text).filter(safe);
    ids.map(|id| format!("https://{host}/{session}/{id}")).collect()
}

/// Each brand has a host of its own for recordings beside that of its Data API.
fn media_host(base_url: Option<&str>) -> String {
    let brand = base_url.and_then(|url| url.strip_prefix("https://dataapi."));
    let domain = brand.and_then(|rest| rest.split(['/', ':']).next()).unwrap_or("uiscom.ru");
    format!("media.{domain}")
}

/// A text, or a number as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
