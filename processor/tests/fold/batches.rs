//! Folding batch by batch writes just what folding event by event makes, however the events are cut into batches.

use std::collections::{BTreeMap, HashMap};

use backbone::log::Position;
use backbone::{Record, Stored, Topic};
use processor::batch::{self, Events, Failed};
use processor::{Change, ProcessorMetrics, Set, fold};
use proptest::prelude::*;
use schemas::{Call, Event, PbxState, Timestamp};

use crate::given::{event, hangup, sealed};

/// What a batch writes: finished revisions in order, states by key.
type Written = (Vec<Vec<u8>>, BTreeMap<String, Vec<u8>>);

fn one() -> impl Strategy<Value = Event> {
    let state = prop_oneof![
        Just(PbxState::Ringing),
        Just(PbxState::Answered),
        Just(PbxState::Missed),
        Just(PbxState::Hangup),
        Just(PbxState::PresumedEnd),
    ];
    // Seconds far enough apart that sessions begin anew, close enough that most do not.
    (state, 0..3_u8, 0..3_u8, 0..8_u64, 0..9_u64).prop_map(|(state, session, who, hours, until)| {
        let second = hours * 3600;
        let mut event = match state {
            PbxState::Hangup => hangup(&who.to_string(), &format!("https://r/{who}"), second),
            PbxState::PresumedEnd => {
                let mut said = schemas::Said::only(state);
                said.heard_until = Some(crate::given::at(until * 3600));
                sealed(said, second)
            }
            state => event(state, &who.to_string(), second),
        };
        event.session = session.to_string().into();
        event
    })
}

fn json(call: &Call) -> Vec<u8> {
    serde_json::to_vec(call).unwrap()
}

fn event_by_event(calls: &mut HashMap<String, Call>, events: &[Event]) -> Written {
    let (mut finished, mut states) = (Vec::new(), BTreeMap::new());
    for event in events {
        let key = event.key().to_string();
        let (call, change) = fold(calls.remove(&key), event.clone());
        if change == Change::Changed && call.ended() {
            finished.push(json(&call));
        }
        if matches!(change, Change::Changed | Change::Earlier) || states.contains_key(&key) {
            states.insert(key.clone(), json(&call));
        }
        calls.insert(key, call);
    }
    (finished, states)
}

fn stored(event: &Event, key: String) -> Stored {
    let value = serde_json::to_vec(event).unwrap();
    let record = Record { topic: Topic::Raw, key, id: event.receipt, at: event.received_at, due: None, value };
    Stored { position: Position { partition: 0, offset: 0 }, record }
}

fn read(events: &[Event]) -> Events {
    let records = events.iter().map(|event| stored(event, event.key().to_string())).collect();
    Events::read(records, &ProcessorMetrics::default())
}

fn as_batch(sets: &mut HashMap<String, Set>, events: &[Event]) -> Written {
    let events = read(events);
    let before = events.keys.iter().map(|key| sets.remove(key)).collect();
    let due = |call: &Call| call.last_heard_at;
    let folded = batch::fold(events, before, due, &ProcessorMetrics::default()).unwrap();
    sets.extend(folded.sets);
    let (mut finished, mut states) = (Vec::new(), BTreeMap::new());
    for record in folded.outputs {
        let call: Call = serde_json::from_slice(&record.value).unwrap();
        assert_eq!((record.key.clone(), record.at), (call.key().to_string(), call.last_heard_at));
        assert_eq!(record.due, (record.topic == Topic::State).then_some(call.last_heard_at));
        match record.topic {
            Topic::Finished => finished.push(record.value),
            _ => assert!(states.insert(record.key, record.value).is_none(), "a state is written once a batch"),
        }
    }
    (finished, states)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_writes_what_its_events_make_one_by_one(
        batches in prop::collection::vec(prop::collection::vec(one(), 0..12), 1..5),
    ) {
        let (mut calls, mut sets) = (HashMap::new(), HashMap::new());
        for events in &batches {
            prop_assert_eq!(event_by_event(&mut calls, events), as_batch(&mut sets, events));
        }
        let derived: HashMap<String, Call> = sets.into_iter().map(|(key, set)| (key, set.into_call())).collect();
        prop_assert_eq!(derived, calls);
    }
}

#[test]
fn every_record_has_an_id_of_its_own() {
    let events: Vec<Event> = (0..100).map(|n| hangup("101", &format!("https://r/{n}"), n)).collect();
    let folded = batch::fold(read(&events), vec![None], |_| Timestamp::MIN, &ProcessorMetrics::default()).unwrap();
    let ids: std::collections::BTreeSet<_> = folded.outputs.iter().map(|record| record.id).collect();
    assert_eq!((ids.len(), folded.outputs.len()), (101, 101));
    assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
}

#[test]
fn a_batch_that_makes_too_much_is_refused_but_never_one_event() {
    let long = "x".repeat(50_000);
    let events: Vec<Event> = (0..100).map(|n| hangup("101", &format!("https://r/{n}/{long}"), n)).collect();
    let metrics = ProcessorMetrics::default();
    let due = |_: &Call| Timestamp::MIN;
    assert!(matches!(batch::fold(read(&events), vec![None], due, &metrics), Err(Failed::TooMuch)));
    let mut set = None;
    for event in &events {
        let folded = batch::fold(read(std::slice::from_ref(event)), vec![set], due, &metrics).unwrap();
        set = folded.sets.into_iter().next().map(|(_, set)| set);
    }
    assert_eq!(set.unwrap().into_call().revision, 100);
}

#[test]
fn c10_c12_what_is_no_event_is_passed_over_and_what_is_not_known_yet_is_kept() {
    let event = hangup("101", "https://r/1", 0);
    let key = event.key().to_string();
    let mut newer = serde_json::to_value(&event).unwrap();
    newer["version"] = 2.into();
    newer["said"]["queue"] = "sales".into();
    newer["said"]["mood"] = serde_json::json!({ "of": ["client", null], "points": -1.5 });
    newer["body"]["charset"] = "utf-8".into();
    let mut records = vec![stored(&event, key.clone()); 4];
    records[0].record.value = b"{\"no\": \"event\"}".to_vec();
    records[1].record.value = serde_json::to_vec(&newer).unwrap();
    records[3].record.key = "another/key".into();
    let metrics = ProcessorMetrics::default();
    let events = Events::read(records, &metrics);
    assert_eq!((events.keys.clone(), metrics.unreadable.get()), (vec![key], 2), "under its own key only");
    let folded = batch::fold(events, vec![None], |_| Timestamp::MIN, &metrics).unwrap();
    assert_eq!((folded.outputs.len(), metrics.folded.get(), metrics.repeated.get()), (2, 1, 1));
    for output in &folded.outputs {
        let call: serde_json::Value = serde_json::from_slice(&output.value).unwrap();
        assert_eq!(call["events"][0]["said"], newer["said"], "{:?}", output.topic);
    }
}
