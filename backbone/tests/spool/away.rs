//! The log is away, in every way there is.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backbone::spool::RECORD_BYTES_MAX;
use backbone::{Error, Log as _};
use schemas::Timestamp;

use crate::bench::{Bench, record};
use crate::fakes::{Mood, until};

#[tokio::test]
async fn a_log_that_is_well_is_appended_to_past_the_disk() {
    let bench = Bench::start(Mood::Well).await;
    bench.append(&["1", "2"]).await.unwrap();
    bench.append(&[]).await.unwrap();
    assert_eq!(bench.log.values(), ["1", "2"]);
    assert_eq!(bench.log.calls.load(Ordering::Relaxed), 1);
    assert_eq!(bench.trouble.created.load(Ordering::Relaxed), 0);
    assert_eq!(bench.spool.appends_at_once(), 7);
    assert_eq!(bench.spool.expire(Timestamp::default()).await.unwrap(), 17);
}

#[tokio::test]
async fn b4_while_the_log_is_away_records_are_spooled_and_then_drained_in_order() {
    for mood in [Mood::Away, Mood::Full, Mood::Hangs, Mood::Silent, Mood::Panics] {
        let bench = Bench::start(mood).await;
        let values: Vec<_> = (0..1200).map(|n| n.to_string()).collect();
        for pair in values.chunks(2) {
            bench.append(&[&pair[0], &pair[1]]).await.unwrap();
        }
        let status = bench.spool.status();
        assert!(status.away && !status.disk_failing, "{mood:?} {status:?}");
        assert_eq!((status.records, status.appended, status.drained), (1200, 1200, 0), "{mood:?}");
        assert_eq!(status.oldest, Some(record("a", "").at));
        assert_eq!(status.bytes, std::fs::metadata(&bench.files("seg")[0]).unwrap().len());
        bench.log.set(Mood::Well);
        bench.until_drained().await;
        assert_eq!(bench.log.values(), values, "{mood:?}");
        let status = bench.spool.status();
        assert_eq!((status.drained, status.bytes, status.oldest), (1200, 0, None), "{mood:?}");
        bench.append(&["after"]).await.unwrap();
        assert_eq!(bench.log.values().last().unwrap(), "after");
        assert_eq!(bench.spool.status().appended, 1200, "{mood:?}: not spooled");
    }
}

#[tokio::test]
async fn b4_one_failure_is_enough_to_spool_at_once() {
    let bench = Bench::with(Mood::Hangs, |config| config.retry_min = Duration::from_mins(10)).await;
    for n in 0..200 {
        bench.append(&[&n.to_string()]).await.unwrap();
    }
    assert_eq!(bench.log.calls.load(Ordering::Relaxed), 1, "each would have waited for the log");
}

#[tokio::test]
async fn c2_records_whose_append_had_no_answer_come_twice_rather_than_not() {
    let bench = Bench::start(Mood::Silent).await;
    bench.append(&["1"]).await.unwrap();
    bench.log.set(Mood::Well);
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["1"]);
    let records = bench.log.records.lock().unwrap();
    assert!(records.len() >= 2);
    assert!(records.iter().all(|record| *record == records[0]), "the same to the last byte");
}

#[tokio::test]
async fn c10_a_record_that_the_log_never_takes_holds_up_no_other() {
    let bench = Bench::start(Mood::Picky).await;
    assert!(matches!(bench.spool.append(vec![record("poison", "0")]).await, Err(Error::Invalid(_))));
    assert_eq!(bench.spool.status().appended, 0);
    bench.log.set(Mood::Away);
    let large = record("a", &"x".repeat(RECORD_BYTES_MAX));
    assert!(matches!(bench.spool.append(vec![large]).await, Err(Error::Invalid(_))));
    for (key, value) in [("a", "1"), ("poison", "2"), ("a", "3")] {
        bench.spool.append(vec![record(key, value)]).await.unwrap();
    }
    bench.log.set(Mood::Picky);
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["1", "3"]);
    let status = bench.spool.status();
    assert_eq!((status.refused, status.drained), (1, 2));
    let refused = bench.dir.path().join("spool/refused");
    let kept = std::fs::read(&refused).unwrap();
    assert!(kept.ends_with(b"2") && kept.windows(6).any(|part| part == b"poison"));
    // With its name changed it is a segment like any other: the operator's way to try again.
    std::fs::rename(&refused, refused.with_file_name("00000000000000000999.seg")).unwrap();
    let bench = bench.restart(Mood::Well).await;
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["2"]);
}

#[tokio::test]
async fn b9_what_is_spooled_stays_on_disk_for_the_next_process() {
    let bench = Bench::start(Mood::Away).await;
    bench.append(&["1", "2"]).await.unwrap();
    assert!(!bench.spool.close(Duration::from_mins(1)).await, "a log that is away is not waited for");
    assert!(bench.append(&["3"]).await.is_err_and(|why| why.is_passing()));
    let modes = [bench.dir.path().join("spool"), bench.files("seg")[0].clone()];
    let modes = modes.map(|path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777);
    assert_eq!(modes, [0o700, 0o600]);
    let bench = bench.restart(Mood::Well).await;
    assert!(bench.spool.close(Duration::from_secs(20)).await);
    assert_eq!(bench.log.values(), ["1", "2"]);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_more_is_spooled_and_drained() {
    let bench = Bench::start(Mood::Away).await;
    bench.append(&["1"]).await.unwrap();
    // Polled once, so that it is on its way, and dropped.
    let mut append = Box::pin(bench.append(&["2"]));
    assert!(futures_util::FutureExt::now_or_never(append.as_mut()).is_none());
    drop(append);
    until("it is spooled", || bench.spool.status().records == 2).await;
    bench.log.set(Mood::Well);
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["1", "2"]);
}
