//! What PBXs do, and what it must amount to.

use processor::Change;
use processor::end::presumed_end;
use processor::fold::{MOST_EVENTS, ends_by};
use schemas::{CallState, Outcome, Timing};

use crate::given::{answered, at, call, hangup, missed, ringing, sealed, then};

fn extensions(call: &schemas::Call) -> Vec<&str> {
    call.legs.iter().map(|leg| leg.who.name()).collect()
}

#[test]
fn an_answered_call_with_a_recording() {
    let call = call(&[ringing("101", 0), answered("101", 5), hangup("101", "https://r/1", 60)]);
    assert_eq!((call.state, call.outcome, call.revision), (CallState::Ended, Some(Outcome::Answered), 3));
    assert_eq!((call.started_at, call.answered_at, call.ended_at), (at(0), Some(at(5)), Some(at(60))));
    assert_eq!(call.talked_last().unwrap().name(), "101");
    assert_eq!(call.recordings[0].url, "https://r/1");
    assert_eq!(call.id.as_str(), "acme-uis/17");
    assert_eq!(call.talk_seconds, None, "unknown stays unknown");
}

#[test]
fn in_a_ring_group_one_answers_and_the_others_are_not_missed() {
    let ring = [ringing("101", 0), ringing("102", 0), ringing("103", 1), answered("102", 6)];
    let talking = call(&ring);
    assert_eq!((talking.state, talking.outcome), (CallState::Talking, None));
    assert_eq!(extensions(&talking), ["101", "102", "103"]);
    let who_answered: Vec<_> =
        talking.legs.iter().filter(|leg| leg.answered_at.is_some()).map(|leg| leg.who.name()).collect();
    assert_eq!(who_answered, ["102"]);
}

#[test]
fn a10_after_a_transfer_who_talked_last_is_responsible() {
    let events = [
        ringing("101", 0),
        answered("101", 5),
        ringing("102", 30),
        answered("102", 35),
        hangup("101", "https://r/1", 90),
    ];
    let call = call(&events);
    assert_eq!(call.talks.iter().map(|talk| talk.who.name()).collect::<Vec<_>>(), ["101", "102"]);
    assert_eq!(call.talked_last().unwrap().name(), "102");
}

#[test]
fn a1_the_same_thing_said_a_hundred_times_is_one_event() {
    let first = call(&[ringing("101", 0)]);
    for second in 0..100 {
        assert_eq!(then(&first, &ringing("101", second)), (first.clone(), Change::Repeated));
    }
    assert_eq!(first.revision, 1);
}

#[test]
fn a2_a_hangup_before_the_ringing() {
    let events = [ringing("101", 0), answered("101", 5), hangup("101", "https://r/1", 60)];
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    assert_eq!(call(&events), call(&backwards));
    // Also where the late ones were received late: the same call, but for the times of receipt.
    let late = call(&[hangup("101", "https://r/1", 60), ringing("101", 61), answered("101", 62)]);
    assert_eq!((late.outcome, late.revision, extensions(&late)), (Some(Outcome::Answered), 3, vec!["101"]));
}

#[test]
fn a3_two_events_at_the_same_instant() {
    let (one, other) = (ringing("101", 0), ringing("102", 0));
    assert_eq!(call(&[one.clone(), other.clone()]), call(&[other, one]));
}

#[test]
fn a4_a_call_without_an_end_ends_by_time() {
    let timing = Timing::default();
    let ringing = call(&[ringing("101", 0)]);
    assert_eq!(ends_by(&ringing, timing), Some(at(300)));
    let talking = call(&[crate::given::ringing("101", 0), answered("101", 10)]);
    assert_eq!(ends_by(&talking, timing), Some(at(1810)));
    for (before, outcome) in [(ringing, Outcome::Missed), (talking, Outcome::Answered)] {
        let end = presumed_end(&before, at(4000));
        let (ended, _) = then(&before, &end);
        assert_eq!((ended.state, ended.outcome, ended.presumed), (CallState::Ended, Some(outcome), true));
        assert_eq!((ends_by(&ended, timing), ended.ended_at), (None, Some(at(4000))));
        assert_eq!(then(&ended, &presumed_end(&before, at(4001))).1, Change::Repeated, "said twice is said once");
    }
}

