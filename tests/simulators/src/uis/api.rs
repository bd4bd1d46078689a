//! The Data API: JSON-RPC 2.0 over POST, the token among the parameters, what is wrong in the body with status 200.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{notifications, report};
use crate::rest::{Answer, Api, Request, Store};

/// The table of employees: `full_name`, `extension`.
pub const EMPLOYEES: &str = "employees";

/// The Data API of one account.
#[derive(Debug)]
pub struct DataApi {
    /// The key that is taken.
    pub token: String,
    /// Whether the caller's address is on the list of allowed ones.
    pub address_allowed: bool,
    /// How many successful requests a minute takes.
    pub minute_limit: u64,
    /// How long its minute is.
    pub minute: Duration,
    used: Option<(Instant, u64)>,
}

impl DataApi {
    /// Takes this key, from any address.
    pub fn new(token: &str) -> Self {
        let minute = Duration::from_mins(1);
        Self { token: token.to_owned(), address_allowed: true, minute_limit: 1000, minute, used: None }
    }

    /// What is left of the minute, and seconds until the next; a new one begins where it is over.
    fn left(&mut self) -> (u64, u64) {
        let (began, used) = self.used.filter(|(began, _)| began.elapsed() < self.minute).unwrap_or((Instant::now(), 0));
        self.used = Some((began, used));
        let rest = self.minute.saturating_sub(began.elapsed());
        (self.minute_limit.saturating_sub(used), rest.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
    }

    fn limits(&mut self) -> Value {
        let (left, reset) = self.left();
        json!({"day_limit": 2000, "day_remaining": 1990, "day_reset": 36000,
               "minute_limit": self.minute_limit, "minute_remaining": left, "minute_reset": reset})
    }
}

impl Api for DataApi {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        if request.method != "POST" || request.path != "/v2.0" {
            return Answer::empty(404);
        }
        let Some(call) = request.object() else { return error(&Value::Null, -32700, "parse_error") };
        let id = call.get("id").cloned().unwrap_or_default();
        if call.get("jsonrpc") != Some(&json!("2.0")) || id.is_null() {
            return error(&id, -32600, "invalid_request");
        }
        let none = Map::new();
        let params = call.get("params").and_then(Value::as_object).unwrap_or(&none);
        if params.get("access_token") != Some(&json!(self.token)) {
            return error(&id, -32001, "access_token_invalid");
        }
        if !self.address_allowed {
            return error(&id, -32003, "ip_not_whitelisted");
        }
        if self.left().0 == 0 {
            let limits = self.limits();
            let data = json!({"mnemonic": "limit_exceeded", "metadata": {"limits": limits}});
            let error = json!({"code": -32029, "message": "Limit per minute has been exceeded", "data": data});
            return Answer::json(200, &json!({"jsonrpc": "2.0", "id": id, "error": error}));
        }
        let answer = match call.get("method").and_then(Value::as_str) {
            Some("get.employees") => employees(params, store),
            Some("get.calls_report") => report::calls(params, store),
            Some("get.reports_list") => notifications::reports(params, store),
            Some("get.notifications") => notifications::sent(params, store),
            _ => Err((-32601, "method_not_found")),
        };
        match answer {
            Ok((data, total)) => {
                if let Some((_, used)) = &mut self.used {
                    *used += 1;
                }
                let metadata = json!({"total_items": total, "limits": self.limits()});
                Answer::json(200, &json!({"jsonrpc": "2.0", "id": id, "result": {"data": data, "metadata": metadata}}))
            }
            Err((code, mnemonic)) => error(&id, code, mnemonic),
        }
    }
}

/// What a method answers: rows, and how many there are in all; or code and mnemonic.
pub(super) type Rows = Result<(Vec<Value>, usize), (i32, &'static str)>;

fn employees(params: &Map<String, Value>, store: &Store) -> Rows {
    known(params, &["access_token", "limit", "offset", "filter", "sort", "fields"])?;
    let limit = number(params, "limit", 1000, 1..=10_000)?;
    let all: Vec<Value> = store
        .all(EMPLOYEES)
        .map(|one| {
            let extension = json!({"extension_phone_number": one.get("extension")});
            let whole = json!({"id": one.id, "full_name": one.get("full_name"), "extension": extension});
            only(whole, params)
        })
        .collect();
    let total = all.len();
    Ok((all.into_iter().take(limit).collect(), total))
}

/// The row with the fields asked for, or all of them.
pub(super) fn only(mut row: Value, params: &Map<String, Value>) -> Value {
    if let (Some(row), Some(fields)) = (row.as_object_mut(), params.get("fields").and_then(Value::as_array)) {
        row.retain(|key, _| fields.contains(&json!(key)));
    }
    row
}

/// Refuses parameters that the method does not have.
pub(super) fn known(params: &Map<String, Value>, known: &[&str]) -> Result<(), (i32, &'static str)> {
    let all = params.keys().all(|key| known.contains(&key.as_str()));
    if all { Ok(()) } else { Err((-32602, "unexpected_parameters")) }
}

/// A whole number within bounds.
pub(super) fn number(
    params: &Map<String, Value>,
    key: &str,
    default: u64,
    within: std::ops::RangeInclusive<u64>,
) -> Result<usize, (i32, &'static str)> {
    let said = params.get(key).map_or(Some(default), Value::as_u64).filter(|said| within.contains(said));
    said.and_then(|said| said.try_into().ok()).ok_or((-32602, "invalid_parameter_value"))
}

fn error(id: &Value, code: i32, mnemonic: &str) -> Answer {
    let error = json!({"code": code, "message": mnemonic.replace('_', " "), "data": {"mnemonic": mnemonic}});
    Answer::json(200, &json!({"jsonrpc": "2.0", "id": id, "error": error}))
}
