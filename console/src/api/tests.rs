//! The API over real HTTP on the embedded backbone.

mod audit;
mod calls;
mod crm;
mod ledger;
mod pbx;
mod rebuild;
mod replays;
pub(crate) mod world;

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::openapi::document;
use super::routes::ROUTES;
use crate::accounts::tests::FILE;
use crate::wire::{Applied, Apply, ChangeKind, Problem};
use world::{TOKEN, World};

#[tokio::test]
async fn health_needs_no_token_and_says_what_is_not_ready() {
    let world = World::start().await;
    let get = |path: &str| reqwest::get(format!("{}{path}", world.url));
    assert_eq!(get("/healthz").await.unwrap().text().await.unwrap(), "ok");
    assert_eq!(get("/readyz").await.unwrap().status(), StatusCode::OK);
    world.readiness.expect("processor");
    let answer = get("/readyz").await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.unwrap().contains("processor: is starting"));
    world.readiness.ready("processor");
    world.readiness.not_ready("queue", "refused");
    let answer = get("/readyz").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.text().await.unwrap(), "ready, without queue: refused");
    world.apply(FILE).await;
    let text = get("/metrics").await.unwrap().text().await.unwrap();
    assert!(text.contains("ringfold_connections{connection=\"acme-rbs\",status=\"active\"} 1"), "{text}");
    assert!(text.contains("ringfold_backbone_up 1") && text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn every_route_but_the_open_ones_needs_the_token() {
    let world = World::start().await;
    for route in ROUTES {
        let path = route.path.replace("{*call}", "a/b").replace("{*id}", "a/b").replace("{id}", "x");
        let path = path.replace("{connection}", "x");
        let method = route.method.to_uppercase().parse::<reqwest::Method>().unwrap();
        for token in [None, Some("wrong"), Some(""), Some(&TOKEN[1..])] {
            let request = world.http.request(method.clone(), format!("{}/api/v1{path}", world.url));
            let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
            let answer = request.send().await.unwrap();
            if route.open {
                assert_eq!(answer.status(), StatusCode::OK, "{path}");
                continue;
            }
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path} {token:?}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"ringfold\"");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            assert!(!answer.json::<Problem>().await.unwrap().todo.is_empty());
        }
    }
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let world = World::start().await;
    for (method, path, status) in [
        ("GET", "/nothing", 404),
        ("DELETE", "/accounts", 405),
        ("GET", "/connections/none", 404),
        ("POST", "/connections/none/check", 404),
        ("GET", "/sources/none/templates", 404),
        ("GET", "/calls/a/b", 404),
        ("GET", "/calls/a%FFb", 400),
        ("GET", "/deliveries/Not!An!Id/a/b", 404),
        ("GET", "/deliveries?connection=none", 404),
        ("GET", "/deliveries?status=lost", 400),
        ("GET", "/deliveries?limit=0", 400),
        ("GET", "/rejected?limit=1001", 400),
        ("GET", "/rejected?source=none", 404),
        ("GET", "/calls?source=none", 404),
        ("GET", "/calls?limit=1001", 400),
        ("GET", "/calls?limit=many", 400),
        ("GET", "/calls?sort=up", 400),
        ("GET", "/calls?since=yesterday", 400),
        ("GET", "/calls?before=yesterday", 400),
    ] {
        let answer = world.ask(method, path, None).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (status, "application/problem+json"),
            "{path}"
        );
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let problem: Problem = answer.json().await.unwrap();
        assert!(!problem.detail.is_empty() && !problem.todo.is_empty() && problem.status == status, "{problem:?}");
    }
}

#[tokio::test]
async fn a_file_is_applied_exported_and_changes_nothing_then() {
    let world = World::start().await;
    let dry = Apply { dry_run: true, ..World::request(FILE) };
    let applied: Applied = world.json("PUT", "/accounts", Some(json!(dry))).await;
    assert!(applied.dry_run && applied.changes.iter().all(|change| change.change == ChangeKind::Added));
    assert!(world.backbone.directory.load().await.unwrap().accounts.is_empty());

    assert_eq!(world.apply(FILE).await.changes.len(), 3);
    let text = world.ask("GET", "/accounts", None).await.text().await.unwrap();
    assert!(!text.contains("secret-password") && !text.contains("literal-login"), "{text}");
    let version = world.backbone.directory.version().await.unwrap();
    let again = world.apply(&text).await;
    assert!(again.changes.iter().all(|change| change.change == ChangeKind::Unchanged), "{again:?}");
    assert_eq!(world.backbone.directory.version().await.unwrap(), version, "nothing was written");
}

#[tokio::test]
async fn a_wrong_file_changes_nothing_and_a_wrong_body_shows_no_value() {
    let world = World::start().await;
    let request = World::request(&FILE.replace("\"rbs-crm\"", "\"none\""));
    let answer = world.ask("PUT", "/accounts", Some(json!(request))).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!(problem.problems[0].key, "account[0].connection[0].kind");
    assert!(world.backbone.directory.load().await.unwrap().accounts.is_empty());
    for (body, part) in [
        (json!({"file_name": "f", "text": "", "env": {"A": {"hidden": "hidden"}}}), "env.A has the wrong type"),
        (json!({"file_name": "f", "text": "", "dryrun": true}), "unknown field `dryrun`"),
        (json!({"file_name": "f", "text": ["hidden"]}), "text has the wrong type"),
        (json!("hidden"), "has the wrong type"),
    ] {
        let answer = world.ask("PUT", "/accounts", Some(body)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let text = answer.text().await.unwrap();
        assert!(text.contains(part) && !text.contains("hidden"), "{text}");
    }
    let big = Apply { text: "#".repeat(1 << 20), ..Apply::default() };
    assert_eq!(world.ask("PUT", "/accounts", Some(json!(big))).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn the_description_names_every_route_and_resolves() {
    let document = document();
    for route in ROUTES {
        let path = format!("/api/v1{}", route.path.replace("{*", "{"));
        let operation = &document["paths"][&path][route.method];
        assert_eq!(operation["summary"], route.summary, "{path}");
    }
    let names: Vec<&str> = document["paths"]["/api/v1/calls"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["before", "client", "limit", "since", "source", "until"]);
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in &references {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if let (true, Some(text)) = (key == "$ref", inner.as_str()) {
                    references.insert(text.to_owned());
                }
                collect(inner, references);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
