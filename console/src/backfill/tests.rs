//! The worker against simulated PBXs.

mod bench;
mod notifications;

use std::time::Duration;

use schemas::{Event, Origin, Outcome, PbxState};
use serde_json::json;
use simulators::uis;

use self::bench::{Bench, KEY, before};
use super::progress::Progress;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a14_b1_what_no_webhook_told_is_appended_and_nothing_else() {
    let bench = Bench::uis().await;
    let calls = bench.list_uis(12, before(HOUR));
    // A third is known whole; of a third the end is missing; of the rest nothing is known.
    for call in &calls[..4] {
        bench.keep(&[bench.told(call, PbxState::Answered), bench.told_end(call)]).await;
    }
    for call in &calls[4..8] {
        bench.keep(&[bench.told(call, PbxState::Answered)]).await;
    }
    bench.round().await;
    let events = bench.events().await;
    let of = |event: &Event| calls.iter().position(|call| event.session == call.call_id.as_str()).unwrap();
    let mut found: Vec<usize> = events.iter().map(of).collect();
    found.sort_unstable();
    assert_eq!(found, (4..12).collect::<Vec<_>>());
    for event in &events {
        let expected = &calls[of(event)].expected;
        assert_eq!(event.origin, Origin::Backfill);
        assert_eq!(event.said.who.extension.as_deref(), expected.answered_by.as_deref(), "by the employees' list");
        assert_eq!(event.said.recording.as_ref(), expected.recordings.first());
        assert!(event.body.text.contains("virtual_phone_number"), "word for word");
    }
    assert!(bench.progress().await.until.is_some());

    bench.fold().await;
    let before_again = bench.requests();
    bench.again().await;
    assert_eq!(
        (bench.events().await.len(), bench.requests()),
        (8, before_again + 1),
        "asked again, nothing is missing"
    );
}

#[tokio::test]
async fn a14_a8_a_recording_that_comes_late_is_told_once() {
    let bench = Bench::uis().await;
    let call = bench.list_uis(1, before(HOUR)).remove(0);
    let row = bench.uis.with(|_, store| store.all(uis::CALLS).next().unwrap().id);
    let records = |records: serde_json::Value| {
        let change = json!({"call_records": records}).as_object().unwrap().clone();
        bench.uis.with(|_, store| drop(store.change(uis::CALLS, row, change).cloned()));
    };
    let whole = bench.uis.with(|_, store| store.get(uis::CALLS, row).unwrap().get("call_records").clone());
    records(json!([]));
    bench.round().await;
    bench.fold().await;
    records(whole);
    for _ in 0..2 {
        bench.again().await;
        bench.fold().await;
    }
    let known = bench.call(&call.call_id).await;
    assert_eq!((bench.events().await.len(), known.recordings.len(), known.talks.len()), (2, 1, 1));
    assert_eq!((known.outcome, known.anomalies), (Some(Outcome::Answered), vec![]));
}

#[tokio::test]
async fn a14_a_window_with_more_calls_than_an_answer_holds_is_halved() {
    let bench = Bench::ringostat().await;
    bench.list_ringostat(7000, before(HOUR * 20));
    bench.round().await;
    let events = bench.events().await;
    let sessions: std::collections::BTreeSet<_> = events.iter().map(|event| event.session.clone()).collect();
    assert_eq!(sessions.len(), 7000);
    assert!(bench.pbx_requests() > 2, "{}", bench.pbx_requests());
    assert_eq!(bench.progress().await.error, None);
}

