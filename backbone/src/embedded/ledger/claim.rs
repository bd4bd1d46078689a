//! Taking a delivery that is due.

use std::time::Duration;

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use uuid::Uuid;

use crate::Error;
use crate::embedded::codec::{millis, store};
use crate::ledger::{Claim, Limits, Step};
use crate::sql::ledger::{self as sql, rows};
use crate::sql::rows::Cells as _;

/// Whether there is anything to take.
pub async fn any(readers: &SqlitePool, limits: &Limits, now: Timestamp) -> Result<bool, Error> {
    for (connection, most) in limits {
        let found = sqlx::query(sql::claim::ANY)
            .bind(connection.as_str())
            .bind(millis(now))
            .bind(most)
            .fetch_optional(readers)
            .await
            .map_err(store)?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the first, in the order of `limits`.
pub async fn take(
    connection: &mut SqliteConnection,
    limits: &Limits,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Claim>, Error> {
    let claimed = Uuid::now_v7();
    for (of, most) in limits {
        let taken = sqlx::query(sql::claim::TAKE)
            .bind(of.as_str())
            .bind(millis(now))
            .bind(most)
            .bind(claimed.to_string())
            .bind(millis(schemas::time::later(now, lease)))
            .fetch_optional(&mut *connection)
            .await
            .map_err(store)?;
        let Some(row) = taken else { continue };
        let delivery = rows::delivery(&row)?;
        let steps = steps(connection, of.as_str(), delivery.call.as_str()).await?;
        return Ok(Some(Claim { lease: claimed, body: row.bytes(rows::BODY)?, delivery, steps }));
    }
    Ok(None)
}

/// The steps of a delivery.
pub async fn steps(connection: &mut SqliteConnection, of: &str, call: &str) -> Result<Vec<Step>, Error> {
    let found = sqlx::query(sql::STEPS).bind(of).bind(call).fetch_all(connection).await.map_err(store)?;
    found.iter().map(rows::step).collect()
}
