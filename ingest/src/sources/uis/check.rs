//! Whether the Data API takes the key: it is asked for the employees (`get.employees`). Source: UIS, Data API v2.0.

use backbone::store::SourceEntry;
use serde_json::{Value, json};

use crate::sources::api::{Question, strange};

const URL: &str = "https://dataapi.uiscom.ru/v2.0";

/// The question; or which credential is missing.
pub fn question(of: &SourceEntry) -> Result<Question, String> {
    ask(of, "get.employees", json!({"limit": 1000, "fields": ["id", "full_name"]}))
}

/// A question to a method of the Data API, without its token; or which credential is missing.
pub fn ask(of: &SourceEntry, method: &str, mut params: Value) -> Result<Question, String> {
    let Some(key) = of.credentials.get("api_key") else {
        return Err("it has no api_key: set it in the source's credentials".to_owned());
    };
    params["access_token"] = key.value.expose().into();
    Ok(Question {
        url: of.source.base_url.clone().unwrap_or_else(|| URL.to_owned()),
        query: Vec::new(),
        key: None,
        body: Some(json!({"jsonrpc": "2.0", "id": "1", "method": method, "params": params})),
    })
}

/// Connected, and to what; or why not. The platform says what is wrong in the body, with status 200.
pub fn answered(status: u16, body: &str) -> Result<String, String> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(employees) = answer["result"]["data"].as_array() {
        let all = answer["result"]["metadata"]["total_items"].as_u64().unwrap_or(employees.len() as u64);
        return Ok(format!("connected, {all} employees"));
    }
    Err(why(&answer, status, body))
}

/// Why there is no result, and what to do.
pub fn why(answer: &Value, status: u16, body: &str) -> String {
    match mnemonic(answer) {
        mnemonic @ ("access_token_invalid" | "access_token_expired" | "access_token_blocked" | "auth_error") => {
            format!("the PBX refused the api_key ({mnemonic}): give a new one in the source's credentials")
        }
        "ip_not_whitelisted" => {
            "the PBX does not let this machine's address in (ip_not_whitelisted): add it to the key's allowed addresses"
                .to_owned()
        }
        "limit_exceeded" => "the PBX's limit of requests is reached (limit_exceeded): check again later".to_owned(),
        mnemonic @ ("component_disabled" | "method_component_disabled" | "account_inactive" | "forbidden") => {
            format!("the PBX does not offer its Data API to this account ({mnemonic}): ask UIS to switch it on")
        }
        _ => match answer["error"]["message"].as_str() {
            Some(message) => format!("the PBX refused the question: {}", message.chars().take(200).collect::<String>()),
            None => strange(status, body),
        },
    }
}

/// The word for what is wrong.
pub fn mnemonic(answer: &Value) -> &str {
    answer["error"]["data"]["mnemonic"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n2_u3_connected_or_why_not() {
        let error = |mnemonic: &str| json!({"jsonrpc": "2.0", "id": "check", "error": {"code": -32001, "message": "No", "data": {"mnemonic": mnemonic}}});
        let rows = [
            (
                json!({"result": {"data": [{"id": 1}], "metadata": {"total_items": 7}}}).to_string(),
                Ok("connected, 7 employees"),
            ),
            (error("access_token_invalid").to_string(), Err("refused the api_key")),
            (error("ip_not_whitelisted").to_string(), Err("allowed addresses")),
            (error("limit_exceeded").to_string(), Err("later")),
            (error("method_component_disabled").to_string(), Err("switch it on")),
            (error("data_type_error").to_string(), Err("refused the question: No")),
            ("<html>Bad gateway</html>".to_owned(), Err("status 502: <html>Bad gateway</html>")),
        ];
        for (body, expect) in rows {
            let said = answered(502, &body);
            match (&said, expect) {
                (Ok(said), Ok(expect)) => assert_eq!(said, expect),
                (Err(said), Err(expect)) => assert!(said.contains(expect), "{said}"),
                _ => panic!("{body}: {said:?}"),
            }
        }
    }
}
