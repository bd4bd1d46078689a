//! Deliveries and connections.

use std::time::Duration;

use backbone::ledger::{Ending, Limit, Rank, Release, Step, StepStatus, Wanted};
use reqwest::StatusCode;
use schemas::{CallId, ConnectionStatus};
use serde_json::json;

use super::world::{World, at};
use crate::accounts::tests::FILE;
use crate::wire::{
    Checked, ConnectionList, ConnectionRow, ConnectionView, DeliveriesPage, DeliveryState, DeliveryView,
};

async fn want(world: &World, sessions: std::ops::Range<u32>) {
    let wanted = sessions.map(|n| Wanted {
        connection: "acme-rbs".parse().unwrap(),
        kind: "rbs-crm".to_owned(),
        call: CallId(format!("acme-uis/{n}")),
        lane: format!("+7916{n}"),
        revision: 1,
        body: b"{}".to_vec(),
        rank: Rank::Live,
    });
    world.backbone.ledger.want(&wanted.collect::<Vec<_>>(), at(0)).await.unwrap();
}

#[tokio::test]
async fn pending_in_progress_and_parked_are_told_apart() {
    let world = World::start().await;
    let links = "links = { task = \"https://crm.example/tasks/{id}\", contact = \"https://crm.example/other/{id}\" }";
    world.apply(&FILE.replace("search_lag = \"10s\"", &format!("search_lag = \"10s\"\n{links}"))).await;
    want(&world, 0..5).await;
    let ledger = &world.backbone.ledger;
    let now = schemas::Timestamp::now();
    let limits = vec![Limit { connection: "acme-rbs".parse().unwrap(), places: 4, ahead: 0, reserve: 0 }];
    let claim = ledger.claim(&limits, now, Duration::from_mins(1), 1).await.unwrap().remove(0);
    let step = Step {
        name: "contact".to_owned(),
        status: StepStatus::Done,
        content: json!({"record": "contact", "phone": "1"}),
        held: json!({"link": "https://crm.example/55"}),
        marker: "m".to_owned(),
        crm_id: Some("55".to_owned()),
        deadline: None,
        at: now,
        note: "R4".to_owned(),
    };
    let other = Step { name: "task".to_owned(), content: json!({"record": "task"}), held: json!({}), ..step.clone() };
    ledger.write(&claim, &[step.into(), other.into()]).await.unwrap();
    let count = async |query: &str| -> usize {
        let page: DeliveriesPage = world.get(&format!("/deliveries{query}")).await;
        page.deliveries.len()
    };
    assert_eq!(count("").await, 5);
    assert_eq!((count("?status=pending").await, count("?status=in_progress").await), (4, 1));
    assert_eq!(count(&format!("?since={}", at(1))).await, 0);
    assert_eq!(count("?call=acme-uis/3").await, 1);
    let page: DeliveriesPage = world.get("/deliveries?limit=3").await;
    assert_eq!((page.deliveries.len(), page.more), (3, true));
    let page: DeliveriesPage = world.get("/deliveries?status=pending&limit=4").await;
    assert!(page.deliveries.iter().all(|row| row.status == DeliveryState::Pending && row.next_try_at.is_some()));
    assert_eq!((page.deliveries.len(), page.more), (4, false));
    let path = format!("/deliveries/acme-rbs/{}", claim.delivery.call);
    let view: DeliveryView = world.get(&path).await;
    assert_eq!((view.row.status, view.steps[0].crm_id.as_deref()), (DeliveryState::InProgress, Some("55")));

    let due = schemas::time::later(now, Duration::from_mins(1));
    let again = Release::Again { due, counted: true, uncertain: false, note: "the CRM is not available".to_owned() };
    let trace = Some("first -> 503\nsecond -> 200".to_owned());
    ledger.release(&claim, Ending { trace, ..again.into() }, now).await.unwrap();
    let view: DeliveryView = world.get(&path).await;
    assert_eq!(view.requests, ["first -> 503", "second -> 200"]);
    let links = view.steps.iter().map(|step| step.link.as_deref()).collect::<Vec<_>>();
    assert_eq!(
        links,
        [Some("https://crm.example/55"), Some("https://crm.example/tasks/55")],
        "said by the CRM, by settings"
    );
    let row: ConnectionRow = world.json("POST", "/connections/acme-rbs/pause", Some(json!({"reason": "move"}))).await;
    assert_eq!((row.status, row.reason.as_str(), row.backlog.parked), (ConnectionStatus::Paused, "move", 5));
    assert_eq!(row.last_error, "the CRM is not available");
    assert_eq!((count("?status=pending").await, count("?status=parked&connection=acme-rbs").await), (0, 5));
    let row: ConnectionRow = world.json("POST", "/connections/acme-rbs/resume", None).await;
    assert_eq!((row.status, row.reason.as_str(), row.backlog.pending), (ConnectionStatus::Active, "", 5));
    let list: ConnectionList = world.get("/connections").await;
    assert_eq!(list.connections[0].backlog, row.backlog);
}

#[tokio::test]
async fn what_is_off_or_broken_does_not_go_on_by_a_word() {
    let world = World::start().await;
    // Nothing listens there.
    world.apply(&FILE.replace("https://crm.example", "http://127.0.0.1:1")).await;
    let id = "acme-rbs".parse().unwrap();
    for (status, path) in [
        (ConnectionStatus::Off, "resume"),
        (ConnectionStatus::Off, "pause"),
        (ConnectionStatus::Broken, "resume"),
        (ConnectionStatus::Broken, "pause"),
    ] {
        world.backbone.directory.set_status(&id, None, status, "why", schemas::Timestamp::now()).await.unwrap();
        let body = json!({"reason": "because"});
        let answer = world.ask("POST", &format!("/connections/acme-rbs/{path}"), Some(body)).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT, "{status:?} {path}");
    }
    let answer = world.ask("POST", "/connections/acme-rbs/pause", Some(json!({"reason": " "}))).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let checked: Checked = world.json("POST", "/connections/acme-rbs/check", None).await;
    assert!(!checked.connected && !checked.said.is_empty() && !checked.todo.is_empty(), "{checked:?}");
    let answer = world.ask("GET", "/connections/acme-rbs", None).await.text().await.unwrap();
    assert!(!answer.contains("secret-password") && !answer.contains("literal-login"), "{answer}");
    let view: ConnectionView = serde_json::from_str(&answer).unwrap();
    assert_eq!((view.title.as_str(), view.credentials.len(), view.employees.len()), ("RBS CRM", 2, 1));
}
