//! The books, through the API: balanced, and each thing that can be amiss.

use backbone::ledger::{Rank, Wanted};
use backbone::{Record, Topic};
use processor::rebuild::calls;
use reqwest::StatusCode;
use schemas::time::later;
use schemas::{Call, Event, Timestamp};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

use super::world::World;
use crate::accounts::tests::FILE;
use crate::wire::{AmissKind, Audit};

/// So many seconds after the hour in which these calls are.
fn at(second: i64) -> Timestamp {
    let hour = processor::audit::hour(Timestamp::now());
    Timestamp::from_second(hour.as_second() - 2 * 3600 + second).unwrap()
}

fn event(session: &str, state: &str, second: i64) -> Event {
    serde_json::from_value(json!({
        "id": schemas::EventId::of(&[session.as_bytes(), state.as_bytes()]), "receipt": Uuid::now_v7(), "account": "acme",
        "source": "acme-uis", "session": session, "received_at": at(second),
        "said": {"state": state, "who": {"extension": "101"}}
    }))
    .unwrap()
}

fn raw(event: &Event) -> Record {
    Record {
        topic: Topic::Raw,
        key: event.key().to_string(),
        id: event.receipt,
        at: event.received_at,
        due: None,
        value: serde_json::to_vec(event).unwrap(),
    }
}

/// A missed call of a session: what was said of it.
fn missed(session: &str, second: i64) -> Vec<Event> {
    vec![event(session, "RINGING", second), event(session, "MISSED", second + 20)]
}

struct Books(World);

impl Books {
    /// A world whose connection is there since before the calls.
    async fn start() -> Self {
        let world = World::start().await;
        world.apply(FILE).await;
        let mut accounts = world.backbone.directory.load().await.unwrap();
        for entry in &mut accounts.connections {
            entry.connection.created_at = at(-100_000);
        }
        world.backbone.directory.save(&accounts, Timestamp::now()).await.unwrap();
        Self(world)
    }

    async fn say(&self, events: &[Event]) {
        self.0.backbone.log.append(events.iter().map(raw).collect()).await.unwrap();
    }

    async fn keep(&self, events: &[Event]) -> Call {
        let call = calls(events.iter().cloned()).pop().unwrap();
        self.0.backbone.journal.keep(std::slice::from_ref(&call)).await.unwrap();
        call
    }

    async fn want(&self, call: &Call, revision: u32) {
        let wanted = Wanted {
            connection: "acme-rbs".parse().unwrap(),
            kind: "rbs-crm".to_owned(),
            call: call.id.clone(),
            lane: call.lane(),
            revision,
            body: b"{}".to_vec(),
            rank: Rank::Live,
        };
        self.0.backbone.ledger.want(&[wanted], later(call.started_at, Duration::from_mins(1))).await.unwrap();
    }

    async fn ask(&self, more: &str) -> Audit {
        self.0.get(&format!("/audit?since={}&until={}{more}", at(-3600), at(3600))).await
    }
}

#[tokio::test]
async fn everything_said_kept_and_wanted_balances_by_source_connection_and_hour() {
    let books = Books::start().await;
    let (first, second) = (missed("1", 0), missed("2", -1800));
    books.say(&first).await;
    // A spool brought it twice, and the PBX said it again.
    books.say(&first[..1]).await;
    let again = Event { receipt: Uuid::now_v7(), received_at: at(30), ..first[1].clone() };
    books.say(&[again]).await;
    books.say(&second).await;
    let rejected = json!({"receipt": Uuid::now_v7(), "account": "acme", "source": "acme-uis", "received_at": at(40),
                          "reason": "no call_id", "body": {"content_type": "", "text": "{}"}});
    let value = serde_json::to_vec(&rejected).unwrap();
    let record = Record { topic: Topic::Rejected, key: "acme-uis".to_owned(), at: at(40), value, ..raw(&first[0]) };
    let strange = Record { id: Uuid::now_v7(), value: b"no event".to_vec(), ..raw(&first[0]) };
    books.0.backbone.log.append(vec![record, strange]).await.unwrap();
    for events in [&first, &second] {
        let call = books.keep(events).await;
        books.want(&call, 2).await;
    }
    let found = books.ask("").await;
    assert!(found.balanced && found.amiss.is_empty() && found.next.is_none(), "{found:#?}");
    let [before, row] = &found.receipts[..] else { panic!("{found:#?}") };
    assert_eq!((before.hour, before.received, before.folded), (at(-3600), 2, 2));
    assert_eq!((row.received, row.folded, row.repeated, row.ignored, row.rejected), (5, 2, 1, 1, 1), "{row:?}");
    let [_, delivered] = &found.deliveries[..] else { panic!("{found:#?}") };
    assert_eq!((delivered.hour, delivered.calls, delivered.pending), (at(0), 1, 1));
    let body = json!({"reason": "move"});
    books.0.ask("POST", "/connections/acme-rbs/pause", Some(body)).await;
    assert_eq!(books.ask("&connection=acme-rbs&source=acme-uis").await.deliveries[1].parked, 1);
}

