//! Records of calls that go on, for connectors that ask for them.

use std::time::Duration;

use backbone::ledger::Status;
use backbone::{Record, Topic};
use schemas::time::earlier;
use schemas::{Call, CallState, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::crm::Crm;
use crate::site::{Site, call, eventually};

/// The call as it was while somebody talked.
fn talking(now: Timestamp) -> Call {
    Call { state: CallState::Talking, ended_at: None, revision: 2, ..call("1", now) }
}

fn ended(now: Timestamp) -> Call {
    Call { revision: 3, ..call("1", now) }
}

impl Site {
    async fn say(&self, topic: Topic, call: &Call) {
        let (key, value) = (call.key().to_string(), serde_json::to_vec(call).unwrap());
        let record = Record { topic, key, id: Uuid::now_v7(), at: Timestamp::now(), due: None, value };
        self.backbone.log.append(vec![record]).await.unwrap();
    }

    /// Waits until the delivery holds this revision.
    async fn until_held(&self, revision: u32) -> String {
        let (crm, id) = ("crm".parse().unwrap(), call("1", Timestamp::now()).id);
        let delivery = async || self.backbone.ledger.delivery(&crm, &id).await.unwrap();
        eventually(async || delivery().await.is_some_and(|(it, _)| it.status == Status::Done && it.done == revision))
            .await;
        delivery().await.unwrap().0.note
    }

    fn told(&self) -> Vec<bool> {
        self.told.lock().unwrap().clone()
    }
}

/// Sends a call that goes on and its end through a sink; what it was told of, and the note before the end.
async fn through(otherwise: impl FnOnce(&mut Crm), before: &Call) -> (Vec<bool>, String) {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let running = site.run_as(site.backbone.clone(), &stop, otherwise);
    site.say(Topic::State, before).await;
    let note = site.until_held(2).await;
    site.say(Topic::Finished, &ended(before.started_at)).await;
    site.until_held(3).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    (site.told(), note)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_a_record_made_while_the_call_goes_on_is_changed_at_its_end() {
    let (told, _) = through(|crm| crm.early = true, &talking(Timestamp::now())).await;
    assert_eq!(told, [false, true]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_what_the_crm_refuses_before_the_end_counts_nothing_against_the_call() {
    let refusing = |crm: &mut Crm| (crm.early, crm.refuses_early) = (true, true);
    let (told, note) = through(refusing, &talking(Timestamp::now())).await;
    assert_eq!(told, [true]);
    assert!(note.starts_with("before the end of the call: "), "{note}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_late_calls_and_connectors_that_do_not_ask_get_no_early_record() {
    let now = Timestamp::now();
    let long_ago = talking(earlier(now, Duration::from_mins(5)));
    for (early, call) in [(true, long_ago), (false, talking(now))] {
        let site = Site::new().await;
        let stop = CancellationToken::new();
        let running = site.run_as(site.backbone.clone(), &stop, |crm| crm.early = early);
        site.say(Topic::State, &call).await;
        let read = async || {
            let lag = site.backbone.log.lag().await.unwrap();
            lag.iter().any(|lag| lag.group == "notices-looking" && lag.records == 0)
        };
        eventually(read).await;
        site.say(Topic::Finished, &ended(call.started_at)).await;
        site.until_held(3).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(site.told(), [true]);
    }
}
