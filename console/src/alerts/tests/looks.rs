//! Whole looks: what is wrong in the backbone, what is kept, what the receiver is told. Time is given, so nothing is waited for.

use std::time::Duration;

use backbone::sealed::Secret;
use schemas::time::{earlier, later};
use serde_json::json;

use super::at;
use super::site::Site;
use crate::alerts::rows;
use crate::api::tests::world;
use crate::wire::{AlertKind, AlertState};

#[tokio::test]
async fn f6_a_broken_connection_is_told_once_across_restarts_and_cleared_once() {
    let site = Site::new().await;
    site.break_it().await;
    for second in 0..3 {
        let mut process = site.process();
        process.look(second * 10).await;
        process.look(second * 10 + 5).await;
        // As when a process stops: the next may look.
        site.backbone.memos.end_turn("alerts", process.2).await.unwrap();
    }
    assert_eq!(site.told(), [(AlertKind::ConnectionBroken, AlertState::Raised)]);
    let message = site.receiver.heard().remove(0);
    assert_eq!(
        (message.alert.subject.as_str(), message.link.as_str()),
        ("crm", "https://ringfold.example/api/v1/alerts")
    );
    assert!(message.alert.text.contains("refused") && !message.alert.text.contains("79165554433"), "{message:?}");
    for command in ["connections set-credentials crm", "connections reactivate crm"] {
        assert!(message.alert.todo.contains(command), "{}", message.alert.todo);
    }

    site.mend_it().await;
    let mut process = site.process();
    for second in (30..300).step_by(10) {
        process.look(second).await;
    }
    let (raised, cleared) = (AlertState::Raised, AlertState::Cleared);
    assert_eq!(site.told(), [(AlertKind::ConnectionBroken, raised), (AlertKind::ConnectionBroken, cleared)]);
    let kept = rows(&*site.backbone.memos).await.unwrap();
    assert_eq!(kept.iter().map(|row| row.state).collect::<Vec<_>>(), [cleared]);
    process.look(8 * 24 * 3600).await;
    assert_eq!(rows(&*site.backbone.memos).await.unwrap(), [], "after a week nobody asks");
}

#[tokio::test]
async fn f17_two_processes_say_it_once() {
    let site = Site::new().await;
    site.break_it().await;
    let (mut one, mut other) = (site.process(), site.process());
    tokio::join!(one.look(0), other.look(0));
    // Each has had the turn: what one wrote, the other does not say.
    for process in [&one, &other] {
        site.backbone.memos.end_turn("alerts", process.2).await.unwrap();
    }
    other.look(5).await;
    site.backbone.memos.end_turn("alerts", other.2).await.unwrap();
    one.look(10).await;
    assert_eq!(site.told(), [(AlertKind::ConnectionBroken, AlertState::Raised)]);
}

#[tokio::test]
async fn f17_a_receiver_that_fails_is_told_again_with_the_same_id_and_given_up_in_the_end() {
    let site = Site::new().await;
    site.receiver.answer(503);
    site.break_it().await;
    let mut process = site.process();
    process.look(0).await;
    process.look(5).await;
    assert_eq!(site.receiver.heard().len(), 1, "not at once");
    site.receiver.answer(200);
    process.look(20).await;
    process.look(10_000).await;
    let ids: Vec<String> = site.receiver.heard().into_iter().map(|message| message.id).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");

    site.receiver.answer(500);
    site.mend_it().await;
    for look in 1..100 {
        process.look(10_000 + look * 3600).await;
    }
    assert_eq!(site.receiver.heard().len(), 2 + 7, "seven tries, then no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_a_receiver_that_hangs_holds_nobody_up_for_long_and_is_told_again() {
    let site = Site::new().await;
    site.receiver.answer(0);
    site.break_it().await;
    let mut process = site.process();
    tokio::time::timeout(Duration::from_mins(1), process.look(0)).await.unwrap();
    assert_eq!(rows(&*site.backbone.memos).await.unwrap().len(), 1, "it stands there, told or not");
    site.receiver.answer(200);
    process.look(20).await;
    process.look(2000).await;
    let ids: Vec<String> = site.receiver.heard().into_iter().map(|message| message.id).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
}

#[tokio::test]
async fn f4_a_crm_that_does_not_answer_is_told_after_five_minutes() {
    let site = Site::new().await;
    let mut process = site.process();
    let outage = json!({"since": at(0), "said": "the CRM is not available: 503"}).to_string();
    assert!(site.backbone.memos.write("breaker/crm", &Secret::new(outage), 0).await.unwrap());
    process.look(290).await;
    assert_eq!(site.told(), []);
    process.look(301).await;
    assert_eq!(site.told(), [(AlertKind::CrmUnavailable, AlertState::Raised)]);
    assert!(site.receiver.heard()[0].alert.text.contains("503"));
}

#[tokio::test]
async fn f14_dead_deliveries_are_told_of_when_they_appear_and_not_again() {
    let (site, hour) = (Site::new().await, 3600);
    let mut process = site.process();
    process.look(0).await;
    assert_eq!(site.told(), []);
    site.kill(1).await;
    process.look(5).await;
    site.kill(2).await;
    process.look(10).await;
    assert_eq!(site.told(), [(AlertKind::DeliveriesDead, AlertState::Raised)]);
    let kept = rows(&*site.backbone.memos).await.unwrap();
    assert!(kept[0].text.starts_with("2 deliveries of connection crm are dead"), "{kept:?}");
    process.look(2 * hour).await;
    assert_eq!(site.told().len(), 2, "no more died for an hour");
    process.look(3 * hour).await;
    assert_eq!(site.told().len(), 2, "those are known");
    site.kill(3).await;
    process.look(3 * hour + 5).await;
    assert_eq!(site.told().len(), 3, "this one is not");
}

#[tokio::test]
async fn a14_a_source_that_stops_at_its_busy_hour_is_told_of() {
    let (site, day) = (Site::new().await, Duration::from_hours(24));
    let now = at(0);
    // A call a minute from two hours before until two hours after this hour, each of the last three weeks; today until now.
    let mut calls = Vec::new();
    for week in 0..4_u32 {
        let noon = earlier(now, day * 7 * week);
        let last = if week == 0 { 0 } else { 120 };
        for minute in 0..=(120_u64 + last) {
            let begun = later(earlier(noon, Duration::from_hours(2)), Duration::from_mins(minute));
            let mut call = world::call(&format!("{week}-{minute}"), "79165554433", 0);
            (call.started_at, call.last_heard_at) = (begun, begun);
            call.events.iter_mut().for_each(|event| event.at = begun);
            calls.push(call);
        }
    }
    site.backbone.journal.keep(&calls).await.unwrap();
    let mut process = site.process();
    let mut raised = None;
    for minute in 0..60 {
        process.look_at(later(now, Duration::from_mins(minute))).await;
        if raised.is_none() && !site.told().is_empty() {
            raised = Some(minute);
        }
    }
    assert_eq!(site.told(), [(AlertKind::SourceSilent, AlertState::Raised)]);
    assert!(raised.is_some_and(|minute| (5..=13).contains(&minute)), "{raised:?}");
}
