//! What replays ask of the ledger. Each write can be done twice and is then done once.

use schemas::{CallId, ConnectionId, Timestamp};
use sqlx::postgres::PgPool;

use super::entries::column;
use crate::Error;
use crate::ledger::{Rank, Skip, Standing, Status, Waiting, Wanted};
use crate::postgres::codec::{Failure, text};
use crate::sql::codec::millis;
use crate::sql::ledger::replay as sql;
use crate::sql::ledger::rows;
use crate::sql::rows::Cells as _;

/// Rows of one statement at most.
const ROWS: usize = 500;

/// Opens many for a replay, in one order, so that two writers do not wait for each other in a ring.
pub async fn reopen(
    pool: &PgPool,
    wanted: &[(Wanted, Timestamp)],
    replay: &str,
    waiting: Waiting,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut wanted: Vec<&(Wanted, Timestamp)> = wanted.iter().collect();
    wanted.sort_by(|(a, _), (b, _)| (&a.connection, &a.call).cmp(&(&b.connection, &b.call)));
    wanted.dedup_by(|(a, _), (b, _)| (&a.connection, &a.call) == (&b.connection, &b.call));
    for some in wanted.chunks(ROWS) {
        sqlx::query(sql::REOPEN_MANY)
            .bind(column(some, |(one, _)| one.connection.as_str()))
            .bind(column(some, |(one, _)| text(one.call.as_str())))
            .bind(column(some, |(one, _)| one.kind.as_str()))
            .bind(column(some, |(one, _)| text(&one.lane)))
            .bind(column(some, |(one, _)| i64::from(one.revision)))
            .bind(millis(now))
            .bind(column(some, |(one, _)| one.body.as_slice()))
            .bind(column(some, |(one, _)| rows::rank_number(one.rank)))
            .bind(column(some, |(_, due)| millis(*due)))
            .bind(replay)
            .bind(i64::from(waiting == Waiting::Taken))
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// Holds what waits of a replay, or lets it go.
pub async fn hold(pool: &PgPool, replay: &str, held: bool) -> Result<(), Failure> {
    let rank = if held { Rank::Held } else { Rank::Later };
    sqlx::query(sql::HOLD).bind(replay).bind(rows::rank_number(rank)).execute(pool).await?;
    Ok(())
}

/// Skips; says how many.
pub async fn skip(pool: &PgPool, which: &Skip, note: &str, now: Timestamp, max: u32) -> Result<u64, Failure> {
    let (now, note, max) = (millis(now), text(note), i64::from(max));
    let query = match which {
        Skip::Replay(replay) => sqlx::query(sql::SKIP_REPLAY).bind(now).bind(note).bind(max).bind(replay).bind(0_i64),
        Skip::Before(of, started) => {
            sqlx::query(sql::SKIP_BEFORE).bind(now).bind(note).bind(max).bind(of.as_str()).bind(millis(*started))
        }
        Skip::One(of, call) => {
            sqlx::query(sql::SKIP_ONE).bind(now).bind(note).bind(of.as_str()).bind(text(call.as_str()))
        }
    };
    Ok(query.execute(pool).await?.rows_affected())
}

/// Where the deliveries of these calls stand.
pub async fn standing(
    pool: &PgPool,
    connection: &ConnectionId,
    calls: &[CallId],
) -> Result<Vec<Option<Standing>>, Failure> {
    let mut all = vec![None; calls.len()];
    let asked = sqlx::query(sql::STANDING_MANY)
        .bind(connection.as_str())
        .bind(calls.iter().map(|call| text(call.as_str())).collect::<Vec<_>>());
    for row in asked.fetch_all(pool).await? {
        // PostgreSQL counts from one.
        let place = usize::try_from(row.number(0)? - 1).ok();
        if let Some(one) = place.and_then(|place| all.get_mut(place)) {
            *one = Some(rows::standing(&row, 1)?);
        }
    }
    Ok(all)
}

/// How many of a replay stand where.
pub async fn progress(pool: &PgPool, replay: &str) -> Result<Vec<(Status, u64)>, Failure> {
    let counted = sqlx::query(sql::PROGRESS).bind(replay).fetch_all(pool).await?;
    Ok(counted.iter().map(rows::progress).collect::<Result<_, Error>>()?)
}
