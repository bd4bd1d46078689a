//! Which request is answered by what.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::errors::{error, method_not_allowed, not_found, rows};
use super::fields::Fields;
use super::modules::{MODULES, Module, now, status_type};
use super::oauth::Tokens;
use super::{ZohoOptions, search};
use crate::rest::{Answer, Api, Request, Store};

/// Where the API is.
const API: &str = "/api/v1/";
/// Seconds until the credits are there again.
const MIDNIGHT: &str = "7200";

/// The organisation, but for its records.
#[derive(Debug)]
pub struct Desk {
    pub(super) options: ZohoOptions,
    pub(super) tokens: Tokens,
    pub(super) fields: Fields,
    pub(super) denied: Vec<(&'static str, &'static str)>,
    pub(super) demanded: BTreeMap<&'static str, &'static str>,
    pub(super) busy: u32,
    pub(super) credits: u32,
    tickets: u32,
}

impl Desk {
    pub(super) fn new(options: ZohoOptions) -> Self {
        let mut fields = Fields::default();
        for (module, label) in &options.fields {
            fields.add(module, label, "Text");
        }
        let (tokens, denied, demanded, credits) = (Tokens::default(), Vec::new(), BTreeMap::new(), options.credits);
        Self { options, tokens, fields, denied, demanded, busy: 0, credits, tickets: 100 }
    }

    /// Who may ask: before anything else is looked at.
    fn refused(&mut self, request: &Request, path: &str) -> Option<Answer> {
        let Some(authorization) = request.header("authorization") else {
            return Some(error(401, "UNAUTHORIZED", "The request carries no token."));
        };
        if !self.tokens.admits(authorization) {
            return Some(error(401, "INVALID_OAUTH", "The OAuth Token you provided is invalid."));
        }
        if path != "organizations" {
            match request.header("orgid").map(str::parse::<u64>) {
                // What the real one does.
                Some(Err(_)) => return Some(error(500, "INTERNAL_SERVER_ERROR", "An internal server error occurred.")),
                Some(Ok(org)) if org == self.options.org_id => {}
                _ => return Some(error(403, "OAUTH_ORG_MISMATCH", "The organization is not the token's.")),
            }
        }
        if self.denied.iter().any(|(method, denied)| *method == request.method && path.starts_with(denied)) {
            return Some(error(403, "SCOPE_MISMATCH", "The OAuth Token has no scope for this."));
        }
        if self.busy > 0 {
            self.busy -= 1;
            return Some(error(429, "TOO_MANY_REQUESTS", "Too many requests at the same time."));
        }
        None
    }

    fn route(&mut self, request: &Request, path: &str, store: &mut Store) -> Answer {
        let parts: Vec<&str> = path.split('/').collect();
        let answer = match parts.as_slice() {
            ["organizations"] => self.organizations(),
            ["agents"] => search::agents(request, store),
            ["fields"] => self.fields.answer(request),
            [name, rest @ ..] => match MODULES.iter().find(|module| module.name == *name) {
                Some(module) => return self.module(module, rest, request, store),
                None => return not_found(),
            },
            [] => return not_found(),
        };
        if request.method == "GET" { answer } else { method_not_allowed() }
    }

    fn organizations(&self) -> Answer {
        let row = json!({"id": self.options.org_id.to_string(), "companyName": "Acme", "portalName": "acme"});
        rows(&[row], None)
    }

    fn module(&mut self, module: &'static Module, rest: &[&str], request: &Request, store: &mut Store) -> Answer {
        let known = |id: &str| id.parse().ok().filter(|id| store.get(module.name, *id).is_some());
        match (rest, request.method.as_str()) {
            (["search"], "GET") => search::answer(module, request, store),
            ([], "POST") => self.add(module, request, store),
            ([id], "GET") => match known(id).and_then(|id| store.get(module.name, id)) {
                Some(record) => Answer::json(200, &search::shown(record)),
                None => not_found(),
            },
            ([id], "PATCH") => match known(id) {
                Some(id) => self.change(module, id, request, store),
                None => not_found(),
            },
            ([id, table @ ("calls" | "tasks")], "GET") if module.name == "tickets" => match known(id) {
                Some(id) => search::of_ticket(table, id, request, store),
                None => not_found(),
            },
            ([] | [_], _) => method_not_allowed(),
            _ => not_found(),
        }
    }

    fn add(&mut self, module: &'static Module, request: &Request, store: &mut Store) -> Answer {
        let mut fields = match self.body(module, request, true, store) {
            Ok(fields) => fields,
            Err(refused) => return refused,
        };
        let first = |status: &str| Value::String(status.to_owned());
        match module.name {
            "tickets" => {
                self.tickets += 1;
                fields.entry("status").or_insert_with(|| first("Open"));
                fields.insert("ticketNumber".to_owned(), Value::String(self.tickets.to_string()));
            }
            "tasks" => drop(fields.entry("status").or_insert_with(|| first("Not Started"))),
            _ => {}
        }
        fields.entry("cf").or_insert_with(|| json!({}));
        fields.insert("createdTime".to_owned(), Value::String(now()));
        settle(&mut fields);
        let id = store.add(module.name, fields);
        store.get(module.name, id).map_or_else(not_found, |row| Answer::json(200, &search::shown(row)))
    }

    fn change(&mut self, module: &'static Module, id: u64, request: &Request, store: &mut Store) -> Answer {
        let Some(held) = store.get(module.name, id) else { return not_found() };
        let mut custom = held.get("cf").as_object().cloned().unwrap_or_default();
        let mut fields = match self.body(module, request, false, store) {
            Ok(fields) => fields,
            Err(refused) => return refused,
        };
        if let Some(Value::Object(changed)) = fields.remove("cf") {
            custom.extend(changed);
        }
        fields.insert("cf".to_owned(), Value::Object(custom));
        settle(&mut fields);
        store.change(module.name, id, fields).map_or_else(not_found, |row| Answer::json(200, &search::shown(row)))
    }
}

/// What follows from what was written: ids are texts, a status has a type.
fn settle(fields: &mut Map<String, Value>) {
    for value in fields.iter_mut().filter(|(key, _)| key.ends_with("Id")).map(|(_, value)| value) {
        if let Value::Number(number) = value {
            *value = Value::String(number.to_string());
        }
    }
    if let Some(status) = fields.get("status").and_then(Value::as_str) {
        fields.insert("statusType".to_owned(), Value::String(status_type(status).to_owned()));
    }
    fields.insert("modifiedTime".to_owned(), Value::String(now()));
}

impl Api for Desk {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        if request.path == "/oauth/v2/token" {
            return self.tokens.answer(request, &self.options);
        }
        let Some(path) = request.path.strip_prefix(API) else { return not_found() };
        if let Some(refused) = self.refused(request, path) {
            return refused;
        }
        let one = path.rsplit('/').next().is_some_and(|last| last.parse::<u64>().is_ok());
        let weight = if request.method == "GET" && !one { 3 } else { 1 };
        if self.credits < weight {
            return error(429, "THRESHOLD_EXCEEDED", "The day's API credits are spent.")
                .header("retry-after", MIDNIGHT);
        }
        self.credits -= weight;
        let answer = self.route(request, path, store);
        answer
            .header("x-rate-limit-request-weight-v3", weight.to_string())
            .header("x-rate-limit-remaining-v3", self.credits.to_string())
    }

    fn is_write(&self, request: &Request) -> bool {
        request.method != "GET" && request.path.starts_with(API)
    }

    fn is_login(&self, request: &Request) -> bool {
        request.path == "/oauth/v2/token"
    }
}
