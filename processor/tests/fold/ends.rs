//! Ends that say how long the talk was, and ends that come alone.

use schemas::{Call, Event, Origin, Outcome, PbxState};

use crate::given::{answered, at, call, event, hangup, missed, ringing, sealed};

/// An end that says the seconds of talk.
fn measured(state: PbxState, who: &str, seconds: u32, at: u64) -> Event {
    let mut said = event(state, who, at).said;
    said.talk_seconds = Some(seconds);
    sealed(said, at)
}

fn talked(call: &Call) -> Vec<&str> {
    call.talks.iter().map(|talk| talk.who.name()).collect()
}

#[test]
fn n1_an_end_alone_tells_the_whole_call() {
    let answered = call(&[measured(PbxState::Hangup, "101", 57, 0)]);
    assert_eq!(
        (answered.outcome, answered.talk_seconds, talked(&answered)),
        (Some(Outcome::Answered), Some(57), vec!["101"])
    );
    let lost = call(&[measured(PbxState::Missed, "101", 0, 0)]);
    assert_eq!((lost.outcome, talked(&lost).len()), (Some(Outcome::Missed), 0));
    assert_eq!(lost.legs[0].who.name(), "101", "who called, or was called, is known of a lost call too");
}

#[test]
fn n1_an_answer_counts_unless_the_end_says_that_nobody_talked() {
    let rows = [
        (vec![answered("101", 5), measured(PbxState::Missed, "", 0, 30)], Outcome::Missed, None, vec![]),
        (vec![answered("101", 5), missed(30)], Outcome::Answered, None, vec!["101"]),
        (vec![answered("101", 5), measured(PbxState::Hangup, "101", 0, 30)], Outcome::Answered, Some(0), vec!["101"]),
        (
            vec![answered("101", 5), measured(PbxState::Missed, "", 0, 30), measured(PbxState::Hangup, "102", 9, 60)],
            Outcome::Answered,
            Some(9),
            vec!["101"],
        ),
    ];
    for (mut events, outcome, seconds, who) in rows {
        for _ in 0..events.len() {
            let call = call(&events);
            assert_eq!((call.outcome, talked(&call)), (Some(outcome), who.clone()), "{events:#?}");
            assert_eq!(call.answered_at.is_some(), outcome == Outcome::Answered);
            assert_eq!(call.talk_seconds.filter(|_| outcome == Outcome::Answered), seconds);
            events.rotate_left(1);
        }
    }
}

#[test]
fn what_a_pbx_says_when_asked_takes_no_answer_back() {
    let mut asked = measured(PbxState::Missed, "", 0, 30);
    asked.origin = Origin::Backfill;
    assert_eq!(call(&[answered("101", 5), asked]).outcome, Some(Outcome::Answered));
}

#[test]
fn a14_b1_a_webhook_and_the_same_found_in_the_report_are_one_word_whichever_is_folded_first() {
    let webhook = hangup("101", "https://r/1", 40);
    let mut found = Event { origin: Origin::Backfill, received_at: at(400), ..webhook.clone() };
    found.said.started_at = Some(at(0));
    let orders = [vec![webhook.clone(), found.clone()], vec![found.clone(), webhook.clone()]];
    for order in orders {
        assert_eq!(call(&order), call(std::slice::from_ref(&webhook)), "what the webhook told");
    }
    let mut earlier = found;
    earlier.received_at = at(20);
    let [one, other] = [vec![webhook.clone(), earlier.clone()], vec![earlier, webhook]].map(|order| call(&order));
    assert_eq!((one.events[0].origin, one.events[0].at), (Origin::Webhook, at(20)));
    assert_eq!(one, other);
}

#[test]
fn r1_the_end_of_the_call_and_the_recording_of_its_talk_are_one_talk() {
    let end = measured(PbxState::Hangup, "", 31, 35);
    let recorded = hangup("101", "https://r/1", 90);
    let whole = call(&[ringing("101", 0), answered("101", 4), end.clone(), recorded.clone()]);
    assert_eq!((talked(&whole), whole.talk_seconds, whole.recordings.len()), (vec!["101"], Some(31), 1));
    let unheard = call(&[ringing("101", 0), end, recorded]);
    assert_eq!((talked(&unheard), unheard.outcome), (vec!["101"], Some(Outcome::Answered)));
}
