//! Calls: `/crm/v1/events/call`.

use serde_json::{Value, json};

use super::answers::{not_found, wrong, wrong_method};
use super::api::Traps;
use super::fields::{Field, Kind, field, required};
use super::lists::Table;
use super::{ACTIVITIES, CALLS, COMPANIES, CONTACTS, LEADS};
use crate::rest::{Answer, Request, Store};

const GIVEN: [&str; 5] = ["id", "type", "status", "responsible_id", "start_time"];
const SEARCHED: [&str; 4] = ["from", "to", "subject", "note"];

/// Answers what is asked of calls.
pub fn answer(traps: &Traps, request: &Request, rest: &[&str], store: &mut Store) -> Answer {
    let fields = fields(traps);
    let table = Table { name: CALLS, fields: &fields, given: &GIVEN, searched: &SEARCHED };
    match (request.method.as_str(), rest) {
        ("GET", []) => table.list(request, traps, store),
        ("POST", []) => match wrong_times(request).or_else(|| demanded(traps, request)) {
            Some(wrong) => wrong,
            None => table.make(request, &json!({}), traps, store),
        },
        (_, []) => wrong_method(&request.method),
        (_, [id]) => table.item(request, id, traps, store),
        _ => not_found(&request.path),
    }
}

fn fields(traps: &Traps) -> [Field; 23] {
    let external_id = if traps.external_id_is_text { Kind::Words } else { Kind::Number };
    [
        required("integration_code", Kind::Text),
        field("external_id", external_id),
        field("tmp_id", Kind::Whole),
        field("task_id", Kind::Reference(ACTIVITIES)),
        field("contact_id", Kind::Reference(CONTACTS)),
        field("company_id", Kind::Reference(COMPANIES)),
        field("lead_id", Kind::Reference(LEADS)),
        field("deal_id", Kind::Reference("deals")),
        field("contacts", Kind::References(CONTACTS)),
        field("companies", Kind::References(COMPANIES)),
        field("entity_table", Kind::OneOf(&["leads", "deals", "contacts", "companies"])),
        required("employees", Kind::Users),
        field("subject", Kind::Text),
        field("note", Kind::Long),
        required("call_type", Kind::OneOf(&["incoming", "outgoing"])),
        field("ended_call_status", Kind::TextOrNumber),
        field("from", Kind::Digits),
        field("to", Kind::Digits),
        required("begin_time", Kind::Whole),
        field("end_time", Kind::Whole),
        field("duration", Kind::Whole),
        field("call_record_link", Kind::Link),
        field("call_record_file", Kind::Link),
    ]
}

fn wrong_times(request: &Request) -> Option<Answer> {
    let body = request.object()?;
    let time = |field: &str| body.get(field).and_then(Value::as_u64);
    (time("end_time")? < time("begin_time")?).then(|| wrong("end_time", "The end_time is before begin_time."))
}

fn demanded(traps: &Traps, request: &Request) -> Option<Answer> {
    let field = traps.demanded_of_calls.as_ref()?;
    let given = request.object().is_some_and(|body| body.contains_key(field));
    (!given).then(|| wrong(field, &format!("The {field} field is required.")))
}