#[tokio::test]
async fn a14_f4_the_limit_of_requests_is_kept_to_and_waited_for() {
    let bench = Bench::uis().await;
    bench.list_uis(1, before(HOUR));
    // One request a minute of a second: the employees are asked for when the next begins.
    bench.uis.with(|api, _| (api.minute_limit, api.minute) = (1, Duration::from_secs(1)));
    bench.round().await;
    assert_eq!((bench.events().await.len(), bench.requests(), bench.progress().await.error), (1, 2, None));
    // Refused, and for longer than a round waits.
    bench.uis.with(|api, _| (api.minute_limit, api.minute) = (0, Duration::from_mins(10)));
    bench.again().await;
    let progress = bench.progress().await;
    assert!(progress.error.as_ref().unwrap().contains("limit"), "{progress:?}");
    let wait = progress.waits_until.unwrap().duration_since(bench.now());
    assert!((300..=600).contains(&wait.as_secs()), "as long as it said: {wait:?}");
    let asked = bench.requests();
    let bench = bench.restarted();
    bench.round().await;
    assert_eq!(bench.requests(), asked, "nobody asks before");
}

#[tokio::test]
async fn a14_after_an_outage_a_restart_goes_on_where_the_last_one_ended() {
    let bench = Bench::uis().await;
    bench.list_uis(4, before(HOUR * 24 * 4));
    bench
        .set(&Progress { until: Some(before(HOUR * 24 * 5)), looked_far_at: Some(bench.now()), ..Progress::default() })
        .await;
    bench.uis.with(|api, _| (api.minute_limit, api.minute) = (3, HOUR));
    bench.round().await;
    let half = bench.progress().await;
    assert!(half.until > Some(before(HOUR * 24 * 5)) && half.until < Some(before(HOUR * 24)), "{half:?}");
    let found = bench.events().await.len();
    assert_eq!(found, 4);
    bench.fold().await;
    bench.uis.with(|api, _| api.minute_limit = 1000);
    bench.set(&Progress { waits_until: None, ..half.clone() }).await;
    let asked = bench.requests();
    let bench = bench.restarted();
    bench.round().await;
    let whole = bench.progress().await;
    assert!(whole.until > Some(before(HOUR)) && whole.error.is_none(), "{whole:?}");
    assert!(bench.requests() - asked < 6, "not from the beginning");
    assert_eq!(bench.events().await.len(), found);
}

#[tokio::test]
async fn a14_two_processes_at_once_ask_once() {
    let bench = Bench::uis().await;
    bench.uis.faults().set_answer_delay(Duration::from_millis(300));
    let other = bench.another();
    let stop = tokio_util::sync::CancellationToken::new();
    let (one, two) =
        tokio::join!(bench.worker.round(bench.asked(), false, &stop), other.round(bench.asked(), false, &stop));
    assert!(one.0 != two.0, "one of them had the turn");
    other.round(bench.asked(), false, &stop).await;
    assert_eq!(bench.requests(), 1, "and later the other sees that it was just asked");
}

#[tokio::test]
async fn a14_n2_a_failure_is_noted_until_the_pbx_answers_again() {
    let bench = Bench::uis().await;
    bench.uis.with(|api, _| api.token = "another".to_owned());
    bench.round().await;
    let failed = bench.progress().await;
    let view = failed.clone().view("calls");
    assert!(view.error.as_ref().unwrap().contains("refused the api_key"), "{view:?}");
    assert!(!format!("{view:?}").contains(KEY) && view.compared_until.is_none());
    bench.uis.with(|api, _| api.token = KEY.to_owned());
    bench.round().await;
    assert!(bench.progress().await.error.is_some(), "not asked again so soon");
    bench.again().await;
    let well = bench.progress().await;
    assert!(well.error.is_none() && well.until.is_some(), "{well:?}");
}

#[tokio::test]
async fn a14_a_call_that_just_ended_is_left_to_its_webhooks() {
    let bench = Bench::uis().await;
    bench.list_uis(1, before(Duration::from_secs(70)));
    bench.round().await;
    assert_eq!((bench.requests(), bench.events().await.len()), (1, 0), "it ended half a minute ago");
    let bench = Bench::uis().await;
    bench.list_uis(1, before(Duration::from_secs(170)));
    bench.round().await;
    assert_eq!(bench.events().await.len(), 1, "it ended two minutes ago");
}
