//! The books balance, and fail to for each thing that can be amiss.

use std::ops::Range;

use backbone::ledger::{Delivery, Rank, Status};
use backbone::log::Lag;
use processor::audit::{Column, Deliveries, Receipts, Stand, Told, UnderWay, columns, hour, stand, strangers, unsaid};
use processor::fold::MOST_EVENTS;
use schemas::{Call, Connection, ConnectionStatus, Event, Origin, Timestamp};
use serde_json::json;

use crate::given::{answered, at, call, hangup, missed, ringing};

fn told(events: &[Event]) -> Vec<Told> {
    events.iter().map(Told::from).collect()
}

/// All that was received, in the journal or not.
fn books(told: &[Told], calls: &[Call]) -> Receipts {
    let mut books = Receipts::default();
    for (told, column) in told.iter().zip(columns(told, calls)) {
        books.add(told, column, false);
    }
    books.unsaid = unsaid(told, calls, &window()).len() as u64;
    books
}

fn window() -> Range<Timestamp> {
    at(0)..at(100_000)
}

#[test]
fn what_was_folded_and_what_was_said_again_balances() {
    let first = [ringing("101", 0), answered("101", 5), hangup("101", "", 60)];
    let mut events = first.to_vec();
    events.extend([answered("101", 7), answered("101", 5), ringing("101", 90)]);
    let books = books(&told(&events), &[call(&events)]);
    assert_eq!((books.received, books.folded, books.repeated), (6, 3, 3), "two of one instant are one event");
    assert!(books.balance());
}

#[test]
fn an_event_in_the_log_that_is_in_no_call_is_missing() {
    let events = [ringing("101", 0), answered("101", 5), hangup("101", "", 60)];
    let without = call(&events[..2]);
    assert_eq!(columns(&told(&events), std::slice::from_ref(&without))[2], Column::Missing);
    assert!(!books(&told(&events), &[without]).balance());
    let none = books(&told(&events), &[]);
    assert_eq!((none.received, none.balance()), (3, false), "no call at all");
    // The earlier copy was never folded.
    let later = call(&[ringing("101", 9)]);
    assert_eq!(columns(&told(&[ringing("101", 0)]), &[later]), [Column::Missing]);
}

#[test]
fn an_event_of_a_call_that_the_log_does_not_have_is_named() {
    let events = [ringing("101", 0), missed(30)];
    let calls = [call(&events)];
    let told = told(&events[..1]);
    let found = unsaid(&told, &calls, &window());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.at, at(30));
    assert!(!books(&told, &calls).balance());
    assert!(unsaid(&told, &calls, &(at(0)..at(30))).is_empty(), "received after the window");
}

#[test]
fn what_a_full_call_leaves_out_is_ignored_and_not_missing() {
    let more = u64::try_from(MOST_EVENTS).unwrap() + 5;
    let events: Vec<Event> = (0..more).map(|n| ringing(&n.to_string(), n)).chain([missed(more)]).collect();
    let calls = [call(&events)];
    let books = books(&told(&events), &calls);
    assert_eq!((books.folded, books.ignored, books.balance()), (201, 5, true));
    // Other events still find room: one that is not there is missing.
    assert_eq!(columns(&told(&[hangup("101", "", 500)]), &calls), [Column::Missing]);
}

#[test]
fn each_call_of_a_session_id_that_was_used_again_has_its_events() {
    let (old, new) = (ringing("101", 0), ringing("101", 30_000));
    assert_eq!(old.id, new.id, "the same thing said");
    let first = call(std::slice::from_ref(&old));
    let second = call(&[old.clone(), new.clone()]);
    assert_eq!(second.use_number, 2);
    let events = [old, new, ringing("101", 30_001)];
    let books = books(&told(&events), &[first, second]);
    assert_eq!((books.folded, books.repeated, books.balance()), (2, 1, true));
}

#[test]
fn what_is_under_way_is_neither_missing_nor_folded_and_ringfolds_own_words_are_only_looked_for() {
    let events = told(&[ringing("101", 0)]);
    let mut books = Receipts::default();
    books.add(&events[0], Column::Missing, true);
    assert_eq!((books.on_the_way, books.balance()), (1, true));
    let own = Event { origin: Origin::Clock, ..missed(9) };
    let own = Told::from(&own);
    let mut books = Receipts::default();
    books.add(&own, Column::Folded, false);
    books.add(&own, Column::Missing, true);
    assert_eq!(books, Receipts::default());
    books.add(&own, Column::Missing, false);
    assert!(!books.balance());
}

