//! Activities: a collection at `/activities/v1/activities`, and single ones there or below `entities`.

use serde_json::json;

use super::answers::{not_found, wrong_method};
use super::api::Traps;
use super::fields::{Field, Kind, field, required};
use super::lists::Table;
use super::{ACTIVITIES, COMPANIES};
use crate::rest::{Answer, Request, Store};

const FIELDS: [Field; 11] = [
    required("title", Kind::Text),
    field("type", Kind::OneOf(&["task", "call", "meeting", "chat", "email"])),
    field("status", Kind::OneOf(&["planned", "done", "cancelled"])),
    field("priority", Kind::OneOf(&["low", "notHigh", "neutral", "high", "veryHigh"])),
    field("description", Kind::Long),
    required("start_time", Kind::Whole),
    required("end_time", Kind::Whole),
    field("responsible_id", Kind::User),
    field("company_id", Kind::Reference(COMPANIES)),
    field("participants", Kind::Users),
    field("crm_entities", Kind::Bound),
];
const GIVEN: [&str; 3] = ["id", "created_at", "updated_at"];

/// Answers what is asked of activities.
pub fn answer(traps: &Traps, request: &Request, collection: &str, rest: &[&str], store: &mut Store) -> Answer {
    let table = Table { name: ACTIVITIES, fields: &FIELDS, given: &GIVEN, searched: &["title", "description"] };
    let items = if traps.activities_at_entities { "entities" } else { "activities" };
    match (request.method.as_str(), collection, rest) {
        ("GET", "activities", []) => table.list(request, traps, store),
        ("POST", "activities", []) => {
            let given = json!({"type": "task", "status": "planned", "priority": "neutral"});
            table.make(request, &given, traps, store)
        }
        (method, "activities", []) => wrong_method(method),
        (_, collection, [id]) if collection == items => table.item(request, id, traps, store),
        (method, "activities" | "entities", [_]) if traps.other_activity_path == 405 => wrong_method(method),
        _ => not_found(&request.path),
    }
}
