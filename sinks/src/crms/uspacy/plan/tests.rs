//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod corrections;
mod crm;
mod responsibles;
mod scenarios;

use schemas::{CallState, Who};
use serde_json::{Value, json};

use super::*;
use crate::kit::calls::{self, marked, outgoing, recorded, sip, talked};
use crm::Crm;

const CLIENT: &str = "380671112233";

/// An ended incoming call from [`CLIENT`] that `acme_ivan` answered.
fn answered() -> Call {
    calls::answered(CLIENT, sip("acme_ivan"))
}

fn missed() -> Call {
    calls::missed(answered())
}

/// Settings on top of the defaults. 9 is the default responsible, 17 is `acme_ivan`, 18 `acme_olena` and 380501112233.
fn rules(settings: Value) -> Rules {
    let employees = json!([
        {"crm_user": "17", "sip": "acme_ivan"},
        {"crm_user": "18", "sip": "acme_olena", "phone": "+38 (050) 111-22-33"},
    ]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let Value::Object(mut settings) = settings else { panic!("not a table") };
    settings.entry("default_responsible").or_insert(json!(9));
    let (_, settings) = Settings::read(&settings, &employees).unwrap();
    Rules { settings, zone: TimeZone::get("Europe/Kyiv").unwrap(), employees }
}

#[test]
fn before_its_end_a_call_makes_nothing() {
    for state in [CallState::Ringing, CallState::Talking] {
        let call = Call { state, outcome: None, ..recorded(&["https://r/1"], answered()) };
        let mut crm = Crm::default();
        crm.deliver(&rules(json!({})), &call);
        assert!(crm.puts.is_empty() && crm.looks.is_empty(), "{state:?}");
    }
}
