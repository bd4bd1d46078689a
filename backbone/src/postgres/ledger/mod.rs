//! The ledger: deliveries, their steps, and what is remembered of numbers.

mod claim;
mod rows;
mod write;

use std::time::Duration;

use schemas::{CallId, ConnectionId, Timestamp};
use sqlx::Postgres;

use super::Db;
use super::codec::text;
use super::retry::retried;
use crate::ledger::{Claim, Delivery, DeliveryFilter, Ledger, Limits, Release, Step, Tally, Wanted};
use crate::sql::codec::instant;
use crate::sql::ledger as sql;
use crate::sql::ledger::rows as shared;
use crate::{Error, Fut};
use write::Held;

/// The ledger on PostgreSQL.
pub struct PostgresLedger(pub Db);

impl Ledger for PostgresLedger {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        Box::pin(async move {
            let wanted = write::newest(wanted);
            retried(|_| write::want(&self.0.pool, &wanted, now)).await
        })
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration) -> Fut<'a, Option<Claim>> {
        Box::pin(claim::claim(&self.0.pool, limits, now, lease))
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let held = Held::of(claim);
            retried(|_| write::extend(&self.0.pool, &held, until)).await
        })
    }

    fn write_step<'a>(&'a self, claim: &'a Claim, step: &'a Step) -> Fut<'a, ()> {
        Box::pin(async move {
            let held = Held::of(claim);
            retried(|_| write::step(&self.0.pool, &held, step)).await
        })
    }

    fn release<'a>(&'a self, claim: &'a Claim, release: Release, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let held = Held::of(claim);
            retried(|_| write::release(&self.0.pool, &held, &release, now)).await
        })
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        Box::pin(retried(move |_| write::retry(&self.0.pool, wanted, now)))
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        Box::pin(retried(move |_| async move {
            let mut next: Option<i64> = None;
            for (connection, _) in limits {
                let due: Option<i64> =
                    sqlx::query_scalar(sql::NEXT_DUE).bind(connection.as_str()).fetch_one(&self.0.pool).await?;
                next = [next, due].into_iter().flatten().min();
            }
            Ok(next.map(instant))
        }))
    }

    fn begin_again(&self, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(retried(move |_| write::begin_again(&self.0.pool, now)))
    }

    fn remembered<'a>(&'a self, connection: &'a ConnectionId, lane: &'a str) -> Fut<'a, Vec<(String, String)>> {
        Box::pin(retried(|_| async {
            let found = sqlx::query_as(sql::REMEMBERED).bind(connection.as_str()).bind(text(lane));
            Ok(found.fetch_all(&self.0.pool).await?)
        }))
    }

    fn remember<'a>(&'a self, claim: &'a Claim, what: &'a str, crm_id: &'a str) -> Fut<'a, ()> {
        Box::pin(retried(|_| write::remember(&self.0.pool, &claim.delivery, what, crm_id)))
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        Box::pin(retried(|_| rows::delivery(&self.0.pool, connection, call)))
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        Box::pin(retried(|_| async {
            let found = sql::list::<Postgres>(filter).build().fetch_all(&self.0.pool).await?;
            Ok(found.iter().map(shared::delivery).collect::<Result<_, Error>>()?)
        }))
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        Box::pin(retried(|_| async {
            let counted = sqlx::query(sql::TALLY).fetch_all(&self.0.pool).await?;
            Ok(counted.iter().map(shared::tally).collect::<Result<_, Error>>()?)
        }))
    }
}
