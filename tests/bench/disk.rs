//! What SQLite can commit on this disk, with nothing else to do: WAL, `synchronous=FULL`, so every commit is synced.

use std::time::Duration;

use anyhow::Result;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio::time::Instant;

use crate::{process, stats};

/// About an event of `calls.raw`.
const ROW_BYTES: usize = 600;
const COMMITS_MAX: usize = 1_000_000;

/// What was committed.
pub struct Commits {
    /// Rows a second.
    pub rate: f64,
    /// The median commit, in milliseconds.
    pub median_ms: f64,
}

/// Commits groups of `rows` rows, one after another, for so long.
pub async fn commits(rows: usize, duration: Duration) -> Result<Commits> {
    let dir = process::directory()?;
    let options = SqliteConnectOptions::new().filename(dir.path().join("bare.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut connection = options.disable_statement_logging().connect().await?;
    sqlx::query("CREATE TABLE record (number INTEGER PRIMARY KEY, value BLOB NOT NULL)")
        .execute(&mut connection)
        .await?;
    let insert = format!("INSERT INTO record (value) VALUES {}", vec!["(?)"; rows].join(", "));
    let value = vec![b'x'; ROW_BYTES];
    let mut micros = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < duration && micros.len() < COMMITS_MAX {
        let sent = Instant::now();
        let mut query = sqlx::query(sqlx::AssertSqlSafe(insert.as_str()));
        for _ in 0..rows {
            query = query.bind(value.as_slice());
        }
        query.execute(&mut connection).await?;
        micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    let rate = stats::float(micros.len() * rows) / begun.elapsed().as_secs_f64();
    micros.sort_unstable();
    Ok(Commits { rate, median_ms: stats::percentile(&micros, 50) / 1000.0 })
}
