//! Lists and single records, the same for every table; and users, which are only read.

use serde_json::{Map, Value};

use super::answers::{self, invalid, not_found, wrong, wrong_method};
use super::api::Traps;
use super::auth::Who;
use super::fields::{self, Field};
use super::{USERS, filters};
use crate::rest::{Answer, Record, Request, Store};

/// What can be done with the records of a table.
pub struct Table<'a> {
    pub name: &'static str,
    /// What may be written.
    pub fields: &'a [Field],
    /// What the CRM itself fills in.
    pub given: &'a [&'static str],
    /// What the text search looks into.
    pub searched: &'a [&'static str],
}

impl Table<'_> {
    /// A page.
    pub fn list(&self, request: &Request, traps: &Traps, store: &Store) -> Answer {
        let mut codes: Vec<&str> = self.fields.iter().map(|field| field.code).collect();
        codes.extend(self.given);
        let asked = match filters::read(request, &codes) {
            Ok(asked) => asked,
            Err(wrong) => return wrong,
        };
        let wanted = store.search(self.name).filter(|record| asked.wants(record, self.searched, traps));
        let mut rows: Vec<Value> = wanted.map(|record| answers::row(record, traps.numbers_as_texts)).collect();
        if !traps.oldest_first {
            rows.reverse();
        }
        answers::page(rows, asked.page, asked.list, &request.path)
    }

    /// A new record, on top of what the CRM fills in.
    pub fn make(&self, request: &Request, given: &Value, traps: &Traps, store: &mut Store) -> Answer {
        let body = match self.body(request, true, store) {
            Ok(body) => body,
            Err(wrong) => return wrong,
        };
        let mut all = given.as_object().cloned().unwrap_or_default();
        all.extend(body);
        let id = store.add(self.name, all);
        store
            .get(self.name, id)
            .map_or_else(|| not_found(""), |made| answers::record(201, made, traps.numbers_as_texts))
    }

    /// One record by its id.
    pub fn item(&self, request: &Request, id: &str, traps: &Traps, store: &mut Store) -> Answer {
        let there =
            |record: &&Record| record.get("deleted_at").is_null() || traps.trash_answers && request.method == "GET";
        let record = id.parse().ok().and_then(|id| store.get(self.name, id)).filter(there);
        let Some(record) = record else { return not_found(&request.path) };
        let (id, as_texts) = (record.id, traps.numbers_as_texts);
        match request.method.as_str() {
            "GET" => answers::record(200, record, as_texts),
            "PATCH" => match self.body(request, false, store) {
                Err(wrong) => wrong,
                Ok(body) => {
                    let changed = store.change(self.name, id, body);
                    changed.map_or_else(|| not_found(""), |record| answers::record(200, record, as_texts))
                }
            },
            "DELETE" => {
                let deleted = Map::from_iter([("deleted_at".to_owned(), Value::from(1_795_000_000))]);
                store.change(self.name, id, deleted);
                Answer::empty(204)
            }
            method => wrong_method(method),
        }
    }

    fn body(&self, request: &Request, made: bool, store: &Store) -> Result<Map<String, Value>, Answer> {
        let Some(body) = request.object() else { return Err(wrong("body", "The body must be a JSON object.")) };
        let errors = fields::wrong(self.fields, &body, made, store);
        if errors.is_empty() { Ok(body) } else { Err(invalid(&errors)) }
    }
}

/// `/company/v1/users`, `/me`, `/{id}`.
pub fn users(traps: &Traps, who: Who, request: &Request, rest: &[&str], store: &Store) -> Answer {
    let users = Table { name: USERS, fields: &[], given: &["show"], searched: &["firstName", "lastName"] };
    let record = |record: &Record| answers::record(200, record, traps.numbers_as_texts);
    match rest {
        [] if request.param("list") == Some("all") => {
            let rows = store.all(USERS).map(|user| answers::row(user, traps.numbers_as_texts));
            Answer::json(200, &rows.collect())
        }
        [] => {
            let asked = Request {
                query: request.query.iter().filter(|(key, _)| key != "show").cloned().collect(),
                ..request.clone()
            };
            users.list(&asked, traps, store)
        }
        // The first user signed in; a webhook is nobody.
        ["me"] if who == Who::Token => store.all(USERS).next().map_or_else(|| not_found(&request.path), record),
        [id] => {
            let user = id.parse().ok().and_then(|id| store.get(USERS, id));
            user.map_or_else(|| not_found(&request.path), record)
        }
        _ => not_found(&request.path),
    }
}
