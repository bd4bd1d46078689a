//! One source in a hurry and the others; the order in the log tells, not the time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use schemas::PbxState;
use tokio::time::Instant;

use super::fakes::{FakeDirectory, FakeLog, Mood};
use super::{Bench, ringing, until};
use crate::batcher::Refusal;

#[tokio::test]
async fn h4_a_burst_is_delayed_and_not_refused_and_others_pass() {
    burst_and_single(1).await;
    burst_and_single(4).await;
}

async fn burst_and_single(at_once: usize) {
    let bench = at_once_bench(at_once);
    bench.log.hold();
    let burst = (0..2000).map(|call| {
        let (client, url) = (bench.client.clone(), bench.url("a"));
        tokio::spawn(async move { client.post(url).body(ringing(call)).send().await.unwrap().status() })
    });
    let burst: Vec<_> = burst.collect();
    // All but what is under way, in batches that may be full.
    until("the burst waits", || bench.ingest.parts.batcher.waiting(&"a".parse().unwrap()) >= 2000 - 256 * at_once)
        .await;
    let (client, url) = (bench.client.clone(), bench.url("b"));
    let single = tokio::spawn(async move { client.post(url).body(ringing(1)).send().await.unwrap().status() });
    until("the other source waits", || bench.ingest.parts.batcher.waiting(&"b".parse().unwrap()) == 1).await;
    bench.log.let_through(3000);
    assert_eq!(single.await.unwrap(), StatusCode::OK);
    for status in join_all(burst).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    let batches = bench.log.batches.lock().unwrap();
    let of_b = batches.iter().position(|batch| batch.iter().any(|record| record.key == "b/1")).unwrap();
    assert!(of_b <= 1 + at_once, "in batch {of_b} of {}", batches.len());
    assert!(batches[of_b].iter().take(2).any(|record| record.key == "b/1"));
    assert!(batches.iter().all(|batch| batch.len() <= 256));
    assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), 2001);
}

#[tokio::test]
async fn b9_several_appends_are_under_way_at_once_and_all_are_finished_at_the_end() {
    let bench = at_once_bench(4);
    bench.log.hold();
    let mut requests = Vec::new();
    for call in 1..=6 {
        let (client, url) = (bench.client.clone(), bench.url("a"));
        requests.push(tokio::spawn(async move { client.post(url).body(ringing(call)).send().await.unwrap().status() }));
        let counted = format!("append_records_count {}", call.min(4));
        until("the append began", || bench.metrics_text().contains(&counted)).await;
    }
    until("the others wait", || bench.ingest.parts.batcher.waiting(&"a".parse().unwrap()) == 2).await;
    bench.log.let_through(1);
    until("the next began", || bench.metrics_text().contains("append_records_count 5")).await;
    assert!(!bench.ingest.drain(Duration::from_millis(50)).await);
    bench.log.let_through(100);
    assert!(bench.ingest.drain(Duration::from_secs(5)).await);
    for status in join_all(requests).await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
    assert_eq!(bench.log.events().len(), 6);
    assert_eq!(bench.log.under_way_most.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn b4_a_request_answered_is_before_one_sent_then_however_many_are_under_way() {
    let bench = at_once_bench(8);
    let senders = (0..8).map(|call| {
        let (client, url) = (bench.client.clone(), bench.url("a"));
        tokio::spawn(async move {
            for state in ["RINGING", "ANSWERED", "HANGUP"] {
                let body = ringing(call).replace("RINGING", state);
                assert_eq!(client.post(&url).body(body).send().await.unwrap().status(), StatusCode::OK);
            }
        })
    });
    for sender in join_all(senders.collect::<Vec<_>>()).await {
        sender.unwrap();
    }
    for call in 0..8 {
        let key = format!("a/{call}");
        let events = bench.log.events().into_iter().filter(|event| event.key().to_string() == key);
        let states: Vec<_> = events.map(|event| event.said.state).collect();
        assert_eq!(states, [PbxState::Ringing, PbxState::Answered, PbxState::Hangup]);
    }
}

fn at_once_bench(at_once: usize) -> Bench {
    let log = Arc::new(FakeLog { at_once, ..FakeLog::default() });
    Bench::on(Arc::clone(&log), log, FakeDirectory::with(&["a", "b"]), None)
}

#[tokio::test]
async fn an_event_whose_sender_hung_up_is_kept() {
    let bench = Bench::start();
    bench.log.hold();
    let request = bench.client.post(bench.url("a")).body(ringing(1)).timeout(Duration::from_millis(200));
    assert!(request.send().await.is_err());
    bench.log.let_through(1);
    until("the event is written", || bench.log.events().len() == 1).await;
}

#[tokio::test]
async fn a_record_that_the_log_cannot_take_refuses_no_other() {
    let bench = Bench::start();
    bench.log.set(Mood::Picky);
    bench.log.hold();
    let send = |body| {
        let (client, url) = (bench.client.clone(), bench.url("a"));
        tokio::spawn(async move { client.post(url).body(body).send().await.unwrap().status().as_u16() })
    };
    let first = send(ringing(1));
    until("an append is under way", || bench.metrics_text().contains("append_records_count 1")).await;
    let others = [ringing(2), ringing(3).replace(":3,", ":\"poison\","), ringing(4)].map(send);
    until("the others wait", || bench.ingest.parts.batcher.waiting(&"a".parse().unwrap()) == 3).await;
    bench.log.let_through(100);
    let answers: Vec<_> = join_all(others).await.into_iter().map(Result::unwrap).collect();
    assert_eq!((first.await.unwrap(), &answers[..]), (200, &[200, 500, 200][..]));
    assert_eq!(bench.log.events().len(), 3);
}

#[tokio::test]
async fn waiting_has_a_deadline_and_an_end() {
    let bench = Bench::start();
    let batcher = &bench.ingest.parts.batcher;
    let a = "a".parse().unwrap();
    let soon = || Instant::now() + Duration::from_millis(50);
    let mut held = Vec::new();
    while let Ok(room) = batcher.room(&a, soon()).await {
        held.push(room);
    }
    assert_eq!(held.len(), 256);
    assert_eq!(batcher.room(&a, soon()).await.err(), Some(Refusal::Late));
    assert!(batcher.room(&"b".parse().unwrap(), soon()).await.is_ok());
    let later = Instant::now() + Duration::from_secs(20);
    let waiting = join_all((0..10_000).map(async |_| batcher.room(&a, later).await.is_ok()));
    let beyond = async {
        tokio::task::yield_now().await;
        let refused = batcher.room(&a, later).await.err();
        held.clear();
        refused
    };
    let (waiting, refused) = tokio::join!(waiting, beyond);
    assert_eq!(refused, Some(Refusal::Crowded));
    assert!(waiting.into_iter().all(|got_room| got_room));
}

#[tokio::test]
async fn sources_that_are_idle_take_no_memory() {
    let bench = Bench::start();
    let batcher = &bench.ingest.parts.batcher;
    let deadline = Instant::now() + Duration::from_secs(5);
    let busy = batcher.room(&"busy".parse().unwrap(), deadline).await.unwrap();
    for n in 0..1000 {
        assert!(batcher.room(&format!("s{n}").parse().unwrap(), deadline).await.is_ok());
    }
    assert!(batcher.rooms() <= 64, "{}", batcher.rooms());
    assert_eq!(batcher.waiting(&"busy".parse().unwrap()), 1);
    drop(busy);
}
