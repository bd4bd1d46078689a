//! What a server does to the store that uses it: it goes away and comes back, it is busy, it refuses.

use std::time::Duration;

use backbone::Error;
use backbone::ledger::{Entry, Status, Step, StepStatus};
use backbone::postgres::PostgresStore;
use backbone::sealed::SecretKey;
use schemas::{CallId, ConnectionStatus};
use servers::Postgres;

use crate::directory::accounts;
use crate::ledger::{done, limits, step};
use crate::make::{at, connect, database, wanted};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_a_server_that_was_killed_is_found_again() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let store = connect(&server.database().url).await;
    let all: Vec<_> = (0..20).map(|n| wanted("crm", &format!("s/{n}"), &n.to_string(), 1)).collect();
    store.ledger.want(&all, at(0)).await.unwrap();
    let held = store.ledger.claim(&limits(&[("crm", 20)]), at(0), MINUTE, 20).await.unwrap();
    store.ledger.release(&held[0], done(), at(1)).await.unwrap();

    server.kill();
    let away = store.ledger.tally().await;
    assert!(matches!(&away, Err(Error::Unavailable { .. })), "{away:?}");
    // Begun while it is away, and carried out once it is back.
    let releasing = tokio::spawn({
        let (ledger, claim) = (store.ledger.clone(), held[1].clone());
        // As long as a worker would: by then the server is back.
        let release = async move { while ledger.release(&claim, done(), at(2)).await.is_err() {} };
        tokio::time::timeout(MINUTE * 3, release)
    });
    let server = tokio::task::spawn_blocking(move || {
        server.start_again();
        server
    });
    let _server = server.await.unwrap();
    releasing.await.unwrap().unwrap();
    let tally = store.ledger.tally().await.unwrap();
    let count = |status| tally.iter().find(|tally| tally.status == status).map(|tally| tally.count);
    assert_eq!((count(Status::Done), count(Status::Pending)), (Some(2), Some(18)));
    // Leases stand as they stood.
    assert!(store.ledger.claim(&limits(&[("crm", 20)]), at(3), MINUTE, 20).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d6_an_exhausted_pool_is_waited_for_within_bounds() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let store = connect(&server.database().url).await;
    // Its connections stay open and say nothing: whoever has one keeps it.
    server.pause();
    let stuck: Vec<_> = (0..20)
        .map(|_| {
            let ledger = store.ledger.clone();
            tokio::spawn(async move { ledger.tally().await })
        })
        .collect();
    let refused = store.journal.call(&CallId("s/1".into())).await;
    assert!(matches!(&refused, Err(Error::Unavailable { .. })), "{refused:?}");
    server.resume();
    for one in stuck {
        // Some were carried out after all, the others were told.
        let ended = one.await.unwrap();
        assert!(matches!(&ended, Ok(_) | Err(Error::Unavailable { .. })), "{ended:?}");
    }
    let works = async { while store.journal.call(&CallId("s/1".into())).await.is_err() {} };
    tokio::time::timeout(MINUTE * 3, works).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_kept_fails_alone() {
    let database = database().await;
    let store = connect(&database.url).await;
    let all: Vec<_> = (0..30).map(|n| wanted("crm", &format!("s/{n}"), &n.to_string(), 1)).collect();
    store.ledger.want(&all, at(0)).await.unwrap();
    let held = store.ledger.claim(&limits(&[("crm", 30)]), at(0), MINUTE, 30).await.unwrap();
    // A name that no index takes.
    let long: String = std::iter::repeat_with(|| fastrand::char('a'..='z')).take(12_800).collect();
    let entries: Vec<[Entry; 1]> = (0..held.len())
        .map(|n| [Step { name: if n == 7 { long.clone() } else { "contact".into() }, ..step(StepStatus::Done) }.into()])
        .collect();
    let writes = held.iter().zip(&entries).map(|(claim, entries)| store.ledger.write(claim, entries));
    for (n, written) in futures_util::future::join_all(writes).await.into_iter().enumerate() {
        match written {
            Ok(()) => assert_ne!(n, 7),
            Err(why) => assert!(n == 7 && matches!(why, Error::Invalid(_)), "{n}: {why:?}"),
        }
    }
    let endings = held.iter().map(|claim| store.ledger.release(claim, done(), at(1)));
    assert!(futures_util::future::join_all(endings).await.into_iter().all(|ended| ended.is_ok()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_by_another_process_is_seen() {
    let database = database().await;
    let (one, other) = (connect(&database.url).await.directory, connect(&database.url).await.directory);
    one.save(&accounts(), at(0)).await.unwrap();
    let before = other.version().await.unwrap();
    let id = "acme-rbs".parse().unwrap();
    one.set_status(&id, None, ConnectionStatus::Paused, "move", at(1)).await.unwrap();
    let seen = async {
        while other.version().await.unwrap() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(MINUTE, seen).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn encryption_that_is_asked_for_is_not_done_without() {
    let database = database().await;
    let url = database.url.replace("ringfold@", "ringfold:hidden@") + "?sslmode=require";
    let key = SecretKey::from_hex(&"5a".repeat(32)).unwrap();
    let refused = PostgresStore::connect(&url, key).await.err().unwrap();
    assert!(matches!(&refused, Error::Invalid(why) if why.contains("TLS")), "{refused:?}");
    assert!(!refused.to_string().contains("hidden"));
}
