//! For every session: its events in any order, each any number of times, make the same call.

use proptest::prelude::*;
use schemas::{Event, PbxState};

use crate::given::{call, event, hangup, sealed, then};

fn one() -> impl Strategy<Value = Event> {
    let state = prop_oneof![
        4 => Just(PbxState::Ringing), 3 => Just(PbxState::Answered), 2 => Just(PbxState::Missed), 2 => Just(PbxState::Hangup),
        1 => Just(PbxState::PresumedEnd),
    ];
    (state, 0..4_u8, 0..4_u8, 0..1000_u64, 0..1000_u64).prop_map(|(state, who, url, second, until)| {
        let who = if who == 0 { String::new() } else { format!("10{who}") };
        match state {
            PbxState::Hangup => {
                hangup(&who, &if url == 0 { String::new() } else { format!("https://r/{url}") }, second)
            }
            PbxState::PresumedEnd => {
                let mut said = schemas::Said::only(state);
                said.heard_until = Some(crate::given::at(until));
                sealed(said, second)
            }
            state => event(state, &who, second),
        }
    })
}

/// A session, and the same session shuffled with repetitions.
fn twice() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    prop::collection::vec(one(), 1..10).prop_flat_map(|events| {
        let again = prop::collection::vec(prop::sample::select(events.clone()), 0..10);
        (Just(events), again).prop_flat_map(|(events, again)| {
            let all: Vec<Event> = events.iter().cloned().chain(again).collect();
            (Just(events), Just(all).prop_shuffle())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a1_a2_order_and_repetition_do_not_matter((events, shuffled) in twice()) {
        let expected = call(&events);
        prop_assert_eq!(&call(&shuffled), &expected);
        let distinct: std::collections::BTreeSet<_> = events.iter().map(|event| &event.id).collect();
        prop_assert_eq!(expected.revision as usize, distinct.len());
    }

    #[test]
    fn a_call_restored_from_its_record_goes_on_as_if_it_had_never_stopped((events, more) in twice()) {
        let whole: Vec<Event> = events.iter().chain(&more).cloned().collect();
        let restored = serde_json::from_slice(&serde_json::to_vec(&call(&events)).unwrap()).unwrap();
        let resumed = more.iter().fold(restored, |call, event| then(&call, event).0);
        prop_assert_eq!(resumed, call(&whole));
    }
}