#[test]
fn under_way_is_what_is_young_or_what_a_reader_has_not_read() {
    let lag = |group: &str, records, oldest| Lag {
        group: group.to_owned(),
        topic: backbone::Topic::Raw,
        partition: 0,
        records,
        oldest,
    };
    let lags = vec![lag("processor", 3, Some(at(50))), lag("journal", 0, None)];
    let way = UnderWay { since: at(1000), lags };
    assert!(way.may_be(at(1000), at(1000), &[]), "young");
    assert!(way.may_be(at(50), at(50), &["processor"]), "not read yet");
    assert!(!way.may_be(at(49), at(49), &["processor"]), "read");
    assert!(!way.may_be(at(50), at(50), &["journal", "sink-rbs-crm"]), "read by those");
    let way = UnderWay { since: at(1000), lags: vec![lag("journal", 1, None)] };
    assert!(way.may_be(at(5), at(5), &["journal"]), "how old it is, is not known");
}

#[test]
fn hours_are_whole_hours_of_utc() {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(hour(time("2026-11-28T07:59:59.999Z")), time("2026-11-28T07:00:00Z"));
    assert_eq!(hour(time("2026-11-28T08:00:00Z")), time("2026-11-28T08:00:00Z"));
    assert_eq!(hour(time("1969-12-31T23:30:00Z")), time("1969-12-31T23:00:00Z"));
}

fn connection(id: &str, status: ConnectionStatus, created: u64) -> Connection {
    serde_json::from_value(json!({
        "id": id, "account": "acme", "kind": "rbs-crm", "sources": ["acme-uis"], "timezone": "UTC", "base_url": "",
        "status": status, "settings": {}, "employees": [], "created_at": at(created), "version": 1
    }))
    .unwrap()
}

fn delivery(connection: &str, of: &Call, status: Status) -> Delivery {
    Delivery {
        connection: connection.parse().unwrap(),
        kind: "rbs-crm".to_owned(),
        call: of.id.clone(),
        lane: String::new(),
        wanted: of.revision,
        done: 0,
        status,
        attempts: 0,
        created_at: at(60),
        since: at(60),
        due_at: at(60),
        leased_until: None,
        done_at: None,
        note: String::new(),
        uncertain: false,
        rank: Rank::Live,
        replay: None,
        trace: String::new(),
    }
}

/// What the books say of a call with these connections and deliveries.
fn kept(of: &Call, connections: &[Connection], deliveries: &[Delivery]) -> (Vec<Stand>, Deliveries) {
    let found: Vec<Stand> = stand(of, connections, deliveries).into_iter().map(|(_, stand)| stand).collect();
    let mut books = Deliveries::default();
    for stand in &found {
        books.add(*stand, false);
    }
    (found, books)
}

#[test]
fn every_finished_call_stands_in_one_column_of_each_connection() {
    let of = call(&[ringing("101", 10), missed(30)]);
    let ids = ["a", "b", "c", "d", "e"];
    let status = |id| if id == "c" { ConnectionStatus::Paused } else { ConnectionStatus::Active };
    let mut connections: Vec<Connection> = ids.iter().map(|id| connection(id, status(*id), 0)).collect();
    connections.push(connection("later", ConnectionStatus::Active, 20));
    let statuses = [Status::Done, Status::Pending, Status::Pending, Status::Skipped, Status::Dead];
    let deliveries: Vec<Delivery> = ids.iter().zip(statuses).map(|(id, status)| delivery(id, &of, status)).collect();
    let (found, books) = kept(&of, &connections, &deliveries);
    assert_eq!(found, [Stand::Done, Stand::Pending, Stand::Parked, Stand::Skipped, Stand::Dead]);
    assert_eq!((books.calls, books.balance()), (5, true), "not one that was made after the call began");
    let told = [deliveries, vec![delivery("later", &of, Status::Done)]].concat();
    assert_eq!(kept(&of, &connections, &told).1.done, 2, "a replay may have told it all the same");
}

#[test]
fn a_finished_call_without_a_delivery_and_one_that_is_behind_are_missing() {
    let of = call(&[ringing("101", 10), missed(30)]);
    let connections = [connection("a", ConnectionStatus::Active, 0)];
    let (found, books) = kept(&of, &connections, &[]);
    assert_eq!((found, books.balance()), (vec![Stand::Missing], false));
    let behind = |status| Delivery { wanted: 1, ..delivery("a", &of, status) };
    let (found, books) = kept(&of, &connections, &[behind(Status::Done)]);
    assert_eq!((found, books.balance()), (vec![Stand::Behind], false));
    // What was given up stays as it is when a newer revision comes.
    assert!(kept(&of, &connections, &[behind(Status::Dead)]).1.balance());
    let mut books = Deliveries::default();
    books.add(Stand::Missing, true);
    assert_eq!((books.on_the_way, books.balance()), (1, true));
}

#[test]
fn a_delivery_of_a_call_that_the_journal_does_not_have_is_named() {
    let (of, other) =
        (call(&[missed(30)]), Call { id: schemas::CallId("acme-uis/18".to_owned()), ..call(&[missed(9)]) });
    let deliveries = [delivery("a", &of, Status::Done), delivery("a", &other, Status::Done)];
    let strange = strangers(&deliveries, &[of.id.clone()].into());
    assert_eq!(strange.iter().map(|delivery| &delivery.call).collect::<Vec<_>>(), [&other.id]);
}