#[tokio::test]
async fn what_is_amiss_is_named() {
    let books = Books::start().await;
    let [lost, unsaid, open, behind, gone] = ["1", "2", "3", "4", "5"].map(|session| missed(session, 0));
    books.say(&[lost.clone(), open.clone(), behind.clone()].concat()).await;
    books.say(&unsaid[..1]).await;
    // Its end was not folded.
    books.keep(&lost[..1]).await;
    let call = books.keep(&unsaid).await;
    books.want(&call, 2).await;
    books.keep(&open).await;
    let call = books.keep(&behind).await;
    books.want(&call, 1).await;
    books.want(&calls(gone).pop().unwrap(), 2).await;
    let found = books.ask("").await;
    let named: Vec<(AmissKind, &str)> = found.amiss.iter().map(|amiss| (amiss.what, amiss.call.as_str())).collect();
    let expected = [
        (AmissKind::EventInNoCall, "acme-uis/1"),
        (AmissKind::EventNotInLog, "acme-uis/2"),
        (AmissKind::NoDelivery, "acme-uis/3"),
        (AmissKind::DeliveryBehind, "acme-uis/4"),
        (AmissKind::DeliveryWithoutCall, "acme-uis/5"),
    ];
    assert!(!found.balanced && expected.iter().all(|one| named.contains(one)), "{found:#?}");
    assert_eq!(named.len(), expected.len(), "{found:#?}");
    assert_eq!(found.amiss.iter().find_map(|amiss| amiss.receipt), Some(lost[1].receipt));
    assert!(found.receipts.iter().any(|row| row.unsaid == 1));
}

#[tokio::test]
async fn every_delivery_of_the_window_is_looked_at_however_many_come_after_it() {
    let books = Books::start().await;
    let of_no_call = |n: usize| Wanted {
        connection: "acme-rbs".parse().unwrap(),
        kind: "rbs-crm".to_owned(),
        call: schemas::CallId(format!("acme-uis/{n}")),
        lane: n.to_string(),
        revision: 1,
        body: b"{}".to_vec(),
        rank: Rank::Live,
    };
    let all: Vec<Wanted> = (0..1450).map(of_no_call).collect();
    let (within, after) = all.split_at(450);
    // Of the same instant: a page ends among them.
    books.0.backbone.ledger.want(within, at(60)).await.unwrap();
    books.0.backbone.ledger.want(after, at(5000)).await.unwrap();
    let found = books.ask("").await;
    assert!(found.amiss.iter().all(|amiss| amiss.what == AmissKind::DeliveryWithoutCall), "{found:#?}");
    let named: std::collections::BTreeSet<&str> = found.amiss.iter().map(|amiss| amiss.call.as_str()).collect();
    assert_eq!((named.len(), found.amiss.len(), found.more), (450, 450, 0));
}

#[tokio::test]
async fn what_is_young_or_not_read_yet_is_on_the_way() {
    let books = Books::start().await;
    // The question reaches to the moment at which it is asked.
    let received_at = schemas::time::earlier(Timestamp::now(), Duration::from_secs(1));
    let young = Event { received_at, ..event("1", "RINGING", 0) };
    books.say(&[young]).await;
    let found: Audit = books.0.get("/audit").await;
    assert_eq!((found.balanced, found.receipts[0].on_the_way), (true, 1), "{found:#?}");
    // A reader that has read nothing yet.
    let old = event("2", "RINGING", 0);
    let start = backbone::log::Start::Oldest;
    books.0.backbone.log.consumer("processor", Topic::Raw, start).await.unwrap();
    books.say(&[old]).await;
    let found = books.ask("").await;
    assert_eq!((found.balanced, found.receipts[0].on_the_way), (true, 1), "{found:#?}");
}

#[tokio::test]
async fn what_the_log_was_brought_later_than_a_day_is_found_by_its_session() {
    let books = Books::start().await;
    let late = missed("1", 0);
    let since = at(-72 * 3600);
    let old: Vec<Event> = late
        .iter()
        .zip([0, 20])
        .map(|(event, after)| Event { received_at: later(since, Duration::from_secs(60 + after)), ..event.clone() })
        .collect();
    let between = event("2", "RINGING", -3600);
    books.say(&[between]).await;
    books.say(&old).await;
    let call = books.keep(&old).await;
    books.want(&call, 2).await;
    let found: Audit =
        books.0.get(&format!("/audit?since={since}&until={}", later(since, Duration::from_hours(1)))).await;
    let row = found.receipts.first().unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!((row.received, row.folded, found.balanced), (2, 2, true), "{found:#?}");
}

#[tokio::test]
async fn a_wrong_question_is_refused() {
    let books = Books::start().await;
    for (query, status) in [
        ("?since=yesterday", StatusCode::BAD_REQUEST),
        ("?since=2020-01-01T00:00:00Z", StatusCode::BAD_REQUEST),
        ("?since=2999-01-01T00:00:00Z", StatusCode::BAD_REQUEST),
        ("?x=1", StatusCode::BAD_REQUEST),
        ("?source=nobody", StatusCode::NOT_FOUND),
        ("?connection=nobody", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(books.0.ask("GET", &format!("/audit{query}"), None).await.status(), status, "{query}");
    }
}
