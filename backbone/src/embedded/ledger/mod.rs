//! The ledger: deliveries, their steps, and what is remembered of numbers.

mod claim;
#[cfg(test)]
mod plans;
mod replay;
mod write;

use std::time::Duration;

use schemas::{CallId, ConnectionId, Timestamp};
use sqlx::Sqlite;

use super::Db;
use super::codec::{instant, store};
use super::writer::job;
use crate::Fut;
use crate::ledger::{
    Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limits, Skip, Standing, Status, Step, Tally, Waiting,
    Wanted,
};
use crate::sql::ledger::{self as sql, rows};

/// Reopened at once: what live calls write waits behind it.
const REOPENED: usize = 20;

/// The ledger of the embedded backbone.
pub struct EmbeddedLedger(pub Db);

impl Ledger for EmbeddedLedger {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        let wanted = wanted.to_vec();
        let write = job(move |c| {
            Box::pin(async move {
                let mut due = 0;
                for one in &wanted {
                    due += write::want(c, one, now).await?;
                }
                Ok(due)
            })
        });
        Box::pin(self.0.writer.submit(write))
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>> {
        Box::pin(async move {
            // A look first: most wakes find nothing, and a look costs no commit.
            let promising = claim::promising(&self.0.readers, limits, now).await?;
            if promising.is_empty() || max == 0 {
                return Ok(Vec::new());
            }
            let write = job(move |c| Box::pin(async move { claim::take(c, &promising, now, lease, max).await }));
            self.0.writer.submit(write).await
        })
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        let claim = write::Held::of(claim);
        let write = job(move |c| Box::pin(async move { write::extend(c, &claim, until).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()> {
        let (claim, entries) = (write::Held::of(claim), entries.to_vec());
        let write = job(move |c| Box::pin(async move { write::entries(c, &claim, &entries).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()> {
        let claim = write::Held::of(claim);
        let write = job(move |c| Box::pin(async move { write::release(c, &claim, &ending, now).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        let wanted = wanted.clone();
        let write = job(move |c| Box::pin(async move { write::retry(c, &wanted, now).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        Box::pin(async move {
            let mut next: Option<i64> = None;
            for limit in limits {
                let due: Option<i64> = sqlx::query_scalar(sql::NEXT_DUE)
                    .bind(limit.connection.as_str())
                    .fetch_one(&self.0.readers)
                    .await
                    .map_err(store)?;
                next = [next, due].into_iter().flatten().min();
            }
            Ok(next.map(instant))
        })
    }

    fn end_leases(&self) -> Fut<'_, ()> {
        let write = job(|c| {
            Box::pin(async move {
                sqlx::query(sql::END_LEASES).execute(c).await.map_err(store)?;
                Ok(())
            })
        });
        Box::pin(self.0.writer.submit(write))
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        Box::pin(async move {
            let row = sqlx::query(sql::DELIVERY)
                .bind(connection.as_str())
                .bind(call.as_str())
                .fetch_optional(&self.0.readers)
                .await
                .map_err(store)?;
            let Some(row) = row else { return Ok(None) };
            let mut reader = self.0.readers.acquire().await.map_err(store)?;
            let steps = claim::steps(&mut reader, connection.as_str(), call.as_str()).await?;
            Ok(Some((rows::delivery(&row)?, steps)))
        })
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        Box::pin(async move {
            let found = sql::list::<Sqlite>(filter).build().fetch_all(&self.0.readers).await.map_err(store)?;
            found.iter().map(rows::delivery).collect()
        })
    }

    fn reopen<'a>(
        &'a self,
        wanted: &'a [(Wanted, Timestamp)],
        replay: &'a str,
        waiting: Waiting,
        now: Timestamp,
    ) -> Fut<'a, ()> {
        Box::pin(async move {
            for some in wanted.chunks(REOPENED) {
                let (some, replay) = (some.to_vec(), replay.to_owned());
                let write = job(move |c| {
                    Box::pin(async move {
                        for one in &some {
                            replay::reopen(c, one, &replay, waiting, now).await?;
                        }
                        Ok(())
                    })
                });
                self.0.writer.submit(write).await?;
            }
            Ok(())
        })
    }

    fn hold<'a>(&'a self, replay: &'a str, held: bool) -> Fut<'a, ()> {
        let replay = replay.to_owned();
        let write = job(move |c| Box::pin(async move { replay::hold(c, &replay, held).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn skip<'a>(&'a self, which: &'a Skip, note: &'a str, now: Timestamp, max: u32) -> Fut<'a, u64> {
        let (which, note) = (which.clone(), note.to_owned());
        let write = job(move |c| Box::pin(async move { replay::skip(c, &which, &note, now, max).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn standing<'a>(&'a self, connection: &'a ConnectionId, calls: &'a [CallId]) -> Fut<'a, Vec<Option<Standing>>> {
        Box::pin(replay::standing(&self.0.readers, connection, calls))
    }

    fn waits<'a>(&'a self, replay: &'a str) -> Fut<'a, bool> {
        Box::pin(async move {
            let found = sqlx::query(sql::replay::WAITS).bind(replay).fetch_optional(&self.0.readers).await;
            Ok(found.map_err(store)?.is_some())
        })
    }

    fn progress<'a>(&'a self, replay: &'a str) -> Fut<'a, Vec<(Status, u64)>> {
        Box::pin(replay::progress(&self.0.readers, replay))
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        Box::pin(async move {
            let counted = sqlx::query(sql::TALLY).fetch_all(&self.0.readers).await.map_err(store)?;
            counted.iter().map(rows::tally).collect()
        })
    }
}
