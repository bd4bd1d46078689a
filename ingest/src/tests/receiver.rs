//! What is answered, and what the log then holds.

use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde_json::Value;

use super::fakes::Mood;
use super::{Bench, ringing, until};

async fn problem(response: reqwest::Response) -> (StatusCode, Value) {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status.as_u16());
    for member in ["type", "title", "detail"] {
        assert!(body[member].is_string(), "{body}");
    }
    (status, body)
}

#[tokio::test]
async fn a1_the_same_body_twice_is_one_event_with_two_receipts() {
    let bench = Bench::start();
    let mut receipts = Vec::new();
    for body in [ringing(1), ringing(1).replace("\"101\"", "101")] {
        let response = bench.post("a", body).await;
        assert_eq!(response.status(), StatusCode::OK);
        let answer: Value = response.json().await.unwrap();
        receipts.push(answer["receipt"].as_str().unwrap().to_owned());
    }
    let events = bench.log.events();
    assert_eq!(events[0].id, events[1].id);
    assert_ne!(events[0].receipt, events[1].receipt);
    assert_eq!(receipts, [events[0].receipt.to_string(), events[1].receipt.to_string()]);
    let records = bench.log.records();
    assert_eq!(records[0].key, "a/1");
    assert_eq!((records[0].id, records[0].at), (events[0].receipt, events[0].received_at));
    assert_eq!(events[0].body.text, ringing(1));
}

#[tokio::test]
async fn a11_what_cannot_be_read_is_answered_422_and_kept() {
    let bench = Bench::start();
    let response = bench.post("a", r#"{"call_id":1,"call_state":"FLYING"}"#).await;
    let (status, body) = problem(response).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let rejected = bench.log.rejected();
    assert_eq!(body["instance"], format!("urn:uuid:{}", rejected[0].receipt));
    assert_eq!(body["detail"], rejected[0].reason);
    assert!(rejected[0].reason.contains("FLYING"));
    assert_eq!(rejected[0].body.text, r#"{"call_id":1,"call_state":"FLYING"}"#);
    assert_eq!(bench.log.records()[0].key, "a");

    let response = bench.post("a", b"\xff\xfe{".to_vec()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.log.rejected()[1].body.hex, "fffe7b");

    bench.log.set(Mood::Away);
    let response = bench.post("a", "nonsense").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a11_a_body_too_large_is_refused_unkept() {
    let bench = Bench::start();
    let large = || vec![b' '; 10 * 1024 * 1024];
    let (status, _) = problem(bench.post("a", large()).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    // Without a length announced.
    let chunks: Vec<_> = large().chunks(8192).map(Bytes::copy_from_slice).collect();
    let frames = stream::iter(chunks).then(|chunk| async { Full::new(chunk).frame().await.unwrap() });
    let (status, _) = problem(bench.post("a", reqwest::Body::wrap(StreamBody::new(frames))).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(bench.log.records().is_empty());
    let fits = format!("{}{}", ringing(1), " ".repeat(64 * 1024 - ringing(1).len()));
    assert_eq!(bench.post("a", fits).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a12_every_wrong_secret_gets_the_same_answer() {
    let bench = Bench::start();
    let mut answers = Vec::new();
    let long = "x".repeat(500);
    for secret in ["secret-of-c", "secret-of-A", "%ff", &long] {
        let url = format!("{}/hooks/{secret}", bench.address);
        let response = bench.client.post(url).body(ringing(1)).send().await.unwrap();
        answers.push(problem(response).await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].0, StatusCode::NOT_FOUND);
    assert!(bench.log.records().is_empty());
    assert_eq!(bench.metrics.unknown_secrets.get(), 4);
}

#[tokio::test]
async fn only_post_and_get_are_taken() {
    let bench = Bench::start();
    let response = bench.client.put(bench.url("a")).body(ringing(1)).send().await.unwrap();
    assert!(response.headers().contains_key("allow"));
    assert_eq!(problem(response).await.0, StatusCode::METHOD_NOT_ALLOWED);
    let response = bench.client.head(bench.url("a")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(bench.log.records().is_empty());

    let url = format!("{}?call_id=1&call_state=RINGING", bench.url("a"));
    assert_eq!(bench.client.get(url).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(bench.log.events()[0].body.text, "call_id=1&call_state=RINGING");
}

#[tokio::test]
async fn b1_nothing_is_acknowledged_before_the_log_has_it() {
    let bench = Bench::start();
    bench.log.hold();
    let (client, url) = (bench.client.clone(), bench.url("a"));
    let request = tokio::spawn(async move { client.post(url).body(ringing(1)).send().await.unwrap().status() });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!request.is_finished());
    bench.log.let_through(1);
    assert_eq!(request.await.unwrap(), StatusCode::OK);
    assert_eq!(bench.log.events().len(), 1);
}

#[tokio::test]
async fn b5_a_log_that_fails_is_answered_503_and_work_goes_on_after() {
    let bench = Bench::start();
    for (mood, kind, seconds) in
        [(Mood::Full, "log-full", "60"), (Mood::Away, "log-unavailable", "5"), (Mood::Panics, "log-unavailable", "5")]
    {
        bench.log.set(mood);
        let response = bench.post("a", ringing(1)).await;
        assert_eq!(response.headers()["retry-after"], seconds);
        let (status, body) = problem(response).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["type"], format!("urn:ringfold:problem:{kind}"));
    }
    assert_eq!(bench.metrics.append_failures.get(), 3);
    bench.log.set(Mood::Well);
    assert_eq!(bench.post("a", ringing(1)).await.status(), StatusCode::OK);
    assert_eq!(bench.log.events().len(), 1);
}

#[tokio::test]
async fn b9_what_was_taken_is_written_before_the_end() {
    let bench = Bench::start();
    bench.log.hold();
    let (client, url) = (bench.client.clone(), bench.url("a"));
    let request = tokio::spawn(async move { client.post(url).body(ringing(1)).send().await.unwrap().status() });
    until("the append began", || bench.metrics_text().contains("append_records_count 1")).await;
    assert!(!bench.ingest.drain(Duration::from_millis(50)).await);
    bench.log.let_through(1);
    assert!(bench.ingest.drain(Duration::from_secs(5)).await);
    assert_eq!(request.await.unwrap(), StatusCode::OK);
    assert_eq!(bench.post("a", ringing(2)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn h3_metrics_name_sources_and_states_and_nothing_secret() {
    let bench = Bench::start();
    bench.post("a", ringing(1)).await;
    bench.post("b", "nonsense").await;
    let text = bench.metrics_text();
    for line in [
        "ringfold_ingest_events_total{source=\"a\",state=\"ringing\"} 1",
        "ringfold_ingest_rejected_total{source=\"b\"} 1",
        "ringfold_ingest_unknown_secrets_total 0",
        "ringfold_ingest_request_seconds_count 2",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("secret-of") && !text.contains("7916"));
}

impl Bench {
    pub fn metrics_text(&self) -> String {
        let mut registry = Registry::default();
        self.metrics.register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    }
}
