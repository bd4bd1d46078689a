//! Beside the calls, the notifications that the PBX sent.

use std::time::Duration;

use schemas::{Origin, Outcome, PbxState};
use serde_json::json;
use simulators::uis;
use tokio_util::sync::CancellationToken;

use super::HOUR;
use super::bench::{Bench, before};
use crate::backfill::progress::{self, Progress};
use crate::backfill::{self, Asked};

const NAME: &str = "Уведомления";

async fn bench() -> Bench {
    let mut bench = Bench::uis().await;
    bench.entry.source.notifications_report = Some(NAME.to_owned());
    for (name, kind) in [("Звонки", uis::CALLS), (NAME, uis::NOTIFICATIONS)] {
        bench.uis.with(|_, store| store.seed(uis::REPORTS, json!({"name": name, "type": kind})));
    }
    bench
}

impl Bench {
    /// So many calls, answered and missed in turn, whose notifications were sent and did not arrive.
    fn notify(&self, count: usize, to: &str) -> Vec<uis::Scenario> {
        let kinds = vec![uis::Kind::Answered, uis::Kind::Missed];
        let zone = jiff::tz::TimeZone::get(&self.entry.source.timezone).unwrap();
        let calls: Vec<_> = uis::Generator::new(6, uis::GeneratorOptions { kinds, ..uis::GeneratorOptions::default() })
            .take(count)
            .collect();
        for call in &calls {
            self.uis.with(|_, store| uis::notify(store, call, before(HOUR), &zone, to));
        }
        calls
    }

    /// It is time to ask for a list again.
    async fn set_due(&self, list: &Asked) {
        let memos = &*self.worker.backbone.memos;
        if let Some((progress, seen)) = progress::read(memos, &list.name()).await.unwrap() {
            let due = Progress { asked_at: None, waits_until: None, ..progress };
            assert!(progress::write(memos, &list.name(), &due, seen).await.unwrap());
        }
    }

    /// The address as it stands in the PBX.
    fn hook(&self) -> String {
        format!("https://calls.example/hooks/{}", self.entry.secret.expose())
    }
}

#[tokio::test]
async fn a14_notifications_that_never_arrived_are_found_where_the_list_of_calls_has_nothing() {
    let bench = bench().await;
    let calls = bench.notify(20, &bench.hook());
    bench.notify(3, "https://calls.example/hooks/of-somebody-else");
    bench.round().await;
    bench.fold().await;
    let events = bench.events().await;
    assert_eq!(events.len(), 20, "one of each: its end");
    assert!(events.iter().all(|event| event.origin == Origin::Backfill && event.body.text.contains("call_state")));
    for call in &calls {
        let known = bench.call(&call.call_id).await;
        let expect = if call.kind == uis::Kind::Missed { Outcome::Missed } else { Outcome::Answered };
        assert_eq!((known.outcome, known.recordings.len()), (Some(expect), call.expected.recordings.len()));
        assert!(known.started_at <= before(Duration::from_mins(58)), "{}", known.started_at);
    }
    let asked = bench.requests();
    bench.again().await;
    assert_eq!(bench.events().await.len(), 20, "asked again, nothing is missing");
    assert_eq!(bench.requests(), asked + 1, "only the calls: the other list is not due");
}

#[tokio::test]
async fn a14_what_the_call_s_row_says_more_comes_in_whichever_list_is_asked_first() {
    for first in [0, 1] {
        let bench = bench().await;
        let call = bench.notify(1, &bench.hook()).remove(0);
        let zone = jiff::tz::TimeZone::get(&bench.entry.source.timezone).unwrap();
        let began = before(HOUR);
        bench.uis.with(|_, store| uis::list(store, &call, began, &zone));
        let lists = Asked::all(&bench.entry);
        for list in [first, 1 - first, first, 1 - first] {
            bench.set_due(&lists[list]).await;
            bench.worker.round(lists[list].clone(), false, &CancellationToken::new()).await;
            bench.fold().await;
        }
        let known = bench.call(&call.call_id).await;
        assert_eq!((known.started_at, known.use_number), (began, 1), "asked for {first} first");
        assert!(known.talk_seconds.is_some() && known.wait_seconds.is_some(), "{known:?}");
        assert!(bench.events().await.len() <= 2, "each tells it once");
    }
}

#[tokio::test]
async fn a14_a8_a_recording_told_hours_later_is_of_the_same_call() {
    let bench = bench().await;
    let call = bench.list_uis(1, before(HOUR * 20)).remove(0);
    let mut end = bench.told_end(&call);
    end.said.recording = None;
    end.received_at = before(HOUR * 20);
    bench.keep(&[end]).await;
    let zone = jiff::tz::TimeZone::get(&bench.entry.source.timezone).unwrap();
    bench.uis.with(|_, store| uis::notify(store, &call, before(HOUR), &zone, &bench.hook()));
    bench.round().await;
    bench.fold().await;
    let known = bench.call(&call.call_id).await;
    assert_eq!((known.use_number, known.recordings.len()), (1, call.expected.recordings.len()));
}

#[tokio::test]
async fn a14_f4_of_notifications_too_the_limit_is_kept_to_and_the_report_is_found_once() {
    let bench = bench().await;
    bench.notify(1, &bench.hook());
    bench.uis.with(|api, _| (api.minute_limit, api.minute) = (1, Duration::from_secs(1)));
    let list = Asked::all(&bench.entry).remove(1);
    let round = async || {
        bench.set_due(&list).await;
        bench.worker.round(list.clone(), false, &CancellationToken::new()).await;
    };
    while bench.events().await.is_empty() {
        round().await;
    }
    let asked = bench.requests();
    bench.uis.with(|api, _| api.minute_limit = 1000);
    round().await;
    assert_eq!(bench.requests(), asked + 1, "its number is known");
}

#[tokio::test]
async fn a14_b1_a_notification_and_its_webhook_are_one_event() {
    let bench = bench().await;
    let call = bench.notify(1, &bench.hook()).remove(0);
    bench.round().await;
    let mut webhook = bench.events().await.remove(0);
    assert!(matches!(webhook.said.state, PbxState::Hangup | PbxState::Missed));
    webhook.origin = Origin::Webhook;
    bench.fold().await;
    let known = bench.call(&call.call_id).await;
    let (same, _) = processor::fold::fold(Some(known.clone()), webhook);
    assert_eq!((same.revision, same.talks), (known.revision, known.talks));
}

#[tokio::test]
async fn a14_a_report_that_is_not_there_is_told_and_keeps_the_calls_from_nothing() {
    let mut bench = bench().await;
    bench.entry.source.notifications_report = Some("Nothing so named".to_owned());
    bench.list_uis(2, before(HOUR));
    bench.round().await;
    assert_eq!(bench.events().await.len(), 2);
    let view = backfill::view(&*bench.worker.backbone.memos, &bench.entry).await.unwrap().unwrap();
    assert!(view.error.as_ref().unwrap().contains("no report \"Nothing so named\""), "{view:?}");
    assert_eq!(view.compared_until, None, "as far as both were compared");
    bench.entry.source.notifications_report = None;
    let view = backfill::view(&*bench.worker.backbone.memos, &bench.entry).await.unwrap().unwrap();
    assert!(view.error.is_none() && view.compared_until.is_some(), "{view:?}");
}
