//! A4, A5: calls that never get their end.

use backbone::Topic;
use schemas::{Outcome, PbxState};

use crate::bench::{Bench, ago, event};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a4_a_call_without_an_end_is_closed_once_and_marked() {
    let bench = Bench::new().await;
    bench.say(&[event("rang", PbxState::Ringing, ago(301))]).await;
    bench.say(&[event("talked", PbxState::Ringing, ago(1900)), event("talked", PbxState::Answered, ago(1801))]).await;
    bench.say(&[event("going-on", PbxState::Ringing, ago(200)), event("going-on", PbxState::Answered, ago(199))]).await;
    bench.run().await;
    bench.run().await;
    let mut ended: Vec<_> = bench.calls(Topic::Finished).await;
    ended.sort_by(|a, b| a.session.cmp(&b.session));
    let seen: Vec<_> = ended.iter().map(|call| (call.session.as_str(), call.outcome, call.presumed)).collect();
    assert_eq!(seen, [("rang", Some(Outcome::Missed), true), ("talked", Some(Outcome::Answered), true)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a5_a_hangup_after_the_presumed_end_is_a_correction() {
    let bench = Bench::new().await;
    bench.say(&[event("1", PbxState::Answered, ago(1801))]).await;
    bench.run().await;
    bench.say(&[event("1", PbxState::Hangup, ago(5))]).await;
    bench.run().await;
    let seen: Vec<_> = bench
        .calls(Topic::Finished)
        .await
        .iter()
        .map(|call| (call.id.to_string(), call.revision, call.presumed))
        .collect();
    assert_eq!(seen, [("acme-uis/1".to_owned(), 2, true), ("acme-uis/1".to_owned(), 3, false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_no_event_holds_up_nothing() {
    let bench = Bench::new().await;
    let mut poison = crate::bench::record(&event("1", PbxState::Ringing, ago(5)));
    poison.value = b"{\"no\": \"event\"}".to_vec();
    bench.backbone.log.append(vec![poison]).await.unwrap();
    bench.say(&[event("2", PbxState::Missed, ago(5))]).await;
    bench.run().await;
    assert_eq!(bench.calls(Topic::Finished).await.len(), 1);
}
