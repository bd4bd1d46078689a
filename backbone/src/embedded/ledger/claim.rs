//! Taking a delivery that is due.

use std::time::Duration;

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::rows;
use crate::Error;
use crate::embedded::codec::{millis, store};
use crate::ledger::{Claim, Limits};

/// What may be taken of a connection ($1) now ($2) with so many ($3) in progress at most: due, its lane free. A lane is
/// not free while another delivery of it is in progress, or may have made something that is not known yet; of two such,
/// the first goes first.
const TAKEABLE: &str = "FROM deliveries AS d
    WHERE d.connection = $1 AND d.status = 'pending' AND d.due_at <= $2 AND (d.leased_until IS NULL OR d.leased_until <= $2)
      AND (SELECT COUNT(*) FROM deliveries AS l WHERE l.connection = $1 AND l.leased_until > $2) < $3
      AND NOT EXISTS (SELECT 1 FROM deliveries AS o
          WHERE o.connection = $1 AND o.lane = d.lane AND o.status = 'pending' AND o.call <> d.call
            AND (o.leased_until > $2 OR (o.uncertain = 1 AND (d.uncertain = 0 OR o.call < d.call))))
    ORDER BY d.due_at LIMIT 1";

/// Whether there is anything to take.
pub async fn any(readers: &SqlitePool, limits: &Limits, now: Timestamp) -> Result<bool, Error> {
    let sql = format!("SELECT 1 {TAKEABLE}");
    for (connection, most) in limits {
        let found = sqlx::query(AssertSqlSafe(sql.clone()))
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
    let sql = format!("SELECT {} {TAKEABLE}", rows::DELIVERY);
    for (of, most) in limits {
        let found = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(of.as_str())
            .bind(millis(now))
            .bind(most)
            .fetch_optional(&mut *connection)
            .await
            .map_err(store)?;
        let Some(row) = found else { continue };
        let mut delivery = rows::delivery(&row)?;
        let until = schemas::time::later(now, lease);
        let claimed = Uuid::now_v7();
        sqlx::query("UPDATE deliveries SET lease = $1, leased_until = $2 WHERE connection = $3 AND call = $4")
            .bind(claimed.to_string())
            .bind(millis(until))
            .bind(of.as_str())
            .bind(delivery.call.as_str())
            .execute(&mut *connection)
            .await
            .map_err(store)?;
        delivery.leased_until = Some(until);
        let steps = rows::steps(connection, of.as_str(), delivery.call.as_str()).await?;
        return Ok(Some(Claim { lease: claimed, body: row.get(15), delivery, steps }));
    }
    Ok(None)
}
