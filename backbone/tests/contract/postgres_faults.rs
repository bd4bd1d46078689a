//! What only a server brings: connections that are cut, deadlocks, clocks that differ, several processes that start at once.

use std::time::Duration;

use backbone::Error;
use backbone::ledger::{Release, Status, StepStatus};
use backbone::postgres::PostgresStore;
use backbone::sealed::SecretKey;
use schemas::{CallId, ConnectionId, ConnectionStatus, Timestamp};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::cutter::Cutter;
use crate::directory::accounts;
use crate::ledger::{done, entry, limits, step, take};
use crate::make::{at, connect, database, wanted};
use crate::{journal, make};

const MINUTE: Duration = Duration::from_mins(1);

fn crm() -> ConnectionId {
    "crm".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d7_what_was_committed_unheard_is_known_again() {
    let database = database().await;
    let cutter = Cutter::new();
    let PostgresStore { directory, journal, ledger, .. } = connect(&cutter.url(&database.name)).await;
    let limits = limits(&[("crm", 9)]);

    cutter.cut("COMMIT");
    ledger.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    cutter.was_cut();
    cutter.cut("COMMIT");
    let claim = take(&*ledger, &limits, 0).await.expect("the lease that was taken unheard");
    cutter.was_cut();
    let lease = claim.lease.to_string();
    cutter.cut(&lease);
    ledger.write(&claim, &entry(StepStatus::Done)).await.unwrap();
    cutter.was_cut();
    let ends = "SELECT lease_ends FROM deliveries";
    let before: i64 = sqlx::query_scalar(ends).fetch_one(&mut database.connection().await).await.unwrap();
    cutter.cut(&lease);
    ledger.extend(&claim, at(90)).await.unwrap();
    cutter.was_cut();
    let after: i64 = sqlx::query_scalar(ends).fetch_one(&mut database.connection().await).await.unwrap();
    assert_eq!(after - before, 30_000, "longer once, not twice");
    cutter.cut(&lease);
    ledger.release(&claim, done(), at(2)).await.unwrap();
    cutter.was_cut();
    let (delivery, steps) = ledger.delivery(&crm(), &CallId("s/1".into())).await.unwrap().unwrap();
    assert_eq!((delivery.status, delivery.attempts, steps.len()), (Status::Done, 1, 1));

    cutter.cut("COMMIT");
    journal.keep(&[journal::call("1", 1, 1, 0)]).await.unwrap();
    cutter.was_cut();
    assert!(journal.call(&CallId("acme-uis/1".into())).await.unwrap().is_some());
    cutter.cut("COMMIT");
    directory.save(&accounts(), at(0)).await.unwrap();
    cutter.was_cut();
    cutter.cut("COMMIT");
    let (id, from) = ("acme-rbs".parse().unwrap(), Some(ConnectionStatus::Active));
    assert!(directory.set_status(&id, from, ConnectionStatus::Broken, "why", at(1)).await.unwrap(), "it did, unheard");
    cutter.was_cut();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_cut_connections_are_made_anew() {
    let database = database().await;
    let store = connect(&database.url).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for n in 0..5 {
        store.ledger.want(&[wanted("crm", &format!("s/{n}"), "+7", 1)], at(0)).await.unwrap();
        sqlx::query(cut).execute(&mut database.connection().await).await.unwrap();
    }
    assert_eq!(store.ledger.tally().await.unwrap()[0].count, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d6_the_victim_of_a_deadlock_tries_again() {
    let database = database().await;
    let store = connect(&database.url).await;
    let both = [wanted("crm", "s/1", "+7", 1), wanted("crm", "s/2", "+7", 1)];
    store.ledger.want(&both, at(0)).await.unwrap();
    let mut other = database.connection().await;
    // The other one waits with more patience, so that the store is the victim.
    sqlx::query("SET deadlock_timeout = '1min'").execute(&mut other).await.unwrap();
    let mut other = other.begin().await.unwrap();
    let lock = "UPDATE deliveries SET note = 'other' WHERE call = $1";
    sqlx::query(lock).bind("s/2").execute(&mut *other).await.unwrap();
    let both = both.map(|mut one| {
        one.revision = 2;
        one
    });
    let raised = async { store.ledger.want(&both, at(1)).await };
    let crossing = async {
        waiting(&database).await;
        sqlx::query(lock).bind("s/1").execute(&mut *other).await.unwrap();
        other.commit().await.unwrap();
    };
    let (raised, ()) = tokio::join!(raised, crossing);
    assert_eq!(raised.unwrap(), 2);
}

/// Waits until somebody waits for a lock in the database.
async fn waiting(database: &make::Database) {
    let mut looker: PgConnection = database.connection().await;
    let question =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let until = async {
        while sqlx::query_scalar::<_, i64>(question).fetch_one(&mut looker).await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(MINUTE, until).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d8_leases_go_by_the_databases_clock() {
    let database = database().await;
    let (one, other) = (connect(&database.url).await.ledger, connect(&database.url).await.ledger);
    one.want(&[wanted("crm", "s/1", "+7", 1)], at(0)).await.unwrap();
    let limits = limits(&[("crm", 9)]);
    let held = take(&*one, &limits, 0).await.unwrap();
    assert_eq!(held.delivery.leased_until, Some(at(60)), "in the clock of whoever claimed");
    let fast: Timestamp = at(3600);
    assert!(other.claim(&limits, fast, MINUTE, 1).await.unwrap().is_empty(), "a clock an hour ahead ends no lease");
    let again = Release::Again { due: at(0), counted: false, uncertain: false, note: String::new() };
    one.release(&held, again.into(), at(0)).await.unwrap();
    let short = one.claim(&limits, at(0), Duration::from_millis(300), 1).await.unwrap().remove(0);
    let taken = async {
        loop {
            if let Some(claim) = take(&*other, &limits, 0).await {
                return claim;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let taken = tokio::time::timeout(MINUTE, taken).await.unwrap();
    assert_ne!(taken.lease, short.lease, "in the callers' time no moment has passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h1_processes_start_at_once_on_an_empty_database() {
    let database = database().await;
    tokio::join!(connect(&database.url), connect(&database.url), connect(&database.url));
    // A newer version was here, and is rolled back.
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'newer', true, '', 1)";
    sqlx::query(newer).execute(&mut database.connection().await).await.unwrap();
    connect(&database.url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_work_is_said() {
    let database = database().await;
    connect(&database.url).await;
    let key = || SecretKey::from_hex(&"11".repeat(32)).unwrap();
    let refused = PostgresStore::connect(&database.url, key()).await.err();
    assert!(matches!(&refused, Some(Error::Invalid(why)) if why.contains("secret key")), "{refused:?}");
    let refused = PostgresStore::connect("mysql://root:hidden@localhost/x", key()).await.err();
    assert!(matches!(&refused, Some(Error::Invalid(why)) if !why.contains("hidden")), "{refused:?}");
    let nowhere = PostgresStore::connect("postgres://ringfold:hidden@localhost/x?host=/nowhere", key()).await.err();
    assert!(matches!(&nowhere, Some(Error::Unavailable { .. })), "{nowhere:?}");
    assert!(!nowhere.unwrap().to_string().contains("hidden"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_with_nul_are_kept() {
    let database = database().await;
    let PostgresStore { journal, ledger, .. } = connect(&database.url).await;
    ledger.want(&[wanted("crm", "s/\0", "+\0", 1)], at(0)).await.unwrap();
    let claim = take(&*ledger, &limits(&[("crm", 9)]), 0).await.unwrap();
    let mut step = step(StepStatus::Done);
    step.note = "answered \0".into();
    step.held = serde_json::json!({"text": "\0"});
    ledger.write(&claim, &[step.clone().into()]).await.unwrap();
    ledger.release(&claim, Release::Dead { note: "\0".into() }.into(), at(1)).await.unwrap();
    assert_eq!(ledger.delivery(&crm(), &CallId("s/\0".into())).await.unwrap().unwrap().1[0].held, step.held);
    let call = journal::call("\0", 1, 1, 0);
    journal.keep(std::slice::from_ref(&call)).await.unwrap();
    assert_eq!(journal.call(&call.id).await.unwrap().unwrap().session, "\0");
}
