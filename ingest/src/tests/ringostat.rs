//! Ringostat's webhooks through the receiver: constants in the address, and what is about no call.

use axum::http::StatusCode;
use schemas::{PbxState, Source};

use super::{Bench, source};

fn bench() -> Bench {
    let bench = Bench::start();
    let ringostat = Source { kind: "ringostat".into(), region: "UA".into(), ..source("r") };
    bench.directory.sources.lock().unwrap().insert("secret-of-r".into(), ringostat);
    bench
}

#[tokio::test]
async fn n1_a_constant_in_the_address_counts_with_the_body_and_is_kept() {
    let bench = bench();
    let url = format!("{}?event=incoming_before_call&token=t%201", bench.url("r"));
    let body = r#"{"uniqueid":"ua1-7.1","caller":"380671112233"}"#;
    let response = bench.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let event = &bench.log.events()[0];
    assert_eq!((event.session.as_str(), event.said.state), ("ua1-7.1", PbxState::Ringing));
    assert_eq!((event.body.text.as_str(), event.body.query.as_str()), (body, "event=incoming_before_call&token=t%201"));
}

#[tokio::test]
async fn n1_what_is_about_no_call_is_answered_200_and_kept() {
    let bench = bench();
    let response = bench.post("r", r#"{"event":"site_form","phone":"380671112233"}"#).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(bench.log.events().is_empty());
    let rejected = &bench.log.rejected()[0];
    assert!(rejected.reason.contains("about no call") && rejected.body.text.contains("site_form"));

    let response = bench.post("r", r#"{"caller":"380671112233"}"#).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bench.log.rejected().len(), 2);
}