#[test]
fn a4_an_outgoing_call_that_rings_may_be_a_talk_that_nobody_tells_of() {
    let mut dialled = ringing("101", 0).said;
    dialled.direction = Some(schemas::Direction::Outgoing);
    let dialled = call(&[sealed(dialled, 0)]);
    assert_eq!(ends_by(&dialled, Timing::default()), Some(at(1800)));
    assert_eq!(then(&dialled, &presumed_end(&dialled, at(1801))).0.outcome, Some(Outcome::Missed));
}

#[test]
fn a5_a_hangup_after_the_presumed_end_corrects_the_call() {
    let before = call(&[ringing("101", 0), answered("101", 10)]);
    let (presumed, _) = then(&before, &presumed_end(&before, at(2000)));
    let (corrected, _) = then(&presumed, &hangup("101", "https://r/1", 3000));
    assert_eq!((corrected.presumed, corrected.ended_at, corrected.revision), (false, Some(at(3000)), 4));
    assert_eq!(corrected.id, presumed.id);
}

#[test]
fn a5_a_word_after_the_presumed_end_opens_the_call_again() {
    let before = call(&[ringing("101", 0)]);
    let (presumed, _) = then(&before, &presumed_end(&before, at(400)));
    let (open, _) = then(&presumed, &answered("101", 500));
    assert_eq!((open.state, open.presumed), (CallState::Talking, false));
    assert_eq!(ends_by(&open, Timing::default()), Some(at(2300)));
}

#[test]
fn a6_missed_and_answered_both_said() {
    for events in
        [[ringing("101", 0), answered("101", 5), missed(6)], [ringing("101", 0), missed(5), answered("101", 6)]]
    {
        let call = call(&events);
        assert_eq!((call.state, call.outcome), (CallState::Ended, Some(Outcome::Answered)));
        assert_eq!(call.anomalies.len(), 1);
    }
}

#[test]
fn a7_missed_without_an_extension_names_nobody() {
    let call = call(&[missed(0)]);
    assert_eq!((call.outcome, call.legs.len(), call.talked_last()), (Some(Outcome::Missed), 0, None));
}

#[test]
fn a8_every_recording_is_kept_once() {
    let call = call(&[
        answered("101", 0),
        hangup("101", "https://r/1", 60),
        hangup("101", "https://r/1", 61),
        hangup("101", "https://r/2", 90_000),
    ]);
    assert_eq!(call.recordings.iter().map(|r| r.url.as_str()).collect::<Vec<_>>(), ["https://r/1", "https://r/2"]);
    assert_eq!(call.use_number, 1, "a recording that comes a day later belongs to its call");
}

#[test]
fn a9_a_session_id_used_again_is_another_call() {
    let first = call(&[ringing("101", 0), missed(30)]);
    let again = ringing("101", 30 + 6 * 3600 + 1);
    let (second, _) = then(&first, &again);
    assert_eq!((second.id.as_str(), second.use_number, second.revision), ("acme-uis/17~2", 2, 1));
    let within = ringing("102", 6 * 3600);
    let (same, _) = then(&first, &within);
    assert_eq!((same.use_number, same.revision), (1, 3));
}

#[test]
fn a13_the_clock_of_the_pbx_orders_nothing() {
    let mut early = answered("101", 5).said;
    early.started_at = Some(at(0) - jiff::SignedDuration::from_hours(5));
    let call = call(&[ringing("101", 0), sealed(early, 5)]);
    assert_eq!((call.started_at, call.answered_at), (at(0), Some(at(5))));
    assert!(call.events.iter().any(|heard| heard.said.started_at.is_some()), "what it said is kept");
}

#[test]
fn a_call_takes_a_bounded_number_of_events() {
    let many: Vec<_> = (0..MOST_EVENTS as u64 + 50).map(|n| hangup("101", &format!("https://r/{n}"), n)).collect();
    assert_eq!(call(&many).events.len(), MOST_EVENTS);
    // However often it rang, the end of it is heard, and so is the clock.
    let rang: Vec<_> = (0..MOST_EVENTS as u64 + 50).map(|n| ringing(&n.to_string(), n)).collect();
    let full = call(&rang);
    assert_eq!(then(&full, &missed(999)).0.outcome, Some(Outcome::Missed));
    assert_eq!(then(&full, &presumed_end(&full, at(9999))).0.state, CallState::Ended);
}
