//! D3, D4, D9: state that is lost comes back from the log, and from the journal where the log let it go; state that an earlier
//! fold made wrongly is made right.

use std::time::Duration;

use backbone::{Record, Topic};
use processor::rebuild;
use schemas::time::later;
use schemas::{Call, Event, EventId, Outcome, PbxState};
use uuid::Uuid;

use crate::bench::{Bench, ago, answered_call, event};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d3_calls_rebuilt_from_the_log_are_byte_for_byte_the_same() {
    let first = Bench::new().await;
    for n in 0..50 {
        first.say(&answered_call(&n.to_string(), ago(3600 + n))).await;
        first.say(&[event(&format!("open-{n}"), PbxState::Ringing, ago(4000))]).await;
    }
    first.run().await;
    // All of the state is lost; what was said, the presumed ends among it, is not.
    let second = Bench::new().await;
    second.backbone.log.append(first.all(Topic::Raw).await).await.unwrap();
    second.run().await;
    let values = async |bench: &Bench| {
        let mut values: Vec<_> = bench.all(Topic::State).await.into_iter().map(|r| (r.key, r.value)).collect();
        values.sort();
        values
    };
    assert_eq!(values(&first).await.len(), 100);
    assert_eq!(values(&first).await, values(&second).await);
    assert_eq!(second.count(Topic::Raw).await, first.count(Topic::Raw).await, "nothing ended a second time");
}

/// A call as a fold with a bug would have left it, and as it should be: all that it derives is wrong, what was said is not.
async fn wrong_and_right(bench: &Bench) -> (Call, Call) {
    bench.say(&answered_call("1", ago(600))).await;
    bench.run().await;
    let right = bench.calls(Topic::Finished).await.pop().unwrap();
    let outcome = Some(Outcome::Missed);
    let wrong = Call { outcome, talks: Vec::new(), talk_seconds: None, recordings: Vec::new(), ..right.clone() };
    let state = bench.all(Topic::State).await.pop().unwrap();
    let state = Record { value: serde_json::to_vec(&wrong).unwrap(), id: Uuid::now_v7(), ..state };
    bench.backbone.log.append(vec![state]).await.unwrap();
    (wrong, right)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_what_an_earlier_fold_made_wrongly_its_next_word_makes_right() {
    let bench = Bench::new().await;
    let (_, right) = wrong_and_right(&bench).await;
    let mut late = event("1", PbxState::Hangup, ago(10));
    late.said.recording = Some("https://r/late".into());
    late.id = EventId::of(&[b"late"]);
    bench.say(&[late]).await;
    bench.run().await;
    let finished = bench.calls(Topic::Finished).await;
    let corrected = finished.last().unwrap();
    assert_eq!((&corrected.id, corrected.revision), (&right.id, right.revision + 1), "the same call, one correction");
    assert_eq!((corrected.outcome, &corrected.talks), (right.outcome, &right.talks));
    assert_eq!(corrected.recordings.len(), 2);
    assert_eq!(finished.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_made_again_from_what_was_said_the_difference_is_seen_and_a_word_makes_it_right() {
    let bench = Bench::new().await;
    let (wrong, right) = wrong_and_right(&bench).await;
    let said = async || {
        let records = bench.all(Topic::Raw).await;
        records.iter().map(|record| serde_json::from_slice::<Event>(&record.value).unwrap()).collect::<Vec<_>>()
    };
    let made = rebuild::calls(said().await).pop().unwrap();
    assert_eq!(made, right);
    assert_eq!(rebuild::differences(&right, &made), []);
    let fields: Vec<String> = rebuild::differences(&wrong, &made).into_iter().map(|differs| differs.field).collect();
    assert_eq!(fields, ["outcome", "recordings", "talks"]);
    // Said twice it is one word, and however late it comes it begins no other call.
    for days in [1, 2] {
        bench.say(&[rebuild::word(&made, later(right.started_at, Duration::from_hours(24 * days)))]).await;
    }
    bench.run().await;
    let finished = bench.calls(Topic::Finished).await;
    assert_eq!(finished.len(), 2, "one correction");
    let corrected = finished.last().unwrap();
    let Call { revision, events, .. } = corrected.clone();
    assert_eq!(corrected, &Call { revision, events, ..right.clone() }, "the same but for the word");
    assert_eq!(revision, right.revision + 1);
    assert_eq!(rebuild::differences(corrected, &rebuild::calls(said().await).pop().unwrap()), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d9_a_late_event_goes_on_from_the_journal_where_the_log_let_the_state_go() {
    let bench = Bench::new().await;
    let began = ago(5 * 86_400);
    let [ringing, answered, hangup] = answered_call("1", began);
    bench.say(&[ringing, answered]).await;
    bench.say(&[hangup]).await;
    bench.run().await;
    let ended = bench.calls(Topic::Finished).await.pop().unwrap();
    bench.backbone.journal.keep(std::slice::from_ref(&ended)).await.unwrap();
    assert!(bench.calls(Topic::State).await.is_empty(), "three days after its end the state is a tombstone");

    let mut late = event("1", PbxState::Hangup, ago(10));
    late.said.recording = Some("https://r/late".into());
    late.id = EventId::of(&[b"late"]);
    bench.say(&[late]).await;
    bench.run().await;
    let corrected = bench.calls(Topic::Finished).await.pop().unwrap();
    assert_eq!((corrected.id, corrected.revision), (ended.id, ended.revision + 1));
    assert_eq!(corrected.recordings.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a9_a_session_id_used_again_overwrites_nothing() {
    let bench = Bench::new().await;
    let began = ago(86_400);
    bench.say(&answered_call("1", began)).await;
    bench.say(&answered_call("1", later(began, Duration::from_hours(7)))).await;
    bench.run().await;
    let ids: Vec<String> = bench.calls(Topic::Finished).await.iter().map(|call| call.id.to_string()).collect();
    assert_eq!(ids, ["acme-uis/1", "acme-uis/1~2"]);
}
