//! No record overtakes one of its key that was acknowledged before it came, whatever the log does meanwhile.

use std::sync::Arc;
use std::time::Duration;

use backbone::Log as _;
use backbone::spool::{SpoolConfig, Spooled};
use futures_util::future::join_all;
use proptest::prelude::*;

use crate::bench::{config, record};
use crate::fakes::{FakeLog, Mood, until};

const KEYS: usize = 4;
const RECORDS: usize = 60;

fn moods() -> impl Strategy<Value = Vec<Mood>> {
    let mood = prop_oneof![
        6 => Just(Mood::Well),
        2 => Just(Mood::Away),
        1 => Just(Mood::Full),
        1 => Just(Mood::Hangs),
        1 => Just(Mood::Silent),
        1 => Just(Mood::Panics),
    ];
    prop::collection::vec(mood, 0..60)
}

async fn write_all(script: Vec<Mood>, segment_bytes: u64) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let log = FakeLog::new(Mood::Well);
    log.script.lock().unwrap().extend(script);
    let quick = SpoolConfig {
        segment_bytes,
        log_timeout: Duration::from_millis(10),
        retry_min: Duration::from_millis(1),
        retry_max: Duration::from_millis(2),
        ..config(dir.path())
    };
    let spool = Arc::new(Spooled::open(log.clone(), quick).await.unwrap());
    let writers = (0..KEYS).map(|key| {
        let spool = Arc::clone(&spool);
        tokio::spawn(async move {
            for n in 0..RECORDS {
                spool.append(vec![record(&key.to_string(), &format!("{key}:{n}"))]).await.unwrap();
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    until("all is in the log", || spool.status().records == 0 && log.values().len() == KEYS * RECORDS).await;
    assert!(spool.close(Duration::from_secs(20)).await);
    log.values()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn b4_order_by_key_holds_through_every_switch(script in moods(), segment_bytes in 100_u64..5000) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let values = runtime.block_on(write_all(script, segment_bytes));
        for key in 0..KEYS {
            let begin = format!("{key}:");
            let of_key: Vec<_> = values.iter().filter(|value| value.starts_with(&begin)).cloned().collect();
            let expected: Vec<_> = (0..RECORDS).map(|n| format!("{key}:{n}")).collect();
            prop_assert_eq!(of_key, expected);
        }
    }
}
