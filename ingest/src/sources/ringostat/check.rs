//! Whether the API takes project and key: it is asked for the project's staff (`getProjectStaffListAndDirections`). Source:
//! help.ringostat.com, articles 9188142 and 6312685.

use backbone::store::{Credential, Credentials, SourceEntry};
use serde_json::{Value, json};

use crate::sources::api::{Question, strange};

const URL: &str = "https://api.ringostat.net";

/// The question; or which credential is missing.
pub fn question(of: &SourceEntry) -> Result<Question, String> {
    let project = credential(&of.credentials, "project_id")?;
    let body = json!({
        "jsonrpc": "2.0", "id": "check", "method": "getProjectStaffListAndDirections",
        "params": {"projectId": project.value.expose()}
    });
    Ok(Question { body: Some(body), ..get(of, "/api/json-rpc")? })
}

/// A request for a path of the API, with the key; or which credential is missing.
pub fn get(of: &SourceEntry, path: &str) -> Result<Question, String> {
    let key = credential(&of.credentials, "auth_key")?;
    let base = of.source.base_url.as_deref().unwrap_or(URL);
    let key = Some(("auth-key", key.value.clone()));
    Ok(Question { url: format!("{base}{path}"), query: Vec::new(), key, body: None })
}

fn credential<'a>(credentials: &'a Credentials, name: &str) -> Result<&'a Credential, String> {
    let found = credentials.get(name);
    found.ok_or_else(|| format!("it has no {name}: set project_id and auth_key in the source's credentials"))
}

/// Connected, and to what; or why not. A wrong key is a 401, a project of others a 403, all else an error with status 200.
pub fn answered(status: u16, body: &str) -> Result<String, String> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(why) = refusal(status, &answer) {
        return Err(why);
    }
    // An object by staffId; of a project without employees perhaps an empty list.
    let staff = match &answer["result"] {
        Value::Object(staff) => Some(staff.len()),
        Value::Array(staff) => Some(staff.len()),
        _ => None,
    };
    match staff.filter(|_| status == 200) {
        Some(count) => Ok(format!("connected, {count} employees")),
        None => Err(strange(status, body)),
    }
}

/// Why there is no answer, where the API says so.
pub fn refusal(status: u16, answer: &Value) -> Option<String> {
    match status {
        401 => Some("the PBX refused the auth_key (401): give a new one in the source's credentials".to_owned()),
        403 => {
            let why =
                "the PBX does not let this auth_key into this project (403): check project_id and the key's rights";
            Some(why.to_owned())
        }
        _ => {
            let message = answer["error"]["message"].as_str()?;
            Some(format!("the PBX refused the question: {}", message.chars().take(200).collect::<String>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n2_u3_connected_or_why_not() {
        let rows = [
            (
                200,
                r#"{"jsonrpc":"2.0","id":"check","result":{"501":{"id":501},"502":{"id":502}}}"#,
                Ok("connected, 2 employees"),
            ),
            (200, r#"{"jsonrpc":"2.0","id":"check","result":[]}"#, Ok("connected, 0 employees")),
            (
                200,
                r#"{"jsonrpc":"2.0","id":"check","error":{"code":-32602,"message":"Project not found"}}"#,
                Err("Project not found"),
            ),
            (401, "", Err("refused the auth_key")),
            (403, "{}", Err("check project_id")),
            (502, "<html>Bad gateway</html>", Err("status 502: <html>Bad gateway</html>")),
        ];
        for (status, body, expect) in rows {
            let said = answered(status, body);
            match (&said, expect) {
                (Ok(said), Ok(expect)) => assert_eq!(said, expect),
                (Err(said), Err(expect)) => assert!(said.contains(expect), "{said}"),
                _ => panic!("{body}: {said:?}"),
            }
        }
    }
}
