//! Replays on the embedded backbone: what becomes of them where something is missing.

use std::sync::Arc;

use backbone::ledger::{Rank, Status, Waiting, Wanted};
use schemas::{CallId, Clock, ConnectionId};
use serde_json::json;

use super::run::Opener;
use super::{Books, Replay, State, Which};
use crate::accounts::tests::FILE;
use crate::api::tests::world::{World, at};
use crate::wire::{ReplayList, ReplayState, ReplayView};

/// A replay into a connection, which has opened as many deliveries.
async fn opened(world: &World, connection: &str, calls: usize) -> Replay {
    let connection: ConnectionId = connection.parse().unwrap();
    let which = Which {
        connection: connection.clone(),
        sources: vec!["acme-uis".parse().unwrap()],
        since: at(0),
        until: at(9),
        call: None,
        waiting: Waiting::Left,
    };
    let replay = Replay { opened: true, ..Replay::begin(format!("replay-of-{connection}"), which, at(9)) };
    let wanted = |n: usize| Wanted {
        connection: connection.clone(),
        kind: "rbs-crm".to_owned(),
        call: CallId(format!("acme-uis/{n}")),
        lane: n.to_string(),
        revision: 1,
        body: b"{}".to_vec(),
        rank: Rank::Later,
    };
    let all: Vec<_> = (0..calls).map(|n| (wanted(n), at(0))).collect();
    world.backbone.ledger.reopen(&all, &replay.id, Waiting::Left, at(9)).await.unwrap();
    Books(&*world.backbone.memos).change(&connection, |book| book.begin(replay.clone())).await.unwrap();
    replay
}

async fn last(world: &World, connection: &str) -> Replay {
    Books(&*world.backbone.memos).of(&connection.parse().unwrap()).await.unwrap().replays.remove(0)
}

fn opener(world: &World) -> Opener {
    Opener::new(world.backbone.clone(), Arc::new(Clock::default()))
}

#[tokio::test]
async fn a_replay_into_a_connection_that_is_gone_is_cancelled_and_what_it_opened_is_skipped() {
    let world = World::start().await;
    world.apply(FILE).await;
    let gone = opened(&world, "gone", 3).await;
    opened(&world, "acme-rbs", 1).await;
    let opener = opener(&world);
    while opener.look().await.unwrap() {}
    let ended = last(&world, "gone").await;
    assert!(ended.state == State::Cancelled && ended.ended_at.is_some(), "{ended:?}");
    assert_eq!(world.backbone.ledger.progress(&gone.id).await.unwrap(), [(Status::Skipped, 3)]);
    let call = CallId("acme-uis/0".to_owned());
    let (skipped, _) = world.backbone.ledger.delivery(&"gone".parse().unwrap(), &call).await.unwrap().unwrap();
    assert!(skipped.note.contains("gone is not there any more"), "{}", skipped.note);
    assert!(last(&world, "acme-rbs").await.goes_on(), "it waits for its deliveries");
}

#[tokio::test]
async fn without_the_turn_nothing_is_gone_on_with() {
    let world = World::start().await;
    opened(&world, "gone", 1).await;
    let (first, second) = (opener(&world), opener(&world));
    assert!(!second.go_on_with_all().await.unwrap(), "it never had the turn");
    assert!(last(&world, "gone").await.goes_on());
    while first.look().await.unwrap() {}
    assert!(!last(&world, "gone").await.goes_on());
    opened(&world, "gone-too", 1).await;
    assert!(!second.look().await.unwrap() && last(&world, "gone-too").await.goes_on(), "the first has it");
}

#[tokio::test]
async fn a_replay_ends_once() {
    let world = World::start().await;
    let replay = opened(&world, "acme-rbs", 0).await;
    let opener = opener(&world);
    assert!(opener.end(&replay, State::Done).await.unwrap());
    assert!(!opener.end(&replay, State::Cancelled).await.unwrap(), "it was over");
    assert_eq!(last(&world, "acme-rbs").await.state, State::Done);
}

#[tokio::test]
async fn a_paused_replay_says_so_and_a_cancelled_one_stands_in_nobodys_way() {
    let world = World::start().await;
    world.apply(FILE).await;
    let old = opened(&world, "acme-rbs", 2).await;
    let asked = || Some(json!({"connection": "acme-rbs"}));
    let _: ReplayView = world.json("POST", &format!("/replays/{}/pause", old.id), None).await;
    let refused = world.ask("POST", "/replays", asked()).await;
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.unwrap().contains(&format!("ringfold replay resume {}", old.id)));
    let _: ReplayView = world.json("POST", &format!("/replays/{}/cancel", old.id), None).await;
    let begun: ReplayList = world.json("POST", "/replays", asked()).await;
    assert!(begun.replays[0].id != old.id && begun.replays[0].state == ReplayState::Running, "{begun:?}");
    assert_eq!(world.backbone.ledger.progress(&old.id).await.unwrap(), [(Status::Skipped, 2)]);
    let again: ReplayList = world.json("POST", "/replays", asked()).await;
    assert_eq!(again.replays[0].id, begun.replays[0].id, "twice pressed is once run");
}
