//! The disk is full or broken.

use std::sync::atomic::Ordering;

use backbone::Error;

use crate::bench::Bench;
use crate::fakes::{Mood, until};

#[tokio::test]
async fn b5_beyond_its_bound_the_spool_refuses_and_takes_again_when_drained() {
    let bench = Bench::with(Mood::Away, |config| config.max_bytes = 5000).await;
    let mut taken = Vec::new();
    let refused = loop {
        let value = taken.len().to_string();
        match bench.append(&[&value]).await {
            Ok(()) => taken.push(value),
            Err(why) => break why,
        }
        assert!(taken.len() < 100);
    };
    assert!(matches!(refused, Error::Full { part: "spool", .. }), "{refused}");
    assert!(taken.len() > 20 && bench.spool.status().bytes <= 5000);
    bench.log.set(Mood::Well);
    bench.until_drained().await;
    assert_eq!(bench.log.values(), taken);
    bench.log.set(Mood::Away);
    bench.append(&["again"]).await.unwrap();
}

#[tokio::test]
async fn b5_a_full_disk_is_told_as_full_and_leaves_no_half_record() {
    let bench = Bench::start(Mood::Away).await;
    bench.append(&["1"]).await.unwrap();
    bench.trouble.space.store(true, Ordering::Relaxed);
    for value in ["2", "3"] {
        let refused = bench.append(&[value]).await.unwrap_err();
        assert!(matches!(refused, Error::Full { part: "spool", .. }), "{refused}");
    }
    bench.trouble.space.store(false, Ordering::Relaxed);
    bench.append(&["4"]).await.unwrap();
    let bench = bench.restart(Mood::Well).await;
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["1", "4"]);
    assert_eq!(bench.spool.status().damaged, 0);
}

#[tokio::test]
async fn b7_after_a_failed_sync_nothing_is_acknowledged_until_a_new_segment_is_synced() {
    let bench = Bench::start(Mood::Away).await;
    bench.append(&["1"]).await.unwrap();
    let before = bench.files("seg");
    bench.trouble.sync.store(true, Ordering::Relaxed);
    for value in ["2", "3"] {
        let refused = bench.append(&[value]).await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable { part: "spool", .. }), "{refused}");
        assert!(bench.spool.status().disk_failing);
    }
    assert_eq!(bench.files("seg"), before, "segments that hold nothing acknowledged are gone");
    // Synced again, but not a new segment.
    bench.trouble.sync.store(false, Ordering::Relaxed);
    bench.trouble.create.store(true, Ordering::Relaxed);
    assert!(bench.append(&["4"]).await.is_err());
    bench.trouble.create.store(false, Ordering::Relaxed);
    bench.append(&["5"]).await.unwrap();
    assert!(!bench.spool.status().disk_failing);
    assert_eq!(bench.files("seg").len(), 2);
    bench.log.set(Mood::Well);
    bench.until_drained().await;
    assert_eq!(bench.log.values(), ["1", "5"]);
}

#[tokio::test]
async fn b7_with_a_broken_disk_a_log_that_is_back_is_written_to() {
    let bench = Bench::start(Mood::Away).await;
    bench.append(&["1"]).await.unwrap();
    bench.trouble.sync.store(true, Ordering::Relaxed);
    assert!(bench.append(&["2"]).await.is_err());
    bench.log.set(Mood::Well);
    until("the log is back", || !bench.spool.status().away).await;
    bench.append(&["3"]).await.unwrap();
    bench.until_drained().await;
    bench.append(&["4"]).await.unwrap();
    assert_eq!(bench.log.values(), ["1", "3", "4"]);
}

#[tokio::test]
async fn b6_a_segment_that_is_gone_holds_up_no_other() {
    let bench = Bench::with(Mood::Away, |config| config.segment_bytes = 1).await;
    for value in ["1", "2", "3"] {
        bench.append(&[value]).await.unwrap();
    }
    let segments = bench.files("seg");
    assert_eq!(segments.len(), 3);
    std::fs::remove_file(&segments[1]).unwrap();
    bench.log.set(Mood::Well);
    until("the others are drained", || bench.log.values() == ["1", "3"]).await;
    until("all is over", || bench.spool.status().bytes == 0).await;
    assert_eq!(bench.spool.status().damaged, 1);
}
