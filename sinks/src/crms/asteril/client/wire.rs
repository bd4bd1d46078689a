//! One request: where it goes, with the key in its address, and what came back, with the key nowhere.

use reqwest::RequestBuilder;
use reqwest::header::{HeaderValue, LOCATION};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::Client;
use crate::kit::http::{self, Answer, Reply};

/// What is shorter is no key, and may stand in any answer.
const KEY_MIN: usize = 8;

impl Client {
    /// Asks.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)], deadline: Instant) -> Reply {
        self.exchange(self.http.get(self.address(path)).query(query), deadline).await
    }

    /// Makes or changes a record.
    pub(super) async fn post(&self, path: &str, fields: &Map<String, Value>, deadline: Instant) -> Reply {
        self.exchange(self.http.post(self.address(path)).json(&json!({ "fields": fields })), deadline).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.api)
    }

    async fn exchange(&self, request: RequestBuilder, deadline: Instant) -> Reply {
        let key = self.key.expose();
        let reply = http::send(request.query(&[("api_key", key)]), deadline).await;
        match reply {
            Reply::Answer(answer) if key.len() >= KEY_MIN => Reply::Answer(without(answer, key)),
            reply => reply,
        }
    }
}

/// An answer may quote the address it answers, and answers are quoted in errors.
fn without(mut answer: Answer, key: &str) -> Answer {
    const HIDDEN: &str = "(the key)";
    if answer.body.contains(key) {
        answer.body = answer.body.replace(key, HIDDEN);
    }
    let location = answer.header("location").filter(|location| location.contains(key));
    if let Some(location) = location.map(|location| location.replace(key, HIDDEN)) {
        let shown = HeaderValue::from_str(&location).unwrap_or_else(|_| HeaderValue::from_static(HIDDEN));
        answer.headers.insert(LOCATION, shown);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a6_a_key_that_an_answer_quotes_is_taken_out() {
        let mut answer = Answer { status: 302, body: "no such key: 0123456789ab".to_owned(), ..Answer::default() };
        answer.headers.insert(LOCATION, HeaderValue::from_static("/login?back=%2Fapi%3Fapi_key%3D0123456789ab"));
        let answer = without(answer, "0123456789ab");
        assert_eq!(answer.body, "no such key: (the key)");
        assert_eq!(answer.header("location"), Some("/login?back=%2Fapi%3Fapi_key%3D(the key)"));
    }
}
