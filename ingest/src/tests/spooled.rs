//! The receiver with a spool before its log.

use std::sync::Arc;

use axum::http::StatusCode;
use backbone::spool::{SpoolConfig, Spooled};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use super::fakes::{FakeDirectory, FakeLog, Mood};
use super::{Bench, ringing, until};
use crate::SpoolMetrics;

fn text(spool: &Arc<Spooled>) -> String {
    let mut registry = Registry::default();
    SpoolMetrics::new(Arc::clone(spool), Arc::default()).register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    text
}

#[tokio::test]
async fn b4_b5_while_the_log_is_away_notifications_are_answered_until_the_disk_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(FakeLog::default());
    log.set(Mood::Away);
    let config = SpoolConfig { max_bytes: 4096, ..SpoolConfig::new(dir.path()) };
    let spool = Arc::new(Spooled::open(log.clone(), config).await.unwrap());
    let bench = Bench::on(log, spool.clone(), FakeDirectory::with(&["a"]), None);
    let mut taken = 0;
    let refused = loop {
        let response = bench.post("a", ringing(taken)).await;
        if response.status() != StatusCode::OK {
            break response;
        }
        taken += 1;
    };
    assert_eq!(
        (refused.status(), &refused.headers()["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"60".parse().unwrap())
    );
    assert!(refused.text().await.unwrap().contains("log-full"));
    assert!(taken > 2);
    let shown = text(&spool);
    for line in [
        "away 1",
        &format!("records {taken}"),
        "size_max_bytes 4096",
        &format!("appended_total {taken}"),
        "disk_failing 0",
    ] {
        assert!(shown.contains(&format!("ringfold_ingest_spool_{line}")), "{line}\n{shown}");
    }
    bench.log.set(Mood::Well);
    until("it is drained", || bench.log.events().len() == usize::try_from(taken).unwrap()).await;
    until("it is counted", || text(&spool).contains(&format!("ringfold_ingest_spool_drained_total {taken}\n"))).await;
    assert!(text(&spool).contains("ringfold_ingest_spool_oldest_age_seconds 0"));
}
