//! Requests against a small server.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::*;
use crate::exit::Status;

const MISSING: &str = r#"{"type": "about:blank", "title": "Not Found", "status": 404,
    "detail": "there is no call missing", "todo": "ringfold calls list"}"#;

async fn client() -> Client {
    let answer = async |uri: Uri, headers: HeaderMap| {
        let path = uri.path().to_owned();
        match path.rsplit('/').next() {
            Some("missing") => (StatusCode::NOT_FOUND, MISSING.to_owned()),
            Some("secret") => (StatusCode::UNAUTHORIZED, String::new()),
            Some("odd") => (StatusCode::OK, "<html>".to_owned()),
            Some("elsewhere") => (StatusCode::FOUND, String::new()),
            _ => {
                let token = headers["authorization"].to_str().unwrap();
                (StatusCode::OK, json!({"path": path, "query": uri.query(), "token": token}).to_string())
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Client::of(url)
}

#[tokio::test]
async fn what_is_asked_arrives() {
    let query = wire::CallQuery { client: Some("+7 916".to_owned()), limit: Some(5), ..Default::default() };
    let said: Value = client().await.get(&["calls", "acme-uis/1~2"], &query).await.unwrap();
    assert_eq!(said["path"], "/api/v1/calls/acme-uis%2F1~2");
    assert_eq!(said["query"], "client=%2B7+916&limit=5");
    assert_eq!(said["token"], "Bearer t0ken");
}

#[tokio::test]
async fn refusals_become_exit_statuses() {
    let client = client().await;
    for (path, status, words) in [
        ("missing", Status::NotFound, "there is no call missing\nnext: ringfold calls list"),
        ("secret", Status::NotAllowed, "401"),
        ("odd", Status::Failed, "does not know"),
        ("elsewhere", Status::Failed, "302"),
    ] {
        let exit = client.get::<Value>(&["calls", path], &()).await.unwrap_err();
        assert_eq!(exit.status, status, "{path}");
        assert!(exit.message.contains(words), "{}", exit.message);
    }
}

#[tokio::test]
async fn nobody_there_is_not_reachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let exit = Client::of(url).text(&["accounts"]).await.unwrap_err();
    assert_eq!(exit.status, Status::NotReachable);
    assert!(exit.message.starts_with("nobody (GET http://127.0.0.1:"), "{}", exit.message);
}

#[test]
fn this_machine_is_known_by_its_names() {
    for (url, expected) in [
        ("http://localhost:1", true),
        ("http://127.0.0.1", true),
        ("http://[::1]:80", true),
        ("http://10.0.0.1", false),
        ("http://localhost.example", false),
    ] {
        assert_eq!(is_local(&url.parse().unwrap()), expected, "{url}");
    }
}
