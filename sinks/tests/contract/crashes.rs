//! Killed at any moment.

use std::time::Duration;

use backbone::ledger::Status;
use futures_util::future::join_all;

use crate::failures::{clean, richest};
use crate::far::Far;
use crate::site::{Site, eventually};

/// F3 between the CRM's success and our noting of it, F15 with a part of a call's records made: only the rest is made then.
pub async fn f3_f15_killed_after_any_record_it_ends_the_same(far: impl AsyncFn() -> Box<dyn Far>) {
    let clean = clean(&far).await;
    let one = async |made: usize| {
        let mut site = Site::start(&far).await;
        // The record is there, and the answer is on its way.
        site.far.faults().set_answer_delay(Duration::from_millis(300));
        site.tell(&[&richest()]).await;
        eventually("so many records are there", async || site.far.records().len() >= made).await;
        site.kill().await;
        site.far.faults().clear();
        site.resume().await;
        site.until(&richest(), Status::Done).await;
        assert_eq!(site.far.records(), clean, "killed after {made} records");
    };
    join_all((1..=clean.len()).map(one)).await;
}
