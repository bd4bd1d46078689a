//! Longer than a test may be; `tests/soak` runs it.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use simulators::rbs::Table;
use simulators::uis::{self, Sender};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use super::{pbx, source_of};
use crate::harness::{CrmSetup, Load, Site};

/// Between calls.
const EVERY: Duration = Duration::from_millis(250);
/// How many times faster than in life a call goes by.
const SPEED: f64 = 10.0;
/// Calls go on for so long before and after: longer than one takes, so that those that are lost began after there was a connection.
const AROUND: Duration = Duration::from_mins(1);
/// All is in the CRM so long after somebody listens again.
const WITHIN: Duration = Duration::from_mins(15);

fn number<T: std::str::FromStr>(variable: &str, otherwise: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told to: tests/soak runs it"]
async fn a14_b1_minutes_without_ingest_under_load_lose_nothing_and_double_nothing() {
    let away = Duration::from_secs(60 * number("RINGFOLD_SOAK_MINUTES", 10));
    let pbx = Arc::new(pbx().await);
    let site = Site::start(CrmSetup::default().source(&source_of(&pbx))).await;
    let calls = usize::try_from((away + AROUND * 2).as_millis() / EVERY.as_millis()).unwrap();
    let load = Load::new(number("RINGFOLD_SOAK_SEED", 1410), calls, &site.crm);
    let (start, mut ticks, mut told) = (Instant::now(), interval(EVERY), JoinSet::new());
    let (mut killed, mut back) = (false, None);
    for call in &load.scenarios {
        ticks.tick().await;
        if !killed && start.elapsed() > AROUND {
            site.process.kill();
            killed = true;
        }
        if back.is_none() && start.elapsed() > AROUND + away {
            site.process.start().await;
            back = Some(Instant::now());
        }
        let sender = Sender::new(&site.http, &site.hook()).unwrap().speed(SPEED).unwrap();
        let (pbx, call) = (Arc::clone(&pbx), call.clone());
        told.spawn(async move {
            let heard = sender.send(&call).await.iter().filter(|answer| answer.is_acknowledged()).count();
            // It stands in the list when it is over; each webhook was sent once.
            let began = Timestamp::now() - SignedDuration::from_secs(40);
            pbx.with(|_, store| uis::list(store, &call, began, &TimeZone::get("Europe/Moscow").unwrap()));
            heard == call.notifications.len()
        });
    }
    let heard = told.join_all().await.into_iter().filter(|whole| *whole).count();
    let back = back.unwrap();
    println!("{calls} calls, of which {heard} were told as they went; nobody listened for {} s", away.as_secs());
    assert!(heard < calls, "most of them were lost");
    while site.crm.snapshot().rows(Table::ContactDocuments).len() < calls || !site.nothing_waits().await {
        assert!(back.elapsed() < WITHIN, "{} of {calls}", site.crm.snapshot().rows(Table::ContactDocuments).len());
        sleep(Duration::from_secs(1)).await;
    }
    println!("all in the CRM {} s after somebody listened again", back.elapsed().as_secs());
    load.compare(&site.crm.snapshot());
    site.balanced().await;
}
