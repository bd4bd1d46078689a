//! The bodies, as the vendor's libraries expect them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::rest::{Answer, Record};

/// What is wrong with a request, by field.
pub type Errors = BTreeMap<String, Vec<String>>;

/// 422 with what is wrong.
pub fn invalid(errors: &Errors) -> Answer {
    Answer::json(422, &json!({"errors": errors, "status": false}))
}

/// The same of one field.
pub fn wrong(field: &str, why: &str) -> Answer {
    invalid(&BTreeMap::from([(field.to_owned(), vec![why.to_owned()])]))
}

/// Who asks is not known, or no longer.
pub fn unauthorized() -> Answer {
    Answer::json(401, &json!({"error": "Unauthorized."}))
}

/// There is no such record or path.
pub fn not_found(path: &str) -> Answer {
    Answer::json(404, &json!({"message": format!("Nothing is found at {path}.")}))
}

/// The path is there, and takes other verbs.
pub fn wrong_method(method: &str) -> Answer {
    Answer::json(405, &json!({"message": format!("The {method} method is not supported for this route.")}))
}

/// A record.
pub fn record(status: u16, record: &Record, as_texts: bool) -> Answer {
    Answer::json(status, &row(record, as_texts))
}

/// A record as it stands in answers; with its numbers as texts, where they come so.
pub fn row(record: &Record, as_texts: bool) -> Value {
    let mut fields = Map::from_iter([("id".to_owned(), Value::from(record.id))]);
    fields.extend(record.fields.clone());
    if as_texts { texts(Value::Object(fields)) } else { Value::Object(fields) }
}

fn texts(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        Value::Array(all) => all.into_iter().map(texts).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, texts(value))).collect(),
        other => other,
    }
}

/// A page of a list.
pub fn page(all: Vec<Value>, number: usize, size: usize, path: &str) -> Answer {
    let total = all.len();
    let (pages, skip) = (total.div_ceil(size).max(1), (number - 1).saturating_mul(size));
    let rows: Vec<Value> = all.into_iter().skip(skip).take(size).collect();
    let some = (!rows.is_empty()).then_some(());
    let link = |number: usize| format!("{path}?page={number}");
    let links = json!({
        "first": link(1), "last": link(pages), "prev": (number > 1).then(|| link(number - 1)),
        "next": (number < pages).then(|| link(number + 1))
    });
    let meta = json!({
        "current_page": number, "from": some.map(|()| skip + 1), "last_page": pages, "per_page": size,
        "to": some.map(|()| skip + rows.len()), "total": total
    });
    Answer::json(200, &json!({"data": rows, "links": links, "meta": meta}))
}

/// What a refusal says, in one line.
pub fn word(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_object).cloned().unwrap_or_default();
    errors.iter().map(|(field, why)| format!("{field}: {why}")).collect::<Vec<_>>().join("; ")
}
