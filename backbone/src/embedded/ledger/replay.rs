//! What replays ask of the ledger.

use schemas::{CallId, ConnectionId, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::Error;
use crate::embedded::codec::{millis, store};
use crate::ledger::{Rank, Skip, Standing, Status, Waiting, Wanted};
use crate::sql::ledger::replay as sql;
use crate::sql::ledger::rows;

/// Opens one for a replay.
pub async fn reopen(
    connection: &mut SqliteConnection,
    (wanted, due): &(Wanted, Timestamp),
    replay: &str,
    waiting: Waiting,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(sql::REOPEN)
        .bind(wanted.connection.as_str())
        .bind(wanted.call.as_str())
        .bind(&wanted.kind)
        .bind(&wanted.lane)
        .bind(wanted.revision)
        .bind(millis(now))
        .bind(&wanted.body)
        .bind(rows::rank_number(wanted.rank))
        .bind(millis(*due))
        .bind(replay)
        .bind(i64::from(waiting == Waiting::Taken))
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}

/// Holds what waits of a replay, or lets it go.
pub async fn hold(connection: &mut SqliteConnection, replay: &str, held: bool) -> Result<(), Error> {
    let rank = if held { Rank::Held } else { Rank::Later };
    sqlx::query(sql::HOLD).bind(replay).bind(rows::rank_number(rank)).execute(connection).await.map_err(store)?;
    Ok(())
}

/// Skips; says how many.
pub async fn skip(
    connection: &mut SqliteConnection,
    which: &Skip,
    note: &str,
    now: Timestamp,
    max: u32,
) -> Result<u64, Error> {
    let query = match which {
        Skip::Replay(replay) => {
            sqlx::query(sql::SKIP_REPLAY).bind(millis(now)).bind(note).bind(max).bind(replay).bind(0)
        }
        Skip::Before(of, started) => sqlx::query(sql::SKIP_BEFORE)
            .bind(millis(now))
            .bind(note)
            .bind(max)
            .bind(of.as_str())
            .bind(millis(*started)),
        Skip::One(of, call) => {
            sqlx::query(sql::SKIP_ONE).bind(millis(now)).bind(note).bind(of.as_str()).bind(call.as_str())
        }
    };
    Ok(query.execute(connection).await.map_err(store)?.rows_affected())
}

/// Where the deliveries of these calls stand.
pub async fn standing(
    readers: &SqlitePool,
    connection: &ConnectionId,
    calls: &[CallId],
) -> Result<Vec<Option<Standing>>, Error> {
    let mut reader = readers.acquire().await.map_err(store)?;
    let mut all = Vec::with_capacity(calls.len());
    for call in calls {
        let row = sqlx::query(sql::STANDING).bind(connection.as_str()).bind(call.as_str());
        let row = row.fetch_optional(&mut *reader).await.map_err(store)?;
        all.push(row.map(|row| rows::standing(&row, 0)).transpose()?);
    }
    Ok(all)
}

/// How many of a replay stand where.
pub async fn progress(readers: &SqlitePool, replay: &str) -> Result<Vec<(Status, u64)>, Error> {
    let counted = sqlx::query(sql::PROGRESS).bind(replay).fetch_all(readers).await.map_err(store)?;
    counted.iter().map(rows::progress).collect()
}
