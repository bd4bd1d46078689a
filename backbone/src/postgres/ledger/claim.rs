//! Taking a delivery that is due, while other processes do the same.
//!
//! Claims of one connection go one after another, by a lock that ends with the transaction: only so can a claim count
//! what is in progress, and see which lanes are busy. Those of different connections do not wait for each other.

use std::time::Duration;

use schemas::{Timestamp, time::later};
use sqlx::postgres::PgPool;
use uuid::Uuid;

use super::rows::steps;
use crate::Error;
use crate::ledger::{Claim, Limits};
use crate::postgres::codec::Failure;
use crate::postgres::retry::retried;
use crate::sql::codec::millis;
use crate::sql::ledger::{self as sql, rows};
use crate::sql::rows::Cells as _;

/// Held while a claim of a connection is decided.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(hashtextextended('ringfold claim ' || $1, 0))";

/// What is asked of one connection.
struct Asked<'a> {
    connection: &'a str,
    most: i64,
    now: Timestamp,
    lease: Duration,
    name: Uuid,
}

/// Takes the first, in the order of `limits`.
pub async fn claim(pool: &PgPool, limits: &Limits, now: Timestamp, lease: Duration) -> Result<Option<Claim>, Error> {
    // A look first: most wakes find nothing, and a look costs no lock.
    for (connection, most) in retried(|_| promising(pool, limits, now)).await? {
        let asked = Asked { connection: &connection, most, now, lease, name: Uuid::now_v7() };
        if let Some(claim) = retried(|again| take(pool, &asked, again)).await? {
            return Ok(Some(claim));
        }
    }
    Ok(None)
}

async fn promising(pool: &PgPool, limits: &Limits, now: Timestamp) -> Result<Vec<(String, i64)>, Failure> {
    let found = sqlx::query_as(sql::claim::ANY_OF_MANY)
        .bind(limits.iter().map(|(connection, _)| connection.as_str()).collect::<Vec<_>>())
        .bind(millis(now))
        .bind(limits.iter().map(|(_, most)| i64::from(*most)).collect::<Vec<_>>())
        .fetch_all(pool)
        .await?;
    Ok(found)
}

async fn take(pool: &PgPool, asked: &Asked<'_>, again: bool) -> Result<Option<Claim>, Failure> {
    let mut transaction = pool.begin().await?;
    sqlx::query(ONE_AT_A_TIME).bind(asked.connection).execute(&mut *transaction).await?;
    let name = asked.name.to_string();
    let mut taken = None;
    if again {
        // An earlier try may have been committed without our hearing of it: then its lease stands there. If it is still
        // being committed, the lock has waited for it.
        taken =
            sqlx::query(sql::claim::TAKEN).bind(asked.connection).bind(&name).fetch_optional(&mut *transaction).await?;
    }
    if taken.is_none() {
        taken = sqlx::query(sql::claim::TAKE_SHARED)
            .bind(asked.connection)
            .bind(millis(asked.now))
            .bind(asked.most)
            .bind(&name)
            .bind(millis(later(asked.now, asked.lease)))
            .bind(i64::try_from(asked.lease.as_millis()).unwrap_or(i64::MAX))
            .fetch_optional(&mut *transaction)
            .await?;
    }
    let Some(row) = taken else { return Ok(None) };
    let delivery = rows::delivery(&row)?;
    let steps = steps(&mut transaction, &delivery.connection, &delivery.call).await?;
    transaction.commit().await?;
    Ok(Some(Claim { lease: asked.name, body: row.bytes(rows::BODY)?, delivery, steps }))
}
