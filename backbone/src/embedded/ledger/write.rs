//! Every change of the ledger but the taking of a lease. Each worker's write names its lease.

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteQueryResult};

use crate::Error;
use crate::embedded::codec::{json, millis, store};
use crate::ledger::{Claim, Release, Step, StepStatus, Wanted};
use crate::sql::ledger as sql;
use crate::sql::ledger::rows::{Written, step_word};

/// What a worker holds: enough to check its lease.
pub struct Held {
    connection: String,
    call: String,
    lease: String,
    revision: u32,
}

impl Held {
    /// Of a claim.
    pub fn of(claim: &Claim) -> Self {
        Self {
            connection: claim.delivery.connection.to_string(),
            call: claim.delivery.call.to_string(),
            lease: claim.lease.to_string(),
            revision: claim.delivery.wanted,
        }
    }

    fn lost(&self) -> Error {
        Error::LeaseLost(format!("{}:{}", self.connection, self.call))
    }

    fn still(&self, done: &SqliteQueryResult) -> Result<(), Error> {
        if done.rows_affected() == 1 { Ok(()) } else { Err(self.lost()) }
    }
}

/// Opens or raises one delivery; 1 where it is now due.
pub async fn want(connection: &mut SqliteConnection, wanted: &Wanted, now: Timestamp) -> Result<u32, Error> {
    let done = sqlx::query(sql::WANT)
        .bind(wanted.connection.as_str())
        .bind(wanted.call.as_str())
        .bind(&wanted.kind)
        .bind(&wanted.lane)
        .bind(wanted.revision)
        .bind(millis(now))
        .bind(&wanted.body)
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(u32::from(done.rows_affected() == 1))
}

/// Begins to try a delivery again.
pub async fn retry(connection: &mut SqliteConnection, wanted: &Wanted, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query(sql::RETRY)
        .bind(millis(now))
        .bind(wanted.revision)
        .bind(&wanted.body)
        .bind(wanted.connection.as_str())
        .bind(wanted.call.as_str())
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(done.rows_affected() == 1)
}

/// Makes the lease longer.
pub async fn extend(connection: &mut SqliteConnection, held: &Held, until: Timestamp) -> Result<(), Error> {
    let done = sqlx::query(sql::EXTEND)
        .bind(millis(until))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .execute(connection)
        .await
        .map_err(store)?;
    held.still(&done)
}

/// Writes a step down, and whether its delivery's lane must wait for it.
pub async fn step(connection: &mut SqliteConnection, held: &Held, step: &Step) -> Result<(), Error> {
    let done = sqlx::query(sql::UNCERTAIN)
        .bind(i64::from(step.status == StepStatus::Trying))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    held.still(&done)?;
    sqlx::query(sql::STEP)
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&step.name)
        .bind(step_word(step.status))
        .bind(json(&step.content)?)
        .bind(json(&step.held)?)
        .bind(&step.marker)
        .bind(&step.crm_id)
        .bind(step.deadline.map(millis))
        .bind(millis(step.at))
        .bind(&step.note)
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}

/// Gives a delivery back.
pub async fn release(
    connection: &mut SqliteConnection,
    held: &Held,
    release: &Release,
    now: Timestamp,
) -> Result<(), Error> {
    let written = Written::from(release);
    let done = sqlx::query(sql::RELEASE)
        .bind(millis(now))
        .bind(written.note)
        .bind(written.uncertain)
        .bind(written.status)
        .bind(held.revision)
        .bind(written.tries)
        .bind(written.due.unwrap_or(millis(now)))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .bind(&b""[..])
        .execute(connection)
        .await
        .map_err(store)?;
    held.still(&done)
}

/// Remembers what was made for a number.
pub async fn remember(
    connection: &mut SqliteConnection,
    held: &Held,
    lane: &str,
    what: &str,
    crm_id: &str,
) -> Result<(), Error> {
    sqlx::query(sql::REMEMBER)
        .bind(&held.connection)
        .bind(lane)
        .bind(what)
        .bind(crm_id)
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}
