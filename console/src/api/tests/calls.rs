//! The journal, a call explained, sources and rejected bodies.

use backbone::{Record, Topic};
use schemas::Call;
use serde_json::json;
use uuid::Uuid;

use super::world::{World, at, call};
use crate::accounts::tests::FILE;
use crate::wire::{CallView, CallsPage, RejectedPage, SourceView, TemplateSet, Templates};

#[tokio::test]
async fn pages_of_calls_meet_without_gap_or_repeat() {
    let world = World::start().await;
    // Two calls begin in the same second: the id decides between them.
    let calls: Vec<Call> = (0..125).map(|n| call(&format!("{n:03}"), "79161112233", n / 2)).collect();
    world.backbone.journal.keep(&calls).await.unwrap();
    let first: CallsPage = world.get("/calls").await;
    assert_eq!((first.calls.len(), first.calls[0].id.as_str()), (50, "acme-uis/124"));
    let mut ids: Vec<String> = first.calls.iter().map(|call| call.id.to_string()).collect();
    let mut next = first.next;
    while let Some(before) = next {
        let page: CallsPage = world.get(&format!("/calls?limit=25&before={before}")).await;
        assert!(page.calls.len() <= 25 && !page.calls.is_empty());
        ids.extend(page.calls.iter().map(|call| call.id.to_string()));
        next = page.next;
    }
    let expected: Vec<String> = (0..125).rev().map(|n| format!("acme-uis/{n:03}")).collect();
    assert_eq!(ids, expected);
    let page: CallsPage = world.get("/calls?limit=1000").await;
    assert_eq!((page.calls.len(), page.next), (125, None));
    let page: CallsPage = world.get(&format!("/calls?since={}&until={}", at(10), at(12))).await;
    assert_eq!(page.calls.len(), 4);
}

#[tokio::test]
async fn a_client_is_found_by_any_spelling_of_the_number() {
    let world = World::start().await;
    world.apply(FILE).await;
    let ukrainian = call("3", "380671234567", 2);
    let calls = [call("1", "79161112233", 0), call("2", "101", 1), ukrainian];
    world.backbone.journal.keep(&calls).await.unwrap();
    for (said, session) in [
        ("79161112233", "1"),
        ("%2B7%20916%20111-22-33", "1"),
        ("+7 (916) 111 22 33", "1"),
        ("89161112233", "1"),
        ("9161112233", "1"),
        ("101", "2"),
        ("380671234567", "3"),
        ("%2B380671234567", "3"),
    ] {
        let page: CallsPage = world.get(&format!("/calls?client={said}")).await;
        let ids: Vec<_> = page.calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, [format!("acme-uis/{session}")], "{said}");
    }
    let page: CallsPage = world.get("/calls?client=79990000000").await;
    assert!(page.calls.is_empty());
    let page: CallsPage = world.get("/calls?client=79161112233").await;
    assert_eq!(
        (page.calls[0].client_name.as_str(), page.calls[0].employee.as_deref()),
        ("+7 916 111-22-33", Some("101"))
    );
}

