//! What SQLite reads for what every delivery asks of it must not grow with what waits: how it goes about each statement.

use schemas::{CallId, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, Sqlite};

use crate::ledger::{DeliveryFilter, Status};
use crate::sql::ledger::{self as sql, claim, replay};

/// Tables that grow.
const GROW: [&str; 5] = ["deliveries", "d", "l", "o", "steps"];

async fn plan(connection: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let rows =
        sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"))).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

#[tokio::test]
async fn no_statement_of_a_delivery_reads_all_that_a_connection_has() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::migrate!("migrations/sqlite").run(&mut connection).await.unwrap();
    let mut reads = 0;
    for statement in [
        claim::ANY,
        claim::TAKE,
        sql::WANT,
        sql::PROMOTE,
        sql::EXTEND,
        sql::UNCERTAIN,
        sql::STEP,
        sql::RELEASE,
        sql::INHERIT,
        sql::RETRY,
        sql::NEXT_DUE,
        sql::DELIVERY,
        sql::STEPS,
        replay::REOPEN,
        replay::WAITS,
        replay::STANDING,
        replay::SKIP_ONE,
    ] {
        for detail in plan(&mut connection, statement).await {
            let words: Vec<&str> = detail.split(' ').collect();
            if GROW.contains(words.get(1).unwrap_or(&"")) {
                // By a connection and more, or a call and more.
                assert!(words[0] == "SEARCH" && detail.contains(" AND "), "{detail}:\n{statement}");
                reads += 1;
            }
        }
    }
    assert!(reads > 20, "the words of the plans are understood: {reads}");
}

#[tokio::test]
async fn a_page_of_the_oldest_is_read_from_where_the_last_one_ended() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::migrate!("migrations/sqlite").run(&mut connection).await.unwrap();
    let id: schemas::ConnectionId = "crm".parse().unwrap();
    let after = Some((Timestamp::UNIX_EPOCH, id.clone(), CallId("s/1".into())));
    let filter =
        DeliveryFilter { connection: Some(id), oldest_first: true, after, limit: 9, ..DeliveryFilter::default() };
    let details = plan(&mut connection, &sql::list::<Sqlite>(&filter).into_string()).await;
    let reads: Vec<_> = details.iter().filter(|detail| detail.contains(" deliveries ")).collect();
    let by_time = |detail: &&&String| detail.starts_with("SEARCH") && detail.contains("created_at>");
    assert_eq!(reads.iter().filter(by_time).count(), Status::ALL.len(), "{details:?}");
    assert_eq!(reads.len(), Status::ALL.len(), "{details:?}");
}
