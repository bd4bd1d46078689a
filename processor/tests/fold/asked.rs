//! What a PBX says when asked afterwards: it fills what is blank, replaces nothing, and where it differs the call says so.

use schemas::{Call, Event, Outcome, PbxState, Said, Who};

use crate::given::{answered, at, call, event, hangup, listed, missed, ringing, sealed, then};

/// A row of the PBX's list: begun at 0, waited for 5 seconds, talked for so many.
fn row(who: &str, talk: u32, url: &str, second: u64) -> Event {
    let state = if talk == 0 { PbxState::Missed } else { PbxState::Hangup };
    let said = Said {
        recording: (!url.is_empty()).then(|| url.to_owned()),
        talk_seconds: Some(talk),
        wait_seconds: Some(5),
        started_at: Some(at(0)),
        ..event(state, who, second).said
    };
    listed(said, second)
}

fn urls(call: &Call) -> Vec<&str> {
    call.recordings.iter().map(|recording| recording.url.as_str()).collect()
}

fn talked(call: &Call) -> Vec<&str> {
    call.talks.iter().map(|talk| talk.who.name()).collect()
}

#[test]
fn a14_a_call_that_no_webhook_told_of_is_known_from_the_list() {
    let whole = call(&[row("101", 57, "https://r/1", 900)]);
    assert_eq!((whole.outcome, whole.talk_seconds, talked(&whole)), (Some(Outcome::Answered), Some(57), vec!["101"]));
    assert_eq!((whole.started_at, whole.ended_at), (at(0), Some(at(62))), "when it was, not when it was asked for");
    assert_eq!((whole.talks[0].began_at, urls(&whole)), (at(5), vec!["https://r/1"]));
    let lost = call(&[row("", 0, "", 900)]);
    assert_eq!((lost.outcome, lost.talk_seconds, lost.ended_at), (Some(Outcome::Missed), Some(0), Some(at(5))));
    assert!(whole.anomalies.is_empty() && lost.anomalies.is_empty());
}

#[test]
fn a14_what_is_blank_is_filled() {
    let presumed = |until| {
        let said = Said { heard_until: Some(at(until)), ..Said::only(PbxState::PresumedEnd) };
        sealed(said, until + 300)
    };
    // Only rung, taken to be missed: the list knows that somebody talked.
    let rung = call(&[ringing("101", 1), presumed(1), row("102", 57, "", 900)]);
    assert_eq!((rung.outcome, rung.presumed, talked(&rung)), (Some(Outcome::Answered), false, vec!["102"]));
    assert_eq!((rung.started_at, rung.ended_at), (at(1), Some(at(62))));
    // Answered by somebody who was not named, and never ended.
    let unnamed = call(&[ringing("", 0), answered("", 6), row("101", 57, "https://r/1", 900)]);
    assert_eq!((talked(&unnamed), unnamed.talk_seconds, urls(&unnamed)), (vec!["101"], Some(57), vec!["https://r/1"]));
    assert_eq!(unnamed.talks[0].began_at, at(6), "as it was heard");
    // The employee's other names make one person of both.
    let mut by_id = row("101", 57, "", 900).said;
    by_id.who = Who { pbx_id: Some("2345".into()), ..by_id.who };
    let both = call(&[answered("101", 6), listed(by_id, 900)]);
    assert_eq!((both.legs.len(), both.talks.len(), both.anomalies.len()), (1, 1, 0));
}

#[test]
fn a14_a_recording_is_one_however_its_address_is_written() {
    let told = hangup("101", "https://app.pbx.test/media/talk/77/rec1/", 62);
    let mut said = row("101", 57, "https://media.pbx.test/17/rec1", 900).said;
    said.more_recordings = vec!["https://media.pbx.test/17/rec2".to_owned()];
    let whole = call(&[told, listed(said, 900)]);
    assert_eq!(urls(&whole), ["https://app.pbx.test/media/talk/77/rec1/", "https://media.pbx.test/17/rec2"]);
}

#[test]
fn a14_what_was_told_stays_and_the_difference_is_said() {
    let rows = [
        (vec![missed(30), row("101", 57, "", 900)], Outcome::Missed, "that it was answered"),
        (vec![answered("101", 6), row("", 0, "", 900)], Outcome::Answered, "that it was missed"),
        (vec![hangup("101", "", 62), row("102", 57, "", 900)], Outcome::Answered, "that somebody else talked"),
    ];
    for (mut events, outcome, said) in rows {
        for _ in 0..events.len() {
            let call = call(&events);
            assert_eq!(call.outcome, Some(outcome), "{events:#?}");
            assert_eq!(call.anomalies.len(), 1, "{:?}", call.anomalies);
            assert!(call.anomalies[0].contains(said), "{:?}", call.anomalies);
            assert_eq!(
                call.talk_seconds.unwrap_or(0) > 0,
                outcome == Outcome::Answered && said != "that it was missed"
            );
            events.rotate_left(1);
        }
    }
}

#[test]
fn a14_a_session_id_used_again_is_a_new_call_although_only_the_list_tells_of_it() {
    let first = call(&[ringing("101", 0), missed(20)]);
    let mut again = row("102", 57, "", 90_000).said;
    again.started_at = Some(at(80_000));
    let (second, _) = then(&first, &listed(again, 90_000));
    assert_eq!((second.use_number, second.started_at), (2, at(80_000)));
    let (same, _) = then(&first, &row("102", 57, "https://r/late", 90_000));
    assert_eq!((same.use_number, same.revision), (1, 3), "asked late of the call that is there");
}