#[tokio::test]
async fn a_call_is_explained_with_what_the_pbx_said_word_for_word() {
    let world = World::start().await;
    let call = call("12/3~x", "79161112233", 0);
    world.backbone.journal.keep(std::slice::from_ref(&call)).await.unwrap();
    let event = |id: &str, text: &str| {
        json!({
            "id": id, "receipt": Uuid::from_u128(7), "account": "acme", "source": "acme-uis", "session": "12/3~x",
            "received_at": at(0), "said": {"state": "RINGING"}, "body": {"text": text},
        })
    };
    let record = |value: serde_json::Value| Record {
        topic: Topic::Raw,
        key: call.key().to_string(),
        id: Uuid::from_u128(7),
        at: at(0),
        due: None,
        value: value.to_string().into_bytes(),
    };
    let same = "000000000000000000000000000000e1";
    let bodies = [(same, "{\"a\":1}"), (same, "{\"a\": 1}"), ("ffffffffffffffffffffffffffffffff", "{}")];
    let records = bodies.iter().map(|(id, text)| record(event(id, text))).collect();
    world.backbone.log.append(records).await.unwrap();
    for path in ["/calls/acme-uis/12/3~x", "/calls/acme-uis%2F12%2F3~x"] {
        let view: CallView = world.get(path).await;
        assert_eq!((view.events.len(), view.events[1].offset_seconds), (2, 7));
        let texts: Vec<_> = view.events[0].receipts.iter().map(|receipt| receipt.body.text.as_str()).collect();
        assert_eq!(texts, ["{\"a\":1}", "{\"a\": 1}"]);
        let repeated: Vec<_> = view.events[0].receipts.iter().map(|receipt| receipt.repeated).collect();
        assert_eq!((view.events[0].revision, view.events[1].revision, repeated), (1, 2, vec![false, true]));
        let changed = |place: usize, field: &str| {
            let one = view.events[place].changed.iter().find(|one| one.field == field).unwrap();
            (one.before.clone(), one.after.clone())
        };
        assert_eq!(changed(0, "state"), (json!(null), json!("ringing")));
        assert_eq!(
            (changed(1, "state"), changed(1, "outcome").1),
            ((json!("ringing"), json!("ended")), json!("missed"))
        );
        assert!(view.events[1].receipts.is_empty() && view.deliveries.is_empty());
    }
}

#[tokio::test]
async fn u5_a_source_shows_what_to_paste_and_what_could_not_be_read() {
    let world = World::start().await;
    world.apply(FILE).await;
    let now = schemas::Timestamp::now();
    let records = (0..300).map(|n: i64| {
        let received_at =
            schemas::time::earlier(now, std::time::Duration::from_secs(u64::try_from(3000 - n * 10).unwrap()));
        let source = if n % 3 == 0 { "other" } else { "acme-uis" };
        let value = json!({
            "receipt": Uuid::from_u128(1), "account": "acme", "source": source, "received_at": received_at,
            "reason": format!("reason {n}"), "body": {"text": "{"},
        });
        let value = value.to_string().into_bytes();
        Record {
            topic: Topic::Rejected,
            key: source.to_owned(),
            id: Uuid::from_u128(1),
            at: received_at,
            due: None,
            value,
        }
    });
    world.backbone.log.append(records.collect()).await.unwrap();
    let view: SourceView = world.get("/sources/acme-uis").await;
    assert_eq!(view.row.webhook_url, "https://ringfold.example/hooks/0123456789abcdef_-AB");
    let reasons: Vec<_> = view.rejected.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons, ["reason 299", "reason 298", "reason 296", "reason 295", "reason 293"]);
    assert_eq!(view.credentials[0].from.as_deref(), Some("env:ACME_UIS_KEY"));

    let page: RejectedPage = world.get("/rejected?limit=250").await;
    assert_eq!((page.rejected.len(), page.rejected[0].reason.as_str(), page.more), (250, "reason 299", true));
    let page: RejectedPage = world.get("/rejected?source=acme-uis&limit=1000").await;
    assert_eq!((page.rejected.len(), page.more), (200, false));

    let templates: Templates = world.get("/sources/acme-uis/templates").await;
    let types: Vec<_> = templates.templates.iter().map(|template| template.event_type.as_str()).collect();
    let basic = ["Входящее плечо", "Начало разговора", "Записанный разговор", "Потерянный звонок"];
    assert_eq!(types, [&basic[..], &["Исходящий звонок", "Завершение звонка"]].concat());
    let sets: Vec<_> = templates.templates.iter().map(|template| template.set == TemplateSet::Basic).collect();
    assert_eq!(sets, [true, true, true, true, false, false]);
    assert!(templates.templates.iter().all(|template| template.url == view.row.webhook_url));
}
