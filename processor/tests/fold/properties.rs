//! For every session: its events in any order, each any number of times, make the same call.

use proptest::prelude::*;
use schemas::{Event, PbxState};

use crate::given::{call, event, hangup, listed, sealed, then};

fn one() -> impl Strategy<Value = Event> {
    let state = prop_oneof![
        4 => Just(PbxState::Ringing), 3 => Just(PbxState::Answered), 2 => Just(PbxState::Missed), 2 => Just(PbxState::Hangup),
        1 => Just(PbxState::PresumedEnd),
    ];
    (state, 0..4_u8, 0..4_u8, 0..1000_u64, 0..1000_u64, 0..4_u8).prop_map(|(state, who, url, second, until, by)| {
        let event = one_said(state, who, url, second, until);
        if by == 0 && state.of_the_pbx() { when_asked(event, until) } else { event }
    })
}

/// The same said by the PBX when asked, with a beginning before it and a second recording.
fn when_asked(event: Event, until: u64) -> Event {
    let mut said = event.said;
    said.started_at = Some(crate::given::at(until));
    said.more_recordings = said.recording.iter().map(|url| format!("{url}b")).collect();
    let second = event.received_at.duration_since(crate::given::at(0)).as_secs().unsigned_abs();
    listed(said, second)
}

fn one_said(state: PbxState, who: u8, url: u8, second: u64, until: u64) -> Event {
    {
        let names = until % 8;
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
            state => {
                let mut said = event(state, &who, second).said;
                // Lost without a second of talk, and employees named in several ways.
                said.talk_seconds = (url == 0).then_some(0);
                said.who.sip = (names & 1 > 0).then(|| "acme_ivan".into());
                said.who.pbx_id = (names & 2 > 0).then(|| format!("50{url}").into());
                sealed(said, second)
            }
        }
    }
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

    /// What was told keeps its say, whatever is said when asked: outcome, direction, client, seconds, who talked.
    #[test]
    fn a14_what_is_said_when_asked_replaces_nothing(events in prop::collection::vec(one(), 1..10)) {
        let told: Vec<Event> = events.iter().filter(|event| event.origin == schemas::Origin::Webhook).cloned().collect();
        prop_assume!(told.iter().any(|event| event.said.state.of_the_pbx()));
        let (whole, alone) = (call(&events), call(&told));
        if told.iter().any(|event| matches!(event.said.state, PbxState::Hangup | PbxState::Missed)) {
            prop_assert_eq!(whole.outcome, alone.outcome);
            prop_assert_eq!(whole.presumed, alone.presumed);
        }
        prop_assert!(alone.client.is_none() || whole.client == alone.client);
        prop_assert!(alone.talk_seconds.is_none_or(|seconds| seconds == 0 || whole.talk_seconds == Some(seconds)));
        prop_assert!(whole.recordings.starts_with(&alone.recordings));
        // Of names that contradict each other nobody knows whom they join.
        let plain = |event: &Event| event.said.who.sip.is_none() && event.said.who.pbx_id.is_none();
        let mut asked = events.iter().filter(|event| event.origin != schemas::Origin::Webhook);
        let named = |call: &schemas::Call| call.talks.iter().filter(|talk| !talk.who.is_empty()).count();
        prop_assert!(named(&alone) == 0 || asked.any(|event| !plain(event)) || named(&whole) == named(&alone));
    }

    #[test]
    fn a_call_restored_from_its_record_goes_on_as_if_it_had_never_stopped((events, more) in twice()) {
        let whole: Vec<Event> = events.iter().chain(&more).cloned().collect();
        let restored = serde_json::from_slice(&serde_json::to_vec(&call(&events)).unwrap()).unwrap();
        let resumed = more.iter().fold(restored, |call, event| then(&call, event).0);
        prop_assert_eq!(resumed, call(&whole));
    }
}
