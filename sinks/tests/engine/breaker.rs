//! CRMs that do not answer: nothing is lost, no try is burnt, and nobody else is slower for it.

use std::time::Duration;

use backbone::ledger::Status;
use schemas::Timestamp;
use schemas::time::earlier;
use sinks::engine::outage::outages;
use tokio_util::sync::CancellationToken;

use crate::many::{Mode, PLACES, Place};
use crate::site::eventually;

impl Place {
    async fn until_open(&self, n: usize) {
        let id = format!("crm-{n}");
        eventually(async || outages(&*self.backbone.memos).await.unwrap().contains_key(&id)).await;
    }

    async fn until_all(&self, n: usize, status: Status, count: usize) {
        eventually(async || {
            let deliveries = self.deliveries(n).await;
            deliveries.iter().filter(|it| it.status == status && it.leased_until.is_none()).count() == count
        })
        .await;
    }

    async fn until_none_in_hand(&self, n: usize) {
        eventually(async || self.deliveries(n).await.iter().all(|it| it.leased_until.is_none())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_while_a_crm_is_away_only_probes_are_sent_and_all_is_delivered_when_it_is_back() {
    let (place, calls) = (Place::new(1).await, 60);
    place.set(0, Mode::Fails);
    place.want(0, calls, Timestamp::now()).await;
    let stop = CancellationToken::new();
    let running = place.run(&stop);
    place.until_open(0).await;
    place.until_none_in_hand(0).await;
    let before = place.seen(0).requests;
    assert!(before <= 5 + PLACES as usize, "{before} requests, then none");
    let tries: u32 = place.deliveries(0).await.iter().map(|delivery| delivery.attempts).sum();
    assert!(tries <= 5, "what failed after it was known costs nothing: {tries}");
    let outage = outages(&*place.backbone.memos).await.unwrap().remove("crm-0").unwrap();
    assert!(outage.said.contains("503") && !outage.said.contains("79165554433"), "{}", outage.said);

    place.forget_most(0);
    eventually(async || place.seen(0).requests >= before + 2).await;
    assert_eq!(place.seen(0).most, 1, "one probe at a time");
    let now: u32 = place.deliveries(0).await.iter().map(|delivery| delivery.attempts).sum();
    assert_eq!(now, tries, "a probe costs no try");

    place.set(0, Mode::Answers);
    place.until_all(0, Status::Done, calls).await;
    assert_eq!(place.seen(0).made.len(), calls);
    eventually(async || outages(&*place.backbone.memos).await.unwrap().is_empty()).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_a_worker_that_begins_anew_begins_with_a_probe_and_the_same_outage() {
    let place = Place::new(1).await;
    place.set(0, Mode::Fails);
    place.want(0, 20, Timestamp::now()).await;
    let stop = CancellationToken::new();
    let running = place.run(&stop);
    place.until_open(0).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let (outage, requests) = (outages(&*place.backbone.memos).await.unwrap(), place.seen(0).requests);
    place.forget_most(0);

    let stop = CancellationToken::new();
    let running = place.run(&stop);
    eventually(async || place.seen(0).requests >= requests + 2).await;
    assert_eq!(place.seen(0).most, 1);
    assert_eq!(outages(&*place.backbone.memos).await.unwrap(), outage, "one outage, since the same time");
    place.set(0, Mode::Answers);
    place.until_all(0, Status::Done, 20).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_after_three_days_and_an_hour_what_is_given_up_says_so_and_the_rest_is_sent() {
    let (place, calls) = (Place::new(1).await, 40);
    place.set(0, Mode::Fails);
    // The trying began when the CRM went away.
    let long_ago = earlier(Timestamp::now(), Duration::from_hours(73));
    place.want(0, calls, long_ago).await;
    let stop = CancellationToken::new();
    let running = place.run_since(long_ago, &stop);
    place.until_open(0).await;
    place.set(0, Mode::Answers);
    let settled = async || {
        let deliveries = place.deliveries(0).await;
        deliveries.iter().all(|it| it.status != Status::Pending && it.leased_until.is_none())
    };
    eventually(settled).await;
    let deliveries = place.deliveries(0).await;
    let dead: Vec<_> = deliveries.iter().filter(|delivery| delivery.status == Status::Dead).collect();
    assert!(!dead.is_empty() && dead.len() <= 5 + PLACES as usize, "only what was tried: {}", dead.len());
    assert!(dead.iter().all(|it| it.note.starts_with("given up after 3d of trying: ") && it.note.contains("503")));
    let done = deliveries.iter().filter(|delivery| delivery.status == Status::Done).count();
    assert_eq!((done + dead.len(), place.seen(0).made.len()), (calls, done));
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_without_a_process_kills_no_delivery() {
    let (place, calls) = (Place::new(1).await, 40);
    place.set(0, Mode::Fails);
    place.want(0, calls, earlier(Timestamp::now(), Duration::from_hours(73))).await;
    let stop = CancellationToken::new();
    let running = place.run(&stop);
    place.until_open(0).await;
    assert!(place.deliveries(0).await.iter().all(|delivery| delivery.status == Status::Pending));
    place.set(0, Mode::Answers);
    // Those that failed before it opened are due again in a while.
    place.until_all(0, Status::Done, calls).await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_eight_connections_finish_while_two_hang() {
    let (place, calls) = (Place::new(10).await, 100);
    for n in 0..10 {
        if n < 2 {
            place.set(n, Mode::Hangs);
        }
        // The hanging ones have more than a worker takes, and were first.
        place.want(n, if n < 2 { 800 } else { calls }, Timestamp::now()).await;
    }
    let stop = CancellationToken::new();
    let running = place.run(&stop);
    for n in 2..10 {
        place.until_all(n, Status::Done, calls).await;
        assert_eq!(place.seen(n).made.len(), calls);
    }
    for n in 0..2 {
        let seen = place.seen(n);
        // As many as go ahead while it is not known whether it takes the credentials.
        assert_eq!((seen.now, seen.most, seen.requests), (2, 2, 2), "its own places, and no more");
        let in_hand = place.deliveries(n).await.iter().filter(|it| it.leased_until.is_some()).count();
        assert!(in_hand <= 4 * PLACES as usize, "{in_hand} in a worker's hands");
    }
    stop.cancel();
    running.abort();
}
