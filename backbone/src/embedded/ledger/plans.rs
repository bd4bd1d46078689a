//! What SQLite reads for what every delivery asks of it must not grow with what waits: how it goes about each statement.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

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
