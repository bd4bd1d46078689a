//! Taking deliveries that are due, while other processes do the same.
//!
//! Claims of one connection go one after another, by a lock that ends with the transaction: only so can a claim count
//! what is in progress, and see which lanes are busy. Those of different connections do not wait for each other.

use std::time::Duration;

use schemas::{Timestamp, time::later};
use sqlx::postgres::{PgPool, PgRow};
use uuid::Uuid;

use crate::Error;
use crate::ledger::{Claim, Limit, Limits};
use crate::postgres::codec::Failure;
use crate::postgres::retry::retried;
use crate::sql::codec::{millis, parse};
use crate::sql::ledger::{self as sql, rows};
use crate::sql::rows::Cells as _;

/// Connections that one claim serves at most: it holds a lock of each.
const CONNECTIONS: usize = 64;

/// Held while a claim of the connections is decided; taken in one order, so that no two claims wait for each other in a ring.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(key)
     FROM (SELECT hashtextextended('ringfold claim ' || connection, 0) AS key FROM unnest($1::text[]) AS connection
           ORDER BY key OFFSET 0) AS keys";

/// What is asked.
struct Asked<'a> {
    connections: Vec<&'a str>,
    places: Vec<i64>,
    ahead: Vec<i64>,
    reserve: Vec<i64>,
    now: Timestamp,
    lease: Duration,
    max: u32,
    name: Uuid,
}

impl<'a> Asked<'a> {
    fn of(limits: impl Iterator<Item = &'a Limit>, now: Timestamp, lease: Duration, max: u32) -> Self {
        let limits: Vec<&Limit> = limits.collect();
        let column = |of: fn(&Limit) -> u32| limits.iter().map(|limit| i64::from(of(limit))).collect();
        Self {
            connections: limits.iter().map(|limit| limit.connection.as_str()).collect(),
            places: column(|limit| limit.places),
            ahead: column(|limit| limit.ahead),
            reserve: column(|limit| limit.reserve),
            now,
            lease,
            max,
            name: Uuid::now_v7(),
        }
    }
}

/// Takes what there is, connections in turns.
pub async fn claim(
    pool: &PgPool,
    limits: &Limits,
    now: Timestamp,
    lease: Duration,
    max: u32,
) -> Result<Vec<Claim>, Error> {
    // A look first: most wakes find nothing, and a look costs no lock.
    let asked = Asked::of(limits.iter(), now, lease, max);
    let promising = retried(|_| promising(pool, &asked)).await?;
    let promising =
        promising.iter().filter_map(|place| usize::try_from(place - 1).ok()).filter_map(|at| limits.get(at));
    let asked = Asked::of(promising.take(CONNECTIONS), now, lease, max);
    if asked.connections.is_empty() || max == 0 {
        return Ok(Vec::new());
    }
    let mut claims = retried(|again| take(pool, &asked, again)).await?;
    claims.sort_by(|a, b| {
        (a.ahead, a.delivery.due_at, &a.delivery.call).cmp(&(b.ahead, b.delivery.due_at, &b.delivery.call))
    });
    Ok(claims)
}

async fn promising(pool: &PgPool, asked: &Asked<'_>) -> Result<Vec<i64>, Failure> {
    let found = sqlx::query_scalar(sql::claim::ANY_OF_MANY)
        .bind(&asked.connections)
        .bind(millis(asked.now))
        .bind(&asked.places)
        .bind(&asked.ahead)
        .bind(&asked.reserve);
    Ok(found.fetch_all(pool).await?)
}

async fn take(pool: &PgPool, asked: &Asked<'_>, again: bool) -> Result<Vec<Claim>, Failure> {
    let mut transaction = pool.begin().await?;
    sqlx::query(ONE_AT_A_TIME).bind(&asked.connections).execute(&mut *transaction).await?;
    let name = asked.name.to_string();
    let mut taken = Vec::new();
    if again {
        // An earlier try may have been committed without our hearing of it: then its lease stands there. If it is still
        // being committed, the lock has waited for it.
        let known = sqlx::query(sql::claim::TAKEN).bind(&asked.connections).bind(&name);
        taken = known.fetch_all(&mut *transaction).await?;
    }
    if taken.is_empty() {
        taken = sqlx::query(sql::claim::TAKE_SHARED)
            .bind(&asked.connections)
            .bind(millis(asked.now))
            .bind(&asked.places)
            .bind(&asked.ahead)
            .bind(&name)
            .bind(millis(later(asked.now, asked.lease)))
            .bind(i64::try_from(asked.lease.as_millis()).unwrap_or(i64::MAX))
            .bind(i64::from(asked.max))
            .bind(&asked.reserve)
            .fetch_all(&mut *transaction)
            .await?;
    }
    let claims = taken.iter().map(|row| claimed(asked.name, row)).collect::<Result<_, Error>>()?;
    transaction.commit().await?;
    Ok(claims)
}

fn claimed(lease: Uuid, row: &PgRow) -> Result<Claim, Error> {
    let steps = match row.text_if_any(rows::MORE)? {
        Some(steps) => rows::steps(&steps)?,
        None => Vec::new(),
    };
    let remembered = row.text_if_any(rows::MORE + 1)?;
    Ok(Claim {
        lease,
        delivery: rows::delivery(row)?,
        ahead: row.number(rows::AHEAD)? != 0,
        body: row.bytes(rows::BODY)?,
        steps,
        remembered: remembered.map_or(Ok(Vec::new()), |pairs| parse(pairs.as_bytes()))?,
    })
}
