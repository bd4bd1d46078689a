//! Rows of the ledger as our types.

use schemas::{CallId, ConnectionId};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::Error;
use crate::embedded::codec::{instant, parse, store};
use crate::ledger::{Delivery, Status, Step, StepStatus};

/// Columns in the order that [`delivery`] reads them.
pub const DELIVERY: &str = "connection, kind, call, lane, wanted, done, status, attempts, created_at, since, due_at, \
                            leased_until, done_at, note, uncertain, body";

/// An id from the database.
pub fn connection_id(text: &str) -> Result<ConnectionId, Error> {
    text.parse().map_err(|why| Error::Unreadable(format!("{why}")))
}

/// A delivery.
pub fn delivery(row: &SqliteRow) -> Result<Delivery, Error> {
    let status: &str = row.get(6);
    Ok(Delivery {
        connection: connection_id(row.get(0))?,
        kind: row.get(1),
        call: CallId(row.get(2)),
        lane: row.get(3),
        wanted: row.get(4),
        done: row.get(5),
        status: Status::from_word(status).ok_or_else(|| Error::Unreadable(format!("status {status:?}")))?,
        attempts: row.get(7),
        created_at: instant(row.get(8)),
        since: instant(row.get(9)),
        due_at: instant(row.get(10)),
        leased_until: row.get::<Option<i64>, _>(11).map(instant),
        done_at: row.get::<Option<i64>, _>(12).map(instant),
        note: row.get(13),
        uncertain: row.get::<i64, _>(14) != 0,
    })
}

/// The word of a step's status in the database.
pub const fn step_word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Trying => "trying",
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
    }
}

/// The steps of a delivery, in the order they were last changed.
pub async fn steps(connection: &mut SqliteConnection, of: &str, call: &str) -> Result<Vec<Step>, Error> {
    let rows = sqlx::query(
        "SELECT name, status, content, held, marker, crm_id, deadline, at, note FROM steps
         WHERE connection = $1 AND call = $2 ORDER BY at, name",
    )
    .bind(of)
    .bind(call)
    .fetch_all(connection)
    .await
    .map_err(store)?;
    let step = |row: &SqliteRow| {
        let word: &str = row.get(1);
        let status =
            [StepStatus::Trying, StepStatus::Done, StepStatus::Failed].into_iter().find(|s| step_word(*s) == word);
        Ok(Step {
            name: row.get(0),
            status: status.ok_or_else(|| Error::Unreadable(format!("step status {word:?}")))?,
            content: parse(row.get::<&str, _>(2).as_bytes())?,
            held: parse(row.get::<&str, _>(3).as_bytes())?,
            marker: row.get(4),
            crm_id: row.get(5),
            deadline: row.get::<Option<i64>, _>(6).map(instant),
            at: instant(row.get(7)),
            note: row.get(8),
        })
    };
    rows.iter().map(step).collect()
}
