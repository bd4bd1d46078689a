//! Two workers of one kind on one store: together they send what one may.

use std::sync::Arc;
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::ledger::{Rank, Wanted};
use backbone::memos::{Holder, Memo};
use backbone::sealed::Secret;
use backbone::{Backbone, Fut, Memos};
use schemas::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::site::{Site, call, connection, eventually};

/// About one a half second.
const PER_MINUTE: u32 = 120;
const CALLS: u32 = 12;

/// Memos that others may have, too.
struct Shared(Arc<dyn Memos>);

impl Memos for Shared {
    fn shared(&self) -> bool {
        true
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        self.0.read(name)
    }

    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        self.0.under(prefix)
    }

    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        self.0.write(name, value, seen)
    }

    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        self.0.forget(name, seen)
    }

    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool> {
        self.0.take_turn(name, holder, lease)
    }

    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()> {
        self.0.end_turn(name, holder)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_two_workers_send_together_what_one_may() {
    let site = Site::new().await;
    let memos: Arc<dyn Memos> = Arc::new(Shared(Arc::clone(&site.backbone.memos)));
    let workers = async || memos.under("worker/looking/").await.unwrap().len();
    let backbone = Backbone { memos: Arc::clone(&memos), ..site.backbone.clone() };
    // The embedded log has one reader; what is to be done comes by the ledger.
    let dir = tempfile::tempdir().unwrap();
    let other = Embedded::open(dir.path(), None).await.unwrap();
    let log = other.backbone().log;
    let (stop, leave) = (CancellationToken::new(), CancellationToken::new());
    let first = site.run_as(backbone.clone(), &stop, |crm| crm.per_minute = PER_MINUTE);
    let second = site.run_as(Backbone { log, ..backbone }, &leave, |crm| crm.per_minute = PER_MINUTE);
    eventually(async || workers().await == 2).await;

    let wanted: Vec<Wanted> = (0..CALLS)
        .map(|number| {
            let call = call(&number.to_string(), Timestamp::now());
            Wanted::of(&connection(), &call, &serde_json::to_vec(&call).unwrap(), Rank::Live)
        })
        .collect();
    site.backbone.ledger.want(&wanted, Timestamp::now()).await.unwrap();
    site.until_done(CALLS.into()).await;
    let asked = site.asked.lock().unwrap().clone();
    // Each has every other turn. Two that did not know of each other would need half the time.
    let spread = Duration::from_mins(1) / PER_MINUTE * (CALLS - 3);
    assert!(asked.len() == CALLS as usize && asked[asked.len() - 1] - asked[0] >= spread, "{asked:?}");

    leave.cancel();
    second.await.unwrap().unwrap();
    assert_eq!(workers().await, 1, "who leaves says so");
    stop.cancel();
    first.await.unwrap().unwrap();
}
