//! Every change of the ledger but the taking of a lease. Each worker's write names its lease.

use schemas::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteQueryResult};

use super::rows::step_word;
use crate::Error;
use crate::embedded::codec::{json, millis, store};
use crate::ledger::{Claim, Release, Step, StepStatus, Wanted};

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
    let done = sqlx::query(
        "INSERT INTO deliveries (connection, call, kind, lane, wanted, done, status, attempts, created_at, since, due_at,
             changed_at, uncertain, note, body)
         VALUES ($1, $2, $3, $4, $5, 0, 'pending', 0, $6, $6, $6, $6, 0, '', $7)
         ON CONFLICT (connection, call) DO UPDATE SET
             wanted = excluded.wanted, lane = excluded.lane, body = excluded.body, changed_at = excluded.changed_at,
             status = 'pending',
             attempts = CASE deliveries.status WHEN 'done' THEN 0 ELSE deliveries.attempts END,
             since = CASE deliveries.status WHEN 'done' THEN excluded.since ELSE deliveries.since END,
             due_at = CASE deliveries.status WHEN 'done' THEN excluded.due_at ELSE deliveries.due_at END
         WHERE excluded.wanted > deliveries.wanted AND deliveries.status IN ('pending', 'done')",
    )
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
    let done = sqlx::query(
        "UPDATE deliveries SET status = 'pending', attempts = 0, since = $1, due_at = $1, changed_at = $1,
             body = CASE WHEN $2 >= wanted THEN $3 ELSE body END, wanted = MAX(wanted, $2)
         WHERE connection = $4 AND call = $5 AND status <> 'done'",
    )
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
    let done =
        sqlx::query("UPDATE deliveries SET leased_until = $1 WHERE connection = $2 AND call = $3 AND lease = $4")
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
    let done = sqlx::query("UPDATE deliveries SET uncertain = $1 WHERE connection = $2 AND call = $3 AND lease = $4")
        .bind(i64::from(step.status == StepStatus::Trying))
        .bind(&held.connection)
        .bind(&held.call)
        .bind(&held.lease)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    held.still(&done)?;
    sqlx::query(
        "INSERT INTO steps (connection, call, name, status, content, held, marker, crm_id, deadline, at, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (connection, call, name) DO UPDATE SET status = excluded.status, content = excluded.content,
             held = excluded.held, marker = excluded.marker, crm_id = excluded.crm_id, deadline = excluded.deadline,
             at = excluded.at, note = excluded.note",
    )
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
    let (status, note, due, counted, uncertain) = match release {
        Release::Done { note } => ("done", note, now, true, false),
        Release::Again { due, counted, uncertain, note } => ("pending", note, *due, *counted, *uncertain),
        Release::Dead { note } => ("dead", note, now, true, false),
    };
    // A revision that came while the worker was busy was not in what the worker did: the delivery stays open for it.
    let written = sqlx::query(
        "UPDATE deliveries SET
             lease = NULL, leased_until = NULL, changed_at = $1, note = $2, uncertain = $3,
             done = CASE $4 WHEN 'done' THEN $5 ELSE done END,
             done_at = CASE $4 WHEN 'done' THEN $1 ELSE done_at END,
             attempts = CASE WHEN wanted > $5 AND $4 <> 'pending' THEN 0 ELSE attempts + $6 END,
             since = CASE WHEN wanted > $5 AND $4 <> 'pending' THEN $1 ELSE since END,
             status = CASE WHEN wanted > $5 THEN 'pending' ELSE $4 END,
             due_at = $7,
             body = CASE WHEN wanted > $5 OR $4 <> 'done' THEN body ELSE x'' END
         WHERE connection = $8 AND call = $9 AND lease = $10",
    )
    .bind(millis(now))
    .bind(note)
    .bind(i64::from(uncertain))
    .bind(status)
    .bind(held.revision)
    .bind(i64::from(counted))
    .bind(millis(due))
    .bind(&held.connection)
    .bind(&held.call)
    .bind(&held.lease)
    .execute(connection)
    .await
    .map_err(store)?;
    held.still(&written)
}

/// Remembers what was made for a number.
pub async fn remember(
    connection: &mut SqliteConnection,
    held: &Held,
    lane: &str,
    what: &str,
    crm_id: &str,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO remembered (connection, lane, what, crm_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (connection, lane, what) DO UPDATE SET crm_id = excluded.crm_id",
    )
    .bind(&held.connection)
    .bind(lane)
    .bind(what)
    .bind(crm_id)
    .execute(connection)
    .await
    .map_err(store)?;
    Ok(())
}
