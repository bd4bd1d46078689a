//! Every change of the ledger but the taking of a lease. Each worker's write names its lease.

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteQueryResult};

use crate::Error;
use crate::embedded::codec::{json, millis, store};
use crate::ledger::{Claim, Ending, Entry, Rank, StepStatus, Wanted};
use crate::sql::ledger as sql;
use crate::sql::ledger::rows::{Written, rank_number, step_word};

/// What a worker holds: enough to check its lease.
pub struct Held {
    connection: String,
    call: String,
    lane: String,
    lease: String,
    revision: u32,
}

impl Held {
    /// Of a claim.
    pub fn of(claim: &Claim) -> Self {
        Self {
            connection: claim.delivery.connection.to_string(),
            call: claim.delivery.call.to_string(),
            lane: claim.delivery.lane.clone(),
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
        .bind(rank_number(wanted.rank))
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    if wanted.rank == Rank::Live {
        let promoted = sqlx::query(sql::PROMOTE).bind(wanted.connection.as_str()).bind(&wanted.lane);
        promoted.execute(connection).await.map_err(store)?;
    }
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
        .bind(rank_number(wanted.rank))
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

/// Writes entries down, and whether their delivery's lane must wait for them.
pub async fn entries(connection: &mut SqliteConnection, held: &Held, entries: &[Entry]) -> Result<(), Error> {
    let uncertain = entries.iter().any(|entry| entry.step.status == StepStatus::Trying);
    let done = sqlx::query(sql::UNCERTAIN)
        .bind(i64::from(uncertain))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    held.still(&done)?;
    for entry in entries {
        written(connection, held, entry).await?;
    }
    Ok(())
}

async fn written(connection: &mut SqliteConnection, held: &Held, entry: &Entry) -> Result<(), Error> {
    let step = &entry.step;
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
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    let Some((what, crm_id)) = &entry.remember else { return Ok(()) };
    sqlx::query(sql::REMEMBER)
        .bind(&held.connection)
        .bind(&held.lane)
        .bind(what)
        .bind(crm_id)
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}

/// Gives a delivery back, with its last entries, and its place to its heir.
pub async fn release(
    connection: &mut SqliteConnection,
    held: &Held,
    ending: &Ending,
    now: Timestamp,
) -> Result<(), Error> {
    let release = Written::from(&ending.release);
    let done = sqlx::query(sql::RELEASE)
        .bind(millis(now))
        .bind(release.note)
        .bind(release.uncertain)
        .bind(release.status)
        .bind(held.revision)
        .bind(release.tries)
        .bind(release.due.unwrap_or(millis(now)))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .bind(&b""[..])
        .bind(&ending.trace)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    held.still(&done)?;
    for entry in &ending.last {
        written(connection, held, entry).await?;
    }
    let Some(heir) = &ending.heir else { return Ok(()) };
    sqlx::query(sql::INHERIT)
        .bind(&held.connection)
        .bind(heir.call.as_str())
        .bind(heir.lease.to_string())
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}
