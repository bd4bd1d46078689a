//! Leads, contacts and companies: `/crm/v1/entities/{entity}`.

use serde_json::{Map, Value, json};

use super::answers::{not_found, wrong_method};
use super::api::Traps;
use super::fields::{Field, Kind, field, required};
use super::lists::Table;
use super::{COMPANIES, CONTACTS, LEADS};
use crate::rest::{Answer, Request, Store};

const GIVEN: [&str; 10] = [
    "id",
    "created_by",
    "changed_by",
    "created_at",
    "updated_at",
    "converted",
    "kanban_status",
    "kanban_stage_id",
    "kanban_reason_id",
    "funnel_id",
];
const SEARCHED: [&str; 5] = ["title", "first_name", "last_name", "phone", "comments"];

/// Answers what is asked of an entity.
pub fn answer(traps: &Traps, request: &Request, entity: &str, rest: &[&str], store: &mut Store) -> Answer {
    let Some(name) = [LEADS, CONTACTS, COMPANIES].into_iter().find(|name| *name == entity) else {
        return not_found(&request.path);
    };
    let fields = fields(name, traps);
    let table = Table { name, fields: &fields, given: &GIVEN, searched: &SEARCHED };
    match (request.method.as_str(), rest) {
        ("GET", []) => table.list(request, traps, store),
        ("POST", []) => table.make(request, &given(name), traps, store),
        ("GET", ["fields"]) => listed(&fields),
        ("POST", ["trash", "restore"]) => restore(name, request, store),
        (_, [] | ["fields" | "trash", ..]) => wrong_method(&request.method),
        (_, [id]) => table.item(request, id, traps, store),
        _ => not_found(&request.path),
    }
}

fn fields(name: &str, traps: &Traps) -> Vec<Field> {
    let mut fields = vec![
        required("title", Kind::Text),
        field("owner", Kind::User),
        field("phone", Kind::Phones),
        field("source", Kind::OneOf(&["ringostat", "site", "call"])),
    ];
    if name != COMPANIES {
        fields.extend(["first_name", "last_name", "patronymic", "position"].map(|code| field(code, Kind::Text)));
    }
    if name == LEADS {
        let marks = ["company_name", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"];
        fields.extend(marks.map(|code| field(code, Kind::Text)));
    }
    if name != LEADS || traps.leads_have_comments {
        fields.push(field("comments", Kind::Long));
    }
    if name == LEADS && traps.leads_have_contacts {
        fields.push(field(CONTACTS, Kind::References(CONTACTS)));
        fields.push(field(COMPANIES, Kind::References(COMPANIES)));
    }
    fields
}

fn given(name: &str) -> Value {
    let mut given = json!({"created_at": 1_795_000_000, "updated_at": 1_795_000_000});
    if name == LEADS {
        given["converted"] = json!(false);
        given["kanban_status"] = json!("IN_WORK");
        given["kanban_stage_id"] = json!(1);
        given["funnel_id"] = json!(1);
    }
    given
}

/// The fields that an entity has in this space.
fn listed(fields: &[Field]) -> Answer {
    let kind = |field: &Field| match field.kind {
        Kind::Phones => "phone",
        Kind::User => "user_id",
        Kind::References(_) => "entity_reference",
        Kind::OneOf(_) => "list",
        Kind::Long => "textarea",
        _ => "string",
    };
    let row = |field: &Field| {
        let multiple = matches!(field.kind, Kind::Phones | Kind::References(_));
        json!({"code": field.code, "name": field.code, "type": kind(field), "required": field.required,
            "multiple": multiple, "system_field": true})
    };
    Answer::json(200, &json!({"data": fields.iter().map(row).collect::<Vec<_>>()}))
}

/// Takes records out of the trash: `{"entity_ids":[7]}`.
fn restore(name: &'static str, request: &Request, store: &mut Store) -> Answer {
    let body = request.object().unwrap_or_default();
    let ids = body.get("entity_ids").and_then(Value::as_array).cloned().unwrap_or_default();
    for id in ids.iter().filter_map(Value::as_u64) {
        store.change(name, id, Map::from_iter([("deleted_at".to_owned(), Value::Null)]));
    }
    Answer::json(200, &json!({"status": true}))
}
