//! Every change of the ledger but the taking of a lease. Each worker's write names its lease. Each can be done twice and
//! is then done once: a connection that is cut while the answer is on its way is answered by doing it again.

use std::collections::{BTreeMap, HashSet};

use schemas::Timestamp;
use sqlx::postgres::PgPool;

use super::entries::{Row, bind, column, held};
use crate::Error;
use crate::ledger::{Claim, Ending, Entry, Heir, Rank, Wanted};
use crate::postgres::batch::{Held, Write, Written};
use crate::postgres::codec::{Failure, text};
use crate::sql::codec::millis;
use crate::sql::ledger as sql;
use crate::sql::ledger::rows;

/// Rows of one statement at most.
const ROWS: usize = 500;

/// Entries to write.
pub struct Note {
    held: Held,
    rows: Vec<Row>,
}

impl Note {
    /// Of a claimed delivery.
    pub fn of(claim: &Claim, entries: &[Entry]) -> Result<Self, Error> {
        Ok(Self { held: held(claim), rows: Row::all(claim, entries)? })
    }
}

impl Write for Note {
    fn held(&self) -> &Held {
        &self.held
    }

    async fn carry_out(pool: &PgPool, all: &[Self]) -> Result<Written, Failure> {
        let entries: Vec<_> = all.iter().flat_map(|one| one.rows.iter().map(|row| (&one.held, row))).collect();
        let query = bind(sqlx::query_as(sql::many::WRITE), &entries)
            .bind(column(all, |one| one.held.connection.as_str()))
            .bind(column(all, |one| one.held.call.as_str()))
            .bind(column(all, |one| one.held.lease.as_str()))
            .bind(column(all, |one| i64::from(one.rows.iter().any(Row::uncertain))));
        Ok(query.fetch_all(pool).await?.into_iter().collect())
    }
}

/// A delivery to give back.
pub struct End {
    held: Held,
    revision: i64,
    now: i64,
    last: Vec<Row>,
    ending: Ending,
}

impl End {
    /// Of a claim.
    pub fn of(claim: &Claim, ending: Ending, now: Timestamp) -> Result<Self, Error> {
        let last = Row::all(claim, &ending.last)?;
        let revision = i64::from(claim.delivery.wanted);
        Ok(Self { held: held(claim), revision, now: millis(now), last, ending })
    }

    fn written(&self) -> rows::Written<'_> {
        rows::Written::from(&self.ending.release)
    }
}

/// Who inherits a place, and from whom. Not where the heir is given back in the same statement: then the place is already
/// with the heir's own heir, or free.
fn heirs(all: &[End]) -> Vec<(&Held, &Heir)> {
    let ending: HashSet<(&str, &str)> =
        all.iter().map(|one| (one.held.connection.as_str(), one.held.call.as_str())).collect();
    all.iter()
        .filter_map(|one| one.ending.heir.as_ref().map(|heir| (&one.held, heir)))
        .filter(|(held, heir)| !ending.contains(&(held.connection.as_str(), &*text(heir.call.as_str()))))
        .collect()
}

impl Write for End {
    fn held(&self) -> &Held {
        &self.held
    }

    async fn carry_out(pool: &PgPool, all: &[Self]) -> Result<Written, Failure> {
        let entries: Vec<_> = all.iter().flat_map(|one| one.last.iter().map(|row| (&one.held, row))).collect();
        let written = column(all, |one| (one, one.written()));
        let heirs = heirs(all);
        let query = bind(sqlx::query_as(sql::many::RELEASE), &entries)
            .bind(column(all, |one| one.held.connection.as_str()))
            .bind(column(all, |one| one.held.call.as_str()))
            .bind(column(all, |one| one.held.lease.as_str()))
            .bind(column(all, |one| one.now))
            .bind(column(&written, |(_, written)| text(written.note)))
            .bind(column(&written, |(_, written)| written.uncertain))
            .bind(column(&written, |(_, written)| written.status))
            .bind(column(all, |one| one.revision))
            .bind(column(&written, |(_, written)| written.tries))
            .bind(column(&written, |(one, written)| written.due.unwrap_or(one.now)))
            .bind(column(&heirs, |(held, _)| held.call.as_str()))
            .bind(column(&heirs, |(_, heir)| text(heir.call.as_str())))
            .bind(column(&heirs, |(_, heir)| heir.lease.to_string()))
            .bind(column(&heirs, |(held, _)| held.connection.as_str()))
            .bind(column(all, |one| one.ending.trace.as_deref().map(text)));
        Ok(query.fetch_all(pool).await?.into_iter().collect())
    }
}

/// Each delivery once, at its newest revision; in one order, so that two writers do not wait for each other in a ring.
pub fn newest(wanted: &[Wanted]) -> Vec<&Wanted> {
    let mut newest: BTreeMap<(&str, &str), &Wanted> = BTreeMap::new();
    for one in wanted {
        let known = newest.entry((one.connection.as_str(), one.call.as_str())).or_insert(one);
        if one.revision > known.revision {
            *known = one;
        }
    }
    newest.into_values().collect()
}

/// Opens or raises deliveries; says how many are now due.
pub async fn want(pool: &PgPool, wanted: &[&Wanted], now: Timestamp) -> Result<u32, Failure> {
    if wanted.is_empty() {
        return Ok(0);
    }
    let mut transaction = pool.begin().await?;
    let mut due = 0;
    for some in wanted.chunks(ROWS) {
        let done = sqlx::query(sql::WANT_MANY)
            .bind(column(some, |one| one.connection.as_str()))
            .bind(column(some, |one| text(one.call.as_str())))
            .bind(column(some, |one| one.kind.as_str()))
            .bind(column(some, |one| text(&one.lane)))
            .bind(column(some, |one| i64::from(one.revision)))
            .bind(millis(now))
            .bind(column(some, |one| one.body.as_slice()))
            .bind(column(some, |one| rows::rank_number(one.rank)))
            .execute(&mut *transaction)
            .await?;
        due += u32::try_from(done.rows_affected()).unwrap_or(u32::MAX);
        let live: Vec<&Wanted> = some.iter().copied().filter(|one| one.rank == Rank::Live).collect();
        sqlx::query(sql::PROMOTE_MANY)
            .bind(column(&live, |one| one.connection.as_str()))
            .bind(column(&live, |one| text(&one.lane)))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(due)
}

/// Makes the lease longer.
pub async fn extend(pool: &PgPool, held: &Held, until: Timestamp) -> Result<(), Failure> {
    let done = sqlx::query(sql::EXTEND_SHARED)
        .bind(millis(until))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .execute(pool)
        .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Failure::Final(held.lost())) }
}

/// Begins to try a delivery again.
pub async fn retry(pool: &PgPool, wanted: &Wanted, now: Timestamp) -> Result<bool, Failure> {
    let done = sqlx::query(sql::RETRY)
        .bind(millis(now))
        .bind(i64::from(wanted.revision))
        .bind(&wanted.body)
        .bind(wanted.connection.as_str())
        .bind(text(wanted.call.as_str()))
        .bind(rows::rank_number(wanted.rank))
        .execute(pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every lease.
pub async fn end_leases(pool: &PgPool) -> Result<(), Failure> {
    sqlx::query(sql::END_LEASES_SHARED).execute(pool).await?;
    Ok(())
}
