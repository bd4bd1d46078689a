//! The API of a project: its list of calls (see `list`), and its staff by JSON-RPC over POST, the key in a header, what is wrong in the body with status 200.

use serde_json::{Map, Value, json};

use super::list;
use crate::rest::{Answer, Api, Request, Store};

/// The table of employees: `fio`, `extensionNumber`.
pub const STAFF: &str = "staff";

/// The API of one project.
#[derive(Debug)]
pub struct StaffApi {
    /// The project.
    pub project: String,
    /// The key that is taken.
    pub key: String,
}

impl Api for StaffApi {
    fn answer(&mut self, request: &Request, store: &mut Store) -> Answer {
        let list = request.method == "GET" && request.path == "/calls/list";
        if !list && (request.method != "POST" || request.path != "/api/json-rpc") {
            return Answer::empty(404);
        }
        if request.header("auth-key") != Some(self.key.as_str()) {
            return Answer::empty(401);
        }
        if list {
            return list::calls(request, store);
        }
        let Some(call) = request.object() else { return error(&Value::Null, -32700, "Parse error") };
        let id = call.get("id").cloned().unwrap_or_default();
        if call.get("jsonrpc") != Some(&json!("2.0")) {
            return error(&id, -32600, "Invalid Request");
        }
        if call.get("method") != Some(&json!("getProjectStaffListAndDirections")) {
            return error(&id, -32601, "Method not found");
        }
        match call.get("params").and_then(|params| params.get("projectId")) {
            Some(project) if *project == json!(self.project) => {}
            Some(_) => return Answer::json(403, &json!({"error": "Forbidden"})),
            None => return error(&id, -32602, "Invalid params"),
        }
        let staff: Map<String, Value> = store
            .all(STAFF)
            .map(|one| {
                let (fio, extension) = (one.get("fio"), one.get("extensionNumber"));
                (one.id.to_string(), json!({"id": one.id, "staffId": one.id, "fio": fio, "extensionNumber": extension}))
            })
            .collect();
        Answer::json(200, &json!({"jsonrpc": "2.0", "id": id, "result": staff}))
    }
}

fn error(id: &Value, code: i32, message: &str) -> Answer {
    Answer::json(200, &json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}))
}
