//! Calls made again from what was said.

use backbone::log::Start;
use backbone::{Record, Topic};
use processor::rebuild::calls;
use schemas::time::later;
use schemas::{Call, Event, Outcome, Timestamp};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

use super::world::{World, at};
use crate::accounts::tests::FILE;
use crate::wire::Rebuilt;

/// What was said of a call: it rang, and was answered, and was over.
async fn said(world: &World, session: &str, second: i64) -> Call {
    let event = |state: &str, after: u64| -> Event {
        let when = later(at(second), Duration::from_secs(after));
        serde_json::from_value(json!({
            "id": format!("{:032x}", u128::from(after) + u128::from(second.unsigned_abs()) * 1000), "receipt": Uuid::now_v7(),
            "account": "acme", "source": "acme-uis", "session": session, "received_at": when,
            "said": {"state": state, "who": {"extension": "101"}}
        }))
        .unwrap()
    };
    let events = [event("RINGING", 0), event("ANSWERED", 5), event("HANGUP", 65)];
    let record = |event: &Event| Record {
        topic: Topic::Raw,
        key: event.key().to_string(),
        id: event.receipt,
        at: event.received_at,
        due: None,
        value: serde_json::to_vec(event).unwrap(),
    };
    world.backbone.log.append(events.iter().map(record).collect()).await.unwrap();
    calls(events).pop().unwrap()
}

#[tokio::test]
async fn d4_calls_that_are_not_what_was_said_are_named_and_made_right() {
    let world = World::start().await;
    world.apply(FILE).await;
    let right = said(&world, "1", 0).await;
    let wronged = said(&world, "2", 100).await;
    let missing = said(&world, "3", 200).await;
    let outside = said(&world, "4", 100_000).await;
    let wrong = Call { outcome: Some(Outcome::Missed), ..wronged.clone() };
    world.backbone.journal.keep(&[right, wrong]).await.unwrap();
    let ask = async |correct: bool| {
        let asked = json!({"source": "acme-uis", "since": at(-10), "until": at(1000), "correct": correct});
        world.json::<Rebuilt>("POST", "/rebuild", Some(asked)).await
    };
    let unknown =
        world.ask("POST", "/rebuild", Some(json!({"source": "acme-usi", "since": at(-10), "until": at(1000)}))).await;
    assert_eq!(unknown.status(), 404, "a word mistyped is not all well");
    let before = raw(&world).await.len();
    let found = ask(false).await;
    assert_eq!((found.calls, found.corrected, found.differ.len()), (3, 0, 2), "{found:#?}");
    assert_eq!(found.differ[0].call, wronged.id);
    let field = &found.differ[0].fields[0];
    assert_eq!((field.field.as_str(), &field.is, &field.should_be), ("outcome", &json!("missed"), &json!("answered")));
    assert!(found.differ[1].missing && found.differ[1].call == missing.id, "{found:#?}");
    assert!(found.differ.iter().all(|differs| differs.call != outside.id));
    assert_eq!(raw(&world).await.len(), before, "only looked at");

    assert_eq!(ask(true).await.corrected, 2);
    let told = raw(&world).await.split_off(before);
    let words: Vec<Event> = told.iter().map(|record| serde_json::from_slice(&record.value).unwrap()).collect();
    let states: Vec<String> = words.iter().map(|word| json!(word.said.state).as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["REBUILT", "RINGING", "ANSWERED", "HANGUP"], "a word for one, all that was said for the other");

    for wrong in [
        json!({"since": "yesterday", "until": at(0)}),
        json!({"since": at(0)}),
        json!({"since": at(0), "until": at(1), "x": 1}),
    ] {
        assert_eq!(world.ask("POST", "/rebuild", Some(wrong)).await.status(), 400);
    }
}

#[tokio::test]
async fn d4_an_event_that_a_call_never_got_is_said_again() {
    let world = World::start().await;
    let right = said(&world, "1", 0).await;
    let without: Vec<Event> =
        raw(&world).await[..2].iter().map(|r| serde_json::from_slice(&r.value).unwrap()).collect();
    world.backbone.journal.keep(&calls(without)).await.unwrap();
    let asked = json!({"since": at(-10), "until": at(1000), "correct": true});
    let found: Rebuilt = world.json("POST", "/rebuild", Some(asked)).await;
    assert_eq!((found.corrected, &found.differ[0].call), (1, &right.id), "{found:#?}");
    let told = raw(&world).await.split_off(3);
    let event: Event = serde_json::from_slice(&told[0].value).unwrap();
    assert_eq!((told.len(), event.id), (1, right.events[2].id), "its end, and nothing else");
}

#[tokio::test]
async fn d4_a_reader_that_is_behind_by_old_records_is_waited_for() {
    let world = World::start().await;
    let call = said(&world, "1", 0).await;
    world.backbone.journal.keep(&[call]).await.unwrap();
    let mut reader = world.backbone.log.consumer("processor", Topic::Raw, Start::Oldest).await.unwrap();
    let behind = world.backbone.log.lag().await.unwrap();
    assert!(behind.iter().any(|lag| lag.group == "processor" && lag.records == 3), "{behind:?}");
    let reading = async {
        // One by one, as slowly as a request takes to look.
        for _ in 0..3 {
            assert_eq!(reader.poll(1, Duration::ZERO).await.unwrap().records.len(), 1);
            tokio::time::sleep(Duration::from_millis(100)).await;
            reader.commit(Vec::new()).await.unwrap();
        }
    };
    let asked = json!({"since": at(-10), "until": at(1000)});
    let (found, ()) = tokio::join!(world.json::<Rebuilt>("POST", "/rebuild", Some(asked)), reading);
    assert_eq!((found.calls, found.differ.len()), (1, 0), "{found:#?}");
}

async fn raw(world: &World) -> Vec<Record> {
    let start = Start::Time(Timestamp::MIN);
    let all = world.backbone.log.read(Topic::Raw, start, &backbone::Cursor::default(), 1000).await.unwrap();
    all.into_iter().map(|stored| stored.record).collect()
}
