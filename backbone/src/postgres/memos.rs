//! What is kept under names, and turns by the database's clock.

use std::time::Duration;

use super::Db;
use super::codec::Failure;
use super::retry::retried;
use crate::memos::{Holder, Memo, Memos, check};
use crate::sealed::Secret;
use crate::sql::memos as sql;
use crate::{Error, Fut};

/// Takes a turn (name, holder, milliseconds) that is free, over or one's own.
const TAKE: &str = "INSERT INTO holds (name, holder, ends)
     VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends = excluded.ends
     WHERE holds.holder = excluded.holder OR holds.ends <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
/// Lets it go: name, holder.
const END: &str = "DELETE FROM holds WHERE name = $1 AND holder = $2";
/// Whether a write stands whose answer was lost: name, sealed.
const STANDS: &str = "SELECT 1 FROM memos WHERE name = $1 AND sealed = $2";

/// The memos on PostgreSQL.
pub struct PostgresMemos(pub Db);

impl Memos for PostgresMemos {
    fn shared(&self) -> bool {
        true
    }

    fn read<'a>(&'a self, name: &'a str) -> Fut<'a, Option<Memo>> {
        Box::pin(retried(move |_| async move {
            let found = sqlx::query(sql::READ).bind(name).fetch_optional(&self.0.pool).await?;
            Ok(found.map(|row| sql::memo(&row, &self.0.key)).transpose()?)
        }))
    }

    fn under<'a>(&'a self, prefix: &'a str) -> Fut<'a, Vec<Memo>> {
        Box::pin(retried(move |_| async move {
            let found = sqlx::query(sql::UNDER).bind(prefix).fetch_all(&self.0.pool).await?;
            Ok(found.iter().map(|row| sql::memo(row, &self.0.key)).collect::<Result<_, Error>>()?)
        }))
    }

    fn write<'a>(&'a self, name: &'a str, value: &'a Secret, seen: i64) -> Fut<'a, bool> {
        Box::pin(async move {
            check(name, value)?;
            // Sealed once: no two sealings are alike, so what stands after a lost answer is known to be ours.
            let sealed = &self.0.key.seal(value, &sql::place(name))?;
            retried(move |again| async move { self.written(name, sealed, seen, again).await }).await
        })
    }

    fn forget<'a>(&'a self, name: &'a str, seen: i64) -> Fut<'a, bool> {
        Box::pin(retried(move |again| async move {
            let done = sqlx::query(sql::FORGET).bind(name).bind(seen).execute(&self.0.pool).await?;
            if done.rows_affected() == 1 || !again {
                return Ok(done.rows_affected() == 1);
            }
            Ok(sqlx::query(sql::READ).bind(name).fetch_optional(&self.0.pool).await?.is_none())
        }))
    }

    fn take_turn<'a>(&'a self, name: &'a str, holder: Holder, lease: Duration) -> Fut<'a, bool> {
        let millis = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 2);
        Box::pin(retried(move |_| async move {
            let taking = sqlx::query(TAKE).bind(name).bind(holder.to_string()).bind(millis);
            Ok(taking.execute(&self.0.pool).await?.rows_affected() == 1)
        }))
    }

    fn end_turn<'a>(&'a self, name: &'a str, holder: Holder) -> Fut<'a, ()> {
        Box::pin(retried(move |_| async move {
            sqlx::query(END).bind(name).bind(holder.to_string()).execute(&self.0.pool).await?;
            Ok(())
        }))
    }
}

impl PostgresMemos {
    async fn written(&self, name: &str, sealed: &[u8], seen: i64, again: bool) -> Result<bool, Failure> {
        let statement = if seen == 0 { sql::MAKE } else { sql::CHANGE };
        let mut query = sqlx::query(statement).bind(name).bind(sealed);
        if seen > 0 {
            query = query.bind(seen);
        }
        if query.execute(&self.0.pool).await?.rows_affected() == 1 {
            return Ok(true);
        }
        Ok(again && sqlx::query(STANDS).bind(name).bind(sealed).fetch_optional(&self.0.pool).await?.is_some())
    }
}
