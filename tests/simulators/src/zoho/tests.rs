//! The simulator is as strict as it says.

mod access;
mod records;

use reqwest::{Client, Method};

use serde_json::{Value, json};

use super::*;

struct Asking {
    desk: ZohoDesk,
    http: Client,
    token: String,
    agent: u64,
}

/// What came back: the status, the error's code, the body.
type Answered = (u16, String, Value);

impl Asking {
    async fn new() -> Self {
        Self::with(ZohoOptions::default()).await
    }

    async fn with(options: ZohoOptions) -> Self {
        let desk = ZohoDesk::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let agent = desk.add_agent("Іван", "101");
        let mut asking = Self { desk, http: Client::new(), token: String::new(), agent };
        asking.token = asking.refresh("1000.refresh").await.2["access_token"].as_str().unwrap().to_owned();
        asking
    }

    async fn refresh(&self, token: &str) -> Answered {
        let url = format!("{}/oauth/v2/token", self.desk.base_url());
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "1000.APP"),
            ("client_secret", "app-secret"),
        ];
        read(self.http.post(url).query(&form)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1/{path}", self.desk.base_url()));
        request.header("Authorization", format!("Zoho-oauthtoken {}", self.token)).header("orgId", "55000111")
    }

    async fn get(&self, path: &str) -> Answered {
        read(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answered {
        read(self.request(Method::POST, path).json(body)).await
    }

    async fn patch(&self, path: &str, body: &Value) -> Answered {
        read(self.request(Method::PATCH, path).json(body)).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default();
    (status, body["errorCode"].as_str().unwrap_or_default().to_owned(), body)
}

fn call() -> Value {
    json!({
        "subject": "x", "departmentId": "201", "startTime": "2026-11-19T09:00:00.000Z", "direction": "inbound", "status": "Missed"
    })
}
