//! What PostgreSQL decided when there was next to nothing must do for a backlog, too: its plans are kept for hours, and what it
//! counted may be as old.

use std::time::Duration;

use backbone::ledger::{Ledger, Limit, Rank, Skip, StepStatus, Waiting, Wanted};
use backbone::postgres::PostgresStore;
use backbone::sealed::SecretKey;
use backbone::store::Journal;
use schemas::time::later;

use crate::journal;
use crate::ledger::{done, entry};
use crate::make::{at, connect, database, wanted};

const LEASE: Duration = Duration::from_mins(1);
/// Deliveries of each rank, and calls.
const WAITING: u32 = 3_000;
const ROUNDS: u32 = 5;

/// A call comes in the lane of one that waits; some are taken, written, kept, and all but one given back.
async fn all_that_a_worker_does(ledger: &dyn Ledger, round: u32) {
    let new = wanted("crm", &format!("s/new{round}"), &format!("+{round}"), 1);
    ledger.want(&[new], at(0)).await.unwrap();
    let limits = vec![Limit { connection: "crm".parse().unwrap(), places: 8, ahead: 4, reserve: 1 }];
    let claims = ledger.claim(&limits, at(1), LEASE, 9).await.unwrap();
    assert!(!claims.is_empty());
    for claim in &claims {
        ledger.write(claim, &entry(StepStatus::Trying)).await.unwrap();
        ledger.extend(claim, later(at(1), 2 * LEASE)).await.unwrap();
        ledger.write(claim, &entry(StepStatus::Done)).await.unwrap();
        assert!(ledger.delivery(&claim.delivery.connection, &claim.delivery.call).await.unwrap().is_some());
    }
    for claim in &claims[1..] {
        ledger.release(claim, done(), at(2)).await.unwrap();
    }
    ledger.next_due(&limits).await.unwrap();
    // And a replay of one call beside it.
    let (id, again) = (format!("replay{round}"), wanted("crm", &format!("s/again{round}"), "+again", 1));
    ledger.reopen(&[(again.clone(), at(0))], &id, Waiting::Taken, at(2)).await.unwrap();
    ledger.hold(&id, true).await.unwrap();
    assert!(ledger.waits(&id).await.unwrap());
    assert_eq!(ledger.progress(&id).await.unwrap().len(), 1);
    assert_eq!(ledger.standing(&again.connection, &[again.call]).await.unwrap().len(), 1);
    assert_eq!(ledger.skip(&Skip::Replay(id.clone()), "no", at(3), 9).await.unwrap(), 1);
    assert!(!ledger.waits(&id).await.unwrap());
}

/// A call goes on, and another begins.
async fn all_that_a_processor_asks(journal: &dyn Journal, round: u32) {
    let (known, new) = (journal::call("known", 1, round, 0), journal::call(&format!("new{round}"), 1, 1, 0));
    let newest = journal.newest(&[known.key(), new.key()]).await.unwrap();
    assert_eq!(newest.iter().flatten().count(), usize::from(round > 0));
    journal.keep(&[known.clone(), new]).await.unwrap();
    assert!(journal.call(&known.id).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_made_on_empty_tables_does_for_a_backlog() {
    let database = database().await;
    let url = format!("{}?options=-c%20plan_cache_mode%3Dforce_generic_plan", database.url);
    let key = SecretKey::from_hex(&"5a".repeat(32)).unwrap();
    // One session, so that every plan is of its first time.
    let early = PostgresStore::connect_with(&url, key, 1).await.unwrap();
    all_that_a_worker_does(&*early.ledger, 0).await;
    all_that_a_processor_asks(&*early.journal, 0).await;
    let many = |rank, from: u32| {
        let one = move |n: u32| Wanted { rank, ..wanted("crm", &format!("s/{}", from + n), &format!("+{n}"), 1) };
        (0..WAITING).map(one).collect::<Vec<_>>()
    };
    let other = connect(&database.url).await;
    other.ledger.want(&many(Rank::Live, 0), at(0)).await.unwrap();
    other.ledger.want(&many(Rank::Later, WAITING), at(0)).await.unwrap();
    other
        .journal
        .keep(&(0..WAITING).map(|n| journal::call(&n.to_string(), 1, 1, 9)).collect::<Vec<_>>())
        .await
        .unwrap();
    for round in 1..=ROUNDS {
        all_that_a_worker_does(&*early.ledger, round).await;
        all_that_a_processor_asks(&*early.journal, round).await;
    }
    for table in ["deliveries", "calls"] {
        let read = database.rows_read(table).await;
        assert!(read < i64::from(WAITING), "{read} rows of {table} were read in {ROUNDS} rounds, of {WAITING} or more");
    }
}
