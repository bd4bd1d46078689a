//! U1: the record of a call.

use schemas::phone::digits;
use schemas::{Call, Direction, Phone};
use serde_json::{Value, json};

use super::kind;
use crate::connector::{Made, Put};
use crate::crms::uspacy::plan::place::Place;
use crate::crms::uspacy::plan::responsible::Responsible;
use crate::crms::uspacy::plan::{Rules, name};
use crate::crms::uspacy::settings::{ExternalId, Status};
use crate::crms::uspacy::texts;
use crate::kit::ids::sent;
use crate::kit::records::{Fields, put};
use crate::kit::{marks, phones, times};

/// U1: the record of a call. `held` is what it is by now.
pub fn record(
    rules: &Rules,
    call: &Call,
    place: &Place,
    lead: Option<&str>,
    responsible: &Responsible,
    held: Option<&Made>,
) -> Put {
    let settings = &rules.settings;
    let marker = marks::number(call).to_string();
    let (began, client, line) = (times::began(call), digits_of(call.client.as_ref()), digits_of(call.line.as_ref()));
    let (call_type, from, to) = match call.direction {
        Direction::Incoming => ("incoming", client, line),
        Direction::Outgoing => ("outgoing", line, client),
    };
    let mut fields = Fields::default();
    fields.set("integration_code", settings.integration_code.as_str());
    match settings.external_id {
        ExternalId::Number => fields.set("external_id", marks::number(call)),
        ExternalId::Text => fields.set("external_id", marker.as_str()),
    }
    fields.set("subject", texts::subject(call));
    fields.set("note", texts::call(call));
    fields.set("call_type", call_type);
    fields.known("ended_call_status", status(rules, call, place, held));
    fields.known("from", from);
    fields.known("to", to);
    fields.set("begin_time", began.as_second());
    fields.known("end_time", call.ended_at.map(|ended| ended.max(began).as_second()));
    fields.known("duration", times::talk_seconds(call));
    fields.set("employees", json!([sent(&responsible.user)]));
    fields.known("call_record_link", call.recordings.first().map(|recording| recording.url.as_str()));
    if let Some(lead) = lead {
        fields.set("lead_id", sent(lead));
        fields.set("entity_table", "leads");
    }
    // Of a client who is known without an open lead the call is bound to what is known, too; and stays so.
    let bound = |field: &str| held.and_then(|made| made.content.get(field)).cloned();
    let (contact, company) = match place {
        Place::New { contact, company, .. } => (contact.as_deref().map(sent), company.as_deref().map(sent)),
        _ => (bound("contact_id"), bound("company_id")),
    };
    fields.known("contact_id", contact);
    fields.known("company_id", company);
    put(name::CALL, kind::CALL, fields, marker, format!("U1: every call; responsible: {}", responsible.rule))
}

/// How it ended. A missed call that is there already stays what it was: of a new client, or of a known one.
fn status(rules: &Rules, call: &Call, place: &Place, held: Option<&Made>) -> Option<Value> {
    let status = match place {
        _ if call.answered() => Status::Answered,
        _ if call.direction == Direction::Outgoing => Status::NotAnswered,
        Place::Kept { .. } => return held.and_then(|made| made.content.get("ended_call_status")).cloned(),
        Place::Open { .. } => Status::MissedKnown,
        Place::New { .. } | Place::NoNumber(_) => Status::Missed,
    };
    rules.settings.status_values.of(status)
}

/// Numbers are sent as digits only; what has none is not sent.
fn digits_of(phone: Option<&Phone>) -> Option<String> {
    phones::shown(phone).map(digits).filter(|digits| !digits.is_empty())
}
