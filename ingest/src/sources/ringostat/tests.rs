//! What Ringostat may send, row by row.

mod forms;
mod states;

use schemas::{Said, Source};
use serde_json::{Value, json};

use super::*;
use crate::tests::source;

/// A source of Ringostat that calls fields by these names.
pub fn named(names: &[(&str, &str)]) -> Source {
    Source {
        kind: "ringostat".into(),
        region: "UA".into(),
        timezone: "Europe/Kyiv".into(),
        names: names.iter().map(|(own, name)| ((*own).to_owned(), (*name).to_owned())).collect(),
        ..source("acme-ringostat")
    }
}

pub fn read_as(content_type: &str, query: &str, body: &[u8]) -> Result<Reading, Unreadable> {
    Ringostat.read(&named(&[]), &Request { method: "POST", query, content_type, body })
}

fn read_json(query: &str, body: &Value) -> Reading {
    let read = read_as("application/json", query, body.to_string().as_bytes());
    read.unwrap_or_else(|wrong| panic!("{wrong}: {query} {body}"))
}

fn said(body: &Value) -> Said {
    read_json("", body).said
}

/// The after-call of an answered incoming call, with every value there is.
fn after() -> Value {
    json!({
        "uniqueid": "ua1-1700000000.42", "cdr_id": 815, "call_type": "in", "caller": "380671112233",
        "dst": "380441112233", "disposition": "ANSWERED", "billsec": "57", "duration": 69, "waittime": "12",
        "calldate": "2024-02-03 10:11:12", "connected_with": "acme_ivan", "extension_number": "101",
        "employee_number": "501", "employee_fio": "Іван К.", "department": "Sales", "has_recording": 1,
        "recording": "https://example.test/r.mp3", "recording_wav": "https://example.test/r.wav",
        "call_card": "https://app.test/card/1", "utm_source": "google", "utm_medium": "cpc", "utm_campaign": "winter",
        "utm_content": "banner", "utm_term": "crm", "client_id": "777.888", "landing": "https://acme.test/?a=1",
        "refferrer": "https://google.test/", "pool_name": "Site", "scheme_name": "Day", "remote_ip": "192.0.2.1",
        "project_id": "12345", "n_alias": null, "proper_flag": "null", "repeated_flag": ""
    })
}

fn with(mut body: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}
