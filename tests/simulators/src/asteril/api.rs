//! What it answers: who may ask, what there is to ask for, and how it says no.

use serde_json::{Map, Value, json};

use super::{CALLS, CLIENTS, TASKS, USERS, fields, lists};
use crate::rest::{Answer, Api, Request, Store};

/// What goes wrong in the CRM's own way, set at any time.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Traps {
    /// Every refusal comes with status 200 and `success: false`, as PHP systems of this kind do.
    pub flags: bool,
    /// Refusals quote the address that they refuse, key and all.
    pub quotes: bool,
    /// So many of the next requests are answered with a PHP error page and status 200, after they were carried out.
    pub error_pages: u32,
    /// The key is one of another domain.
    pub wrong_domain: bool,
    /// Filters of lists are passed over.
    pub filters_ignored: bool,
    /// So many times, after a page of a list with several was answered, a person removes the oldest record that it lists.
    pub pages_shrink: u32,
    /// A page behind the last one is not found; otherwise it is empty.
    pub pages_end: bool,
    /// The key may not see the users: their list is empty.
    pub no_users: bool,
    /// Single records cannot be asked for.
    pub no_items: bool,
    /// Calls must have this field, which nobody knew of until now.
    pub demanded: Option<String>,
}

/// The API.
pub struct Asteril {
    pub(super) key: String,
    pub(super) traps: Traps,
}

/// Why it says no.
pub(super) enum No {
    /// With a status and words.
    Said(u16, String),
    /// Fields that it does not take, and why.
    Fields(Map<String, Value>),
}

impl No {
    pub(super) fn said(status: u16, words: impl Into<String>) -> Self {
        Self::Said(status, words.into())
    }

    pub(super) fn field(field: &str, why: &str) -> Self {
        Self::Fields(Map::from_iter([(field.to_owned(), json!([why]))]))
    }
}

impl Api for Asteril {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        let answered = self.admit(request).and_then(|()| self.route(request, store));
        if self.traps.error_pages > 0 {
            self.traps.error_pages -= 1;
            let page = "<br />\n<b>Fatal error</b>:  Uncaught PDOException: SQLSTATE[HY000] in <b>/var/www/api.php</b>";
            return Answer { status: 200, headers: Vec::new(), body: page.to_owned() };
        }
        match answered {
            Ok(body) => Answer::json(200, &body),
            Err(no) => self.refuse(request, no),
        }
    }
}

impl Asteril {
    pub(super) fn new(key: String) -> Self {
        Self { key, traps: Traps::default() }
    }

    fn admit(&self, request: &Request) -> Result<(), No> {
        match request.param("api_key") {
            None => Err(No::said(401, "api_key is required")),
            Some(key) if key != self.key => Err(No::said(401, "Invalid api_key")),
            Some(_) if self.traps.wrong_domain => Err(No::said(403, "This api_key is for another domain")),
            Some(_) => Ok(()),
        }
    }

    fn route(&mut self, request: &Request, store: &mut Store) -> Result<Value, No> {
        let nothing_there = || No::said(404, "Page not found");
        let parts = request.parts();
        let ["api", "v3.1", path, id @ ..] = parts.as_slice() else { return Err(nothing_there()) };
        let listed = [CLIENTS, CALLS, TASKS, USERS].into_iter().find(|table| table == path);
        let item = [("client", CLIENTS), ("call", CALLS), ("task", TASKS)].into_iter().find(|(item, _)| item == path);
        match (listed, item, id, request.method.as_str()) {
            (Some(table), None, [], "GET") => lists::list(table, request, store, &mut self.traps),
            (None, Some((_, table)), [], "POST") => self.make(table, request, store),
            (None, Some((item, table)), [id], "GET") if !self.traps.no_items => {
                let record = id.parse().ok().and_then(|id| store.get(table, id));
                let record = record.ok_or_else(|| No::said(404, format!("{item} not found")))?;
                Ok(json!({ item: lists::shown(record) }))
            }
            (None, Some((item, table)), [id], "POST") => change(item, table, id, request, store),
            (Some(_), _, [], _) | (_, Some(_), [] | [_], _) => Err(No::said(405, "Method not allowed")),
            _ => Err(nothing_there()),
        }
    }

    fn make(&self, table: &'static str, request: &Request, store: &mut Store) -> Result<Value, No> {
        let mut record = sent(request)?;
        fields::check(table, &record, store, true)?;
        if let Some(demanded) =
            self.traps.demanded.as_deref().filter(|field| table == CALLS && !record.contains_key(*field))
        {
            return Err(No::field(demanded, "is required"));
        }
        if table == TASKS {
            record.entry("status").or_insert(json!("open"));
        }
        Ok(json!({ "success": true, "id": store.add(table, record) }))
    }

    fn refuse(&self, request: &Request, no: No) -> Answer {
        let (status, mut body) = match no {
            No::Said(status, words) => (status, json!({ "success": false, "error": words })),
            No::Fields(errors) => (422, json!({ "success": false, "errors": errors })),
        };
        if self.traps.quotes {
            let query: Vec<String> = request.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
            body["message"] = json!(format!("{} {}?{}", request.method, request.path, query.join("&")));
        }
        Answer::json(if self.traps.flags { 200 } else { status }, &body)
    }
}

fn change(item: &str, table: &'static str, id: &str, request: &Request, store: &mut Store) -> Result<Value, No> {
    let not_found = || No::said(404, format!("{item} not found"));
    let id = id.parse().map_err(|_| not_found())?;
    store.get(table, id).ok_or_else(not_found)?;
    let fields = sent(request)?;
    fields::check(table, &fields, store, false)?;
    store.change(table, id, fields);
    Ok(json!({ "success": true }))
}

/// The fields of a write: nothing else may stand beside them, in the body or in the address.
fn sent(request: &Request) -> Result<Map<String, Value>, No> {
    if let Some(unknown) = request.unknown_param(&["api_key"]) {
        return Err(No::field(unknown, "is not known"));
    }
    let body = request.object().ok_or_else(|| No::said(400, "The body is not a JSON object"))?;
    match body.get("fields") {
        Some(Value::Object(fields)) if body.len() == 1 && !fields.is_empty() => Ok(fields.clone()),
        _ => Err(No::said(400, "The body must hold fields, and nothing else")),
    }
}
