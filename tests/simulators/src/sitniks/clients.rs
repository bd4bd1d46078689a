//! Client cards.

use serde_json::{Map, Value};

use super::answers::{body, error, shown};
use super::lists::{MOST, asked, page};
use super::{CLIENTS, Store, Traps};
use crate::rest::{Answer, Request};

/// The search by phone compares texts, as the real one seems to.
pub(super) fn list(traps: &Traps, request: &Request, store: &Store) -> Result<Answer, Answer> {
    let found = store.search(CLIENTS).filter(|client| {
        traps.filters_passed_over
            || (asked(request, "phone", &client.text("phone")) && asked(request, "email", &client.text("email")))
    });
    let rows: Vec<Value> = found.map(shown).collect();
    let key = if traps.clients_under_their_name { "clients" } else { "data" };
    page(request, &["phone", "email"], MOST, key, &rows)
}

pub(super) fn one(id: u64, store: &Store) -> Result<Answer, Answer> {
    let client = store.get(CLIENTS, id).ok_or_else(|| error(404, "Client not found"))?;
    Ok(Answer::json(200, &shown(client)))
}

pub(super) fn make(request: &Request, store: &mut Store) -> Result<Answer, Answer> {
    let fields = body(request, &["fullname", "phone", "email"], |body| wrong(body, &["fullname", "phone"]))?;
    let id = store.add(CLIENTS, fields);
    let made = store.get(CLIENTS, id).map(shown);
    Ok(Answer::json(201, &made.unwrap_or_default()))
}

pub(super) fn change(id: u64, request: &Request, store: &mut Store) -> Result<Answer, Answer> {
    let fields = body(request, &["fullname", "phone", "email", "comment"], |body| wrong(body, &[]))?;
    let changed = store.change(CLIENTS, id, fields).ok_or_else(|| error(404, "Client not found"))?;
    Ok(Answer::json(200, &shown(changed)))
}

fn wrong(body: &Map<String, Value>, required: &[&str]) -> Vec<String> {
    let checks = [
        ("fullname", "must be longer than or equal to 3 characters"),
        ("phone", "must be a valid phone number"),
        ("email", "must be an email"),
        ("comment", "must be a string"),
    ];
    let fits = |field: &str, text: &str| match field {
        "fullname" => text.chars().count() >= 3,
        "phone" => is_phone(text),
        "email" => text.contains('@'),
        _ => true,
    };
    let failed = checks.into_iter().filter(|(field, _)| match body.get(*field) {
        None => required.contains(field),
        Some(value) => !value.as_str().is_some_and(|text| fits(field, text)),
    });
    failed.map(|(field, must)| format!("{field} {must}")).collect()
}

/// Digits of a whole number, with a plus or without.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (9..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}
