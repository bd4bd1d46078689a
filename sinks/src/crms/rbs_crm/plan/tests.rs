//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod contacts;
mod corrections;
mod crm;
mod notices;
mod recordings;
mod responsible;
mod tasks;

use std::collections::BTreeMap;

use schemas::{CallState, Phone, Who};
use serde_json::{Map, Value, json};

use super::*;
use crate::connector::Put;
use crate::crms::rbs_crm::found::{Company, Holders, Person};
use crate::kit::calls::{self, at, from, outgoing, recorded, rung, talked};
use crate::kit::trial::{Far, Trial};
use crm::Crm;

const CLIENT: &str = "79161112233";

/// An ended incoming call from [`CLIENT`] that 101 answered.
fn answered() -> Call {
    Call { line: Some(Phone::read("74951112233", "")), ..calls::answered(CLIENT, Who::extension("101")) }
}

fn missed() -> Call {
    calls::missed(answered())
}

/// Settings on top of the defaults; 17 has 101, 18 has 102.
fn rules(settings: Value) -> Rules {
    let employees = json!([{"crm_user": "17", "extension": "101"}, {"crm_user": "18", "extension": "102"}]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(settings) = settings else { panic!("not a table") };
    let settings = Settings::read(&settings, &employees).unwrap().1;
    Rules { settings, zone: TimeZone::get("Europe/Moscow").unwrap(), employees }
}

fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or("(none)")
}

#[test]
fn before_its_end_a_call_makes_nothing() {
    let rules = rules(json!({"create_contact": true, "missed_call_task": true, "add_recording_to_deal": true}));
    for state in [CallState::Ringing, CallState::Talking] {
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let mut crm = Crm::default();
        crm.deliver(&rules, &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty(), "{state:?}");
    }
}

#[test]
fn without_a_setting_for_records_nothing_is_asked_or_made() {
    let mut crm = Crm::default();
    let note = crm.deliver(&rules(json!({})), &missed());
    assert!(crm.puts.is_empty() && crm.looks.is_empty());
    assert!(note.contains("no setting"), "{note}");
}
