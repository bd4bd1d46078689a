//! The ledger: deliveries, their steps, and what is remembered of numbers.

mod claim;
mod entries;
mod replay;
mod rows;
mod write;

use std::time::Duration;

use schemas::{CallId, ConnectionId, Timestamp};
use sqlx::Postgres;

use super::Db;
use super::batch::Batches;
use super::retry::retried;
use crate::ledger::{
    Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limits, Skip, Standing, Status, Step, Tally, Waiting,
    Wanted,
};
use crate::sql::codec::instant;
use crate::sql::ledger as sql;
use crate::sql::ledger::rows as shared;
use crate::{Error, Fut};
use entries::held;
use write::{End, Note};

/// The ledger on PostgreSQL.
pub struct PostgresLedger {
    db: Db,
    notes: Batches<Note>,
    ends: Batches<End>,
}

impl PostgresLedger {
    /// On an open database.
    pub fn new(db: Db) -> Self {
        Self { notes: Batches::start(db.pool.clone()), ends: Batches::start(db.pool.clone()), db }
    }
}

impl Ledger for PostgresLedger {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        Box::pin(async move {
            let wanted = write::newest(wanted);
            retried(|_| write::want(&self.db.pool, &wanted, now)).await
        })
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>> {
        Box::pin(claim::claim(&self.db.pool, limits, now, lease, max))
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let held = held(claim);
            retried(|_| write::extend(&self.db.pool, &held, until)).await
        })
    }

    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()> {
        Box::pin(async move { self.notes.submit(Note::of(claim, entries)?).await })
    }

    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.ends.submit(End::of(claim, ending, now)?).await })
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        Box::pin(retried(move |_| write::retry(&self.db.pool, wanted, now)))
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        Box::pin(retried(move |_| async move {
            let connections: Vec<&str> = limits.iter().map(|limit| limit.connection.as_str()).collect();
            let due: Option<i64> =
                sqlx::query_scalar(sql::NEXT_DUE_OF_MANY).bind(connections).fetch_one(&self.db.pool).await?;
            Ok(due.map(instant))
        }))
    }

    fn end_leases(&self) -> Fut<'_, ()> {
        Box::pin(retried(move |_| write::end_leases(&self.db.pool)))
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        Box::pin(retried(|_| rows::delivery(&self.db.pool, connection, call)))
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        Box::pin(retried(|_| async {
            let found = sql::list::<Postgres>(filter).build().fetch_all(&self.db.pool).await?;
            Ok(found.iter().map(shared::delivery).collect::<Result<_, Error>>()?)
        }))
    }

    fn reopen<'a>(
        &'a self,
        wanted: &'a [(Wanted, Timestamp)],
        replay: &'a str,
        waiting: Waiting,
        now: Timestamp,
    ) -> Fut<'a, ()> {
        Box::pin(retried(move |_| replay::reopen(&self.db.pool, wanted, replay, waiting, now)))
    }

    fn hold<'a>(&'a self, replay: &'a str, held: bool) -> Fut<'a, ()> {
        Box::pin(retried(move |_| replay::hold(&self.db.pool, replay, held)))
    }

    fn skip<'a>(&'a self, which: &'a Skip, note: &'a str, now: Timestamp, max: u32) -> Fut<'a, u64> {
        Box::pin(retried(move |_| replay::skip(&self.db.pool, which, note, now, max)))
    }

    fn standing<'a>(&'a self, connection: &'a ConnectionId, calls: &'a [CallId]) -> Fut<'a, Vec<Option<Standing>>> {
        Box::pin(retried(move |_| replay::standing(&self.db.pool, connection, calls)))
    }

    fn waits<'a>(&'a self, replay: &'a str) -> Fut<'a, bool> {
        Box::pin(retried(move |_| async move {
            let found = sqlx::query(sql::replay::WAITS).bind(replay).fetch_optional(&self.db.pool).await?;
            Ok(found.is_some())
        }))
    }

    fn progress<'a>(&'a self, replay: &'a str) -> Fut<'a, Vec<(Status, u64)>> {
        Box::pin(retried(move |_| replay::progress(&self.db.pool, replay)))
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        Box::pin(retried(|_| async {
            let counted = sqlx::query(sql::TALLY).fetch_all(&self.db.pool).await?;
            Ok(counted.iter().map(shared::tally).collect::<Result<_, Error>>()?)
        }))
    }
}
