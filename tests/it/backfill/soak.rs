//! Longer than a test may be; `tests/soak` runs it.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use simulators::pbx::{Answer, Sender};
use simulators::rbs::Table;
use simulators::uis;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use super::every::{self, Others};
use super::{pbx, source_of};
use crate::harness::{CrmSetup, Load, Site};

/// Between calls of UIS; Ringostat has half as many.
const EVERY: Duration = Duration::from_millis(500);
/// How many times faster than in life a call goes by.
const SPEED: f64 = 10.0;
/// Calls go on for so long before and after: longer than one takes, so that those that are lost began after there was a connection.
const AROUND: Duration = Duration::from_mins(1);
/// All is in the CRMs so long after somebody listens again.
const WITHIN: Duration = Duration::from_mins(15);
/// A call stands in its PBX's list, when it is over, as one that began so many seconds ago.
const LASTED: i64 = 40;

fn number<T: std::str::FromStr>(variable: &str, otherwise: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn acknowledged(answers: &[Answer]) -> bool {
    assert!(!answers.is_empty(), "a call that says nothing is none");
    answers.iter().all(Answer::is_acknowledged)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told to: tests/soak runs it"]
async fn a14_b1_minutes_without_ingest_under_load_lose_nothing_and_double_nothing() {
    let away = Duration::from_secs(60 * number("RINGFOLD_SOAK_MINUTES", 10));
    let (pbx, others) = (Arc::new(pbx().await), Arc::new(Others::start().await));
    let site = Site::start(CrmSetup::default().source(&source_of(&pbx)).more(&others.accounts())).await;
    let calls = usize::try_from((away + AROUND * 2).as_millis() / EVERY.as_millis()).unwrap();
    let seed: u64 = number("RINGFOLD_SOAK_SEED", 1410);
    let load = Load::new(seed, calls, &site.crm);
    let (start, mut ticks, mut told) = (Instant::now(), interval(EVERY), JoinSet::new());
    let (mut killed, mut back) = (false, None);
    for (n, call) in load.scenarios.iter().enumerate() {
        ticks.tick().await;
        if !killed && start.elapsed() > AROUND {
            site.process.kill();
            killed = true;
        }
        if back.is_none() && start.elapsed() > AROUND + away {
            site.process.start().await;
            back = Some(Instant::now());
        }
        let sender = |hook: &str| Sender::new(&site.http, hook).unwrap().speed(SPEED).unwrap();
        let (to, pbx, call) = (sender(&site.hook()), Arc::clone(&pbx), call.clone());
        told.spawn(async move {
            let whole = acknowledged(&to.send(&call).await);
            let began = Timestamp::now() - SignedDuration::from_secs(LASTED);
            pbx.with(|_, store| uis::list(store, &call, began, &TimeZone::get("Europe/Moscow").unwrap()));
            whole
        });
        if n % 2 == 0 {
            let (to, others) = (sender(&every::hook(&site)), Arc::clone(&others));
            let call = every::call(seed + n as u64, 0);
            told.spawn(async move {
                let whole = acknowledged(&to.send(&call).await);
                others.list(&call);
                whole
            });
        }
    }
    let (all, heard) = (told.len(), told.join_all().await.into_iter().filter(|whole| *whole).count());
    let back = back.unwrap();
    println!("{all} calls, of which {heard} were told as they went; nobody listened for {} s", away.as_secs());
    assert!(heard * 2 < all, "most of them are lost, where nobody listens for longer than somebody does");
    loop {
        let mut held = vec![("rbs-crm", calls, site.crm.snapshot().rows(Table::ContactDocuments).len())];
        held.extend(others.registers().map(|(crm, ids)| (crm, all, ids.len())));
        if held.iter().all(|(_, due, is)| is >= due) && site.nothing_waits().await {
            break;
        }
        assert!(back.elapsed() < WITHIN, "{held:?}");
        sleep(Duration::from_secs(1)).await;
    }
    println!("all in five CRMs {} s after somebody listened again", back.elapsed().as_secs());
    load.compare(&site.crm.snapshot());
    others.compare(all);
    site.balanced().await;
}
