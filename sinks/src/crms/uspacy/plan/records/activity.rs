//! U2: the activity ("Справа") of a missed call.

use schemas::Call;
use schemas::time::later;
use serde_json::json;

use super::kind;
use crate::connector::{Made, Put};
use crate::crms::uspacy::plan::{Rules, name};
use crate::crms::uspacy::texts;
use crate::kit::ids::sent;
use crate::kit::marks;
use crate::kit::people::stays;
use crate::kit::records::{Fields, put};

/// U2: what there is to do for a missed call.
pub fn new(rules: &Rules, call: &Call, lead: Option<&str>, user: &str, rule: &str) -> Put {
    let over = call.ended_at.unwrap_or(call.started_at);
    let (description, marker) = marks::marked(&texts::activity(call, &rules.zone), marks::mark(call, name::ACTIVITY));
    let mut fields = Fields::default();
    fields.set("title", texts::activity_title(call));
    fields.set("type", "call");
    fields.set("status", "planned");
    fields.set("priority", "high");
    fields.set("description", description);
    fields.set("start_time", over.as_second());
    fields.set("end_time", later(over, rules.settings.missed_call_due.duration()).as_second());
    fields.set("responsible_id", sent(user));
    fields.known("crm_entities", lead.map(|lead| json!({"leads": [{"id": sent(lead)}]})));
    put(name::ACTIVITY, kind::ACTIVITY, fields, marker, format!("U2: a missed call; responsible: {rule}"))
}

/// A6: the same activity, done.
pub fn done(call: &Call, made: &Made) -> Put {
    let mut fields = Fields(made.content.clone());
    fields.set("status", "done");
    let marker = marks::mark(call, name::ACTIVITY);
    put(name::ACTIVITY, kind::ACTIVITY, fields, marker, stays("A6: the call was not missed after all"))
}
