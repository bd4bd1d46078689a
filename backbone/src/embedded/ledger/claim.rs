//! Taking deliveries that are due.

use std::time::Duration;

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use uuid::Uuid;

use crate::Error;
use crate::embedded::codec::{millis, store};
use crate::ledger::{Claim, Limit, Limits, Step};
use crate::sql::ledger::{self as sql, rows};
use crate::sql::rows::Cells as _;

/// Which of the connections have anything to take.
pub async fn promising(readers: &SqlitePool, limits: &Limits, now: Timestamp) -> Result<Limits, Error> {
    let mut found = Vec::new();
    for limit in limits {
        let any = sqlx::query(sql::claim::ANY)
            .bind(limit.connection.as_str())
            .bind(millis(now))
            .bind(limit.places)
            .bind(limit.ahead)
            .bind(limit.reserve)
            .fetch_optional(readers)
            .await
            .map_err(store)?;
        found.extend(any.map(|_| limit.clone()));
    }
    Ok(found)
}

/// Takes what there is, at most `max`: each connection its part of it, and then those that have more what is left over.
pub async fn take(
    connection: &mut SqliteConnection,
    limits: &[Limit],
    now: Timestamp,
    lease: Duration,
    max: u32,
) -> Result<Vec<Claim>, Error> {
    let (name, until) = (Uuid::now_v7(), schemas::time::later(now, lease));
    let part = max.div_ceil(u32::try_from(limits.len()).unwrap_or(u32::MAX).max(1));
    let mut claims: Vec<Claim> = Vec::new();
    let mut more = Vec::new();
    for limit in limits {
        let left = max - count(&claims);
        let mut taking = Taking { limit: limit.clone(), now, until, name, at_most: part.min(left) };
        let taken = taking.run(connection).await?;
        if count(&taken) == taking.at_most {
            let ahead = taken.iter().filter(|claim| claim.ahead).count();
            taking.limit.ahead = taking.limit.ahead.saturating_sub(u32::try_from(ahead).unwrap_or(u32::MAX));
            more.push(taking);
        }
        claims.extend(taken);
    }
    for mut taking in more {
        taking.at_most = max - count(&claims);
        claims.extend(taking.run(connection).await?);
    }
    claims.sort_by(|a, b| {
        (a.ahead, a.delivery.due_at, &a.delivery.call).cmp(&(b.ahead, b.delivery.due_at, &b.delivery.call))
    });
    Ok(claims)
}

fn count(claims: &[Claim]) -> u32 {
    u32::try_from(claims.len()).unwrap_or(u32::MAX)
}

/// What is taken of one connection.
struct Taking {
    limit: Limit,
    now: Timestamp,
    until: Timestamp,
    name: Uuid,
    at_most: u32,
}

impl Taking {
    async fn run(&self, connection: &mut SqliteConnection) -> Result<Vec<Claim>, Error> {
        if self.at_most == 0 {
            return Ok(Vec::new());
        }
        let taken = sqlx::query(sql::claim::TAKE)
            .bind(self.limit.connection.as_str())
            .bind(millis(self.now))
            .bind(self.limit.places)
            .bind(self.limit.ahead)
            .bind(self.name.to_string())
            .bind(millis(self.until))
            .bind(self.at_most)
            .bind(self.limit.reserve)
            .fetch_all(&mut *connection)
            .await
            .map_err(store)?;
        let mut claims = Vec::with_capacity(taken.len());
        for row in &taken {
            let delivery = rows::delivery(row)?;
            let steps = steps(connection, self.limit.connection.as_str(), delivery.call.as_str()).await?;
            let remembered = sqlx::query_as(sql::REMEMBERED)
                .bind(self.limit.connection.as_str())
                .bind(&delivery.lane)
                .fetch_all(&mut *connection)
                .await
                .map_err(store)?;
            let (ahead, body) = (row.number(rows::AHEAD)? != 0, row.bytes(rows::BODY)?);
            claims.push(Claim { lease: self.name, delivery, ahead, body, steps, remembered });
        }
        Ok(claims)
    }
}

/// The steps of a delivery.
pub async fn steps(connection: &mut SqliteConnection, of: &str, call: &str) -> Result<Vec<Step>, Error> {
    let found = sqlx::query(sql::STEPS).bind(of).bind(call).fetch_all(connection).await.map_err(store)?;
    found.iter().map(rows::step).collect()
}
