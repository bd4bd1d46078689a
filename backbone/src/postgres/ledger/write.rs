//! Every change of the ledger but the taking of a lease. Each worker's write names its lease. Each can be done twice and
//! is then done once: a connection that is cut while the answer is on its way is answered by doing it again.

use std::collections::BTreeMap;

use schemas::Timestamp;
use sqlx::postgres::PgPool;

use crate::Error;
use crate::ledger::{Claim, Delivery, Release, Step, StepStatus, Wanted};
use crate::postgres::codec::{Failure, text};
use crate::sql::codec::{json, millis};
use crate::sql::ledger as sql;
use crate::sql::ledger::rows::{Written, step_word};

/// Rows of one statement at most.
const ROWS: usize = 500;

/// What a worker holds: enough to check its lease.
pub struct Held<'a> {
    delivery: &'a Delivery,
    lease: String,
}

impl<'a> Held<'a> {
    /// Of a claim.
    pub fn of(claim: &'a Claim) -> Self {
        Self { delivery: &claim.delivery, lease: claim.lease.to_string() }
    }

    fn connection(&self) -> &str {
        self.delivery.connection.as_str()
    }

    fn call(&self) -> std::borrow::Cow<'_, str> {
        text(self.delivery.call.as_str())
    }

    fn still(&self, holds: bool) -> Result<(), Failure> {
        let lost = || Failure::Final(Error::LeaseLost(format!("{}:{}", self.connection(), self.delivery.call)));
        if holds { Ok(()) } else { Err(lost()) }
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
            .bind(some.iter().map(|one| one.connection.as_str()).collect::<Vec<_>>())
            .bind(some.iter().map(|one| text(one.call.as_str())).collect::<Vec<_>>())
            .bind(some.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>())
            .bind(some.iter().map(|one| text(&one.lane)).collect::<Vec<_>>())
            .bind(some.iter().map(|one| i64::from(one.revision)).collect::<Vec<_>>())
            .bind(millis(now))
            .bind(some.iter().map(|one| one.body.as_slice()).collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await?;
        due += u32::try_from(done.rows_affected()).unwrap_or(u32::MAX);
    }
    transaction.commit().await?;
    Ok(due)
}

/// Makes the lease longer.
pub async fn extend(pool: &PgPool, held: &Held<'_>, until: Timestamp) -> Result<(), Failure> {
    let done = sqlx::query(sql::EXTEND_SHARED)
        .bind(millis(until))
        .bind(held.connection())
        .bind(held.call())
        .bind(&held.lease)
        .execute(pool)
        .await?;
    held.still(done.rows_affected() == 1)
}

/// Writes a step down, and whether its delivery's lane must wait for it.
pub async fn step(pool: &PgPool, held: &Held<'_>, step: &Step) -> Result<(), Failure> {
    let done = sqlx::query(sql::STEP_HELD)
        .bind(held.connection())
        .bind(held.call())
        .bind(text(&step.name))
        .bind(step_word(step.status))
        .bind(json(&step.content)?)
        .bind(json(&step.held)?)
        .bind(text(&step.marker))
        .bind(step.crm_id.as_deref().map(text))
        .bind(step.deadline.map(millis))
        .bind(millis(step.at))
        .bind(text(&step.note))
        .bind(&held.lease)
        .bind(i64::from(step.status == StepStatus::Trying))
        .execute(pool)
        .await?;
    held.still(done.rows_affected() == 1)
}

/// Gives a delivery back.
pub async fn release(pool: &PgPool, held: &Held<'_>, release: &Release, now: Timestamp) -> Result<(), Failure> {
    let written = Written::from(release);
    let done = sqlx::query(sql::RELEASE_SHARED)
        .bind(millis(now))
        .bind(text(written.note))
        .bind(written.uncertain)
        .bind(written.status)
        .bind(i64::from(held.delivery.wanted))
        .bind(written.tries)
        .bind(written.due.unwrap_or(millis(now)))
        .bind(held.connection())
        .bind(held.call())
        .bind(&held.lease)
        .bind(&b""[..])
        .execute(pool)
        .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    let released = sqlx::query(sql::RELEASED)
        .bind(held.connection())
        .bind(held.call())
        .bind(&held.lease)
        .fetch_optional(pool)
        .await?;
    held.still(released.is_some())
}

/// Remembers what was made for a number.
pub async fn remember(pool: &PgPool, delivery: &Delivery, what: &str, crm_id: &str) -> Result<(), Failure> {
    sqlx::query(sql::REMEMBER)
        .bind(delivery.connection.as_str())
        .bind(text(&delivery.lane))
        .bind(text(what))
        .bind(text(crm_id))
        .execute(pool)
        .await?;
    Ok(())
}

/// Begins to try a delivery again.
pub async fn retry(pool: &PgPool, wanted: &Wanted, now: Timestamp) -> Result<bool, Failure> {
    let done = sqlx::query(sql::RETRY)
        .bind(millis(now))
        .bind(i64::from(wanted.revision))
        .bind(&wanted.body)
        .bind(wanted.connection.as_str())
        .bind(text(wanted.call.as_str()))
        .execute(pool)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every lease.
pub async fn begin_again(pool: &PgPool, now: Timestamp) -> Result<(), Failure> {
    sqlx::query(sql::BEGIN_AGAIN_SHARED).bind(millis(now)).execute(pool).await?;
    Ok(())
}
