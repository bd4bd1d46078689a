//! Rows of the ledger as our types, and the other way round.

use schemas::{CallId, ConnectionId};

use crate::Error;
use crate::ledger::{Delivery, Rank, Release, Standing, Status, Step, StepStatus, Tally};
use crate::sql::codec::{instant, millis, parse};
use crate::sql::rows::Cells;

/// Where the body stands in a row of a delivery.
pub const BODY: usize = 15;
/// Whether it was claimed ahead.
pub const AHEAD: usize = 16;
/// What is read with it, if anything is.
pub const MORE: usize = 20;

fn connection_id(text: &str) -> Result<ConnectionId, Error> {
    text.parse().map_err(|why| Error::Unreadable(format!("{why}")))
}

/// A rank as the database keeps it.
pub const fn rank_number(rank: Rank) -> i64 {
    match rank {
        Rank::Live => 0,
        Rank::Later => 1,
        Rank::Held => 2,
    }
}

fn rank(number: i64) -> Result<Rank, Error> {
    let rank = [Rank::Live, Rank::Later, Rank::Held].into_iter().find(|rank| rank_number(*rank) == number);
    rank.ok_or_else(|| Error::Unreadable(format!("rank {number}")))
}

fn status(word: &str) -> Result<Status, Error> {
    Status::from_word(word).ok_or_else(|| Error::Unreadable(format!("status {word:?}")))
}

/// A delivery.
pub fn delivery(row: &impl Cells) -> Result<Delivery, Error> {
    Ok(Delivery {
        connection: connection_id(&row.text(0)?)?,
        kind: row.text(1)?,
        call: CallId(row.text(2)?),
        lane: row.text(3)?,
        wanted: row.count(4)?,
        done: row.count(5)?,
        status: status(&row.text(6)?)?,
        attempts: row.count(7)?,
        created_at: instant(row.number(8)?),
        since: instant(row.number(9)?),
        due_at: instant(row.number(10)?),
        leased_until: row.number_if_any(11)?.map(instant),
        done_at: row.number_if_any(12)?.map(instant),
        note: row.text(13)?,
        uncertain: row.number(14)? != 0,
        rank: rank(row.number(17)?)?,
        replay: row.text_if_any(18)?,
        trace: row.text(19)?,
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

fn step_status(word: &str) -> Result<StepStatus, Error> {
    let status = [StepStatus::Trying, StepStatus::Done, StepStatus::Failed].into_iter().find(|s| step_word(*s) == word);
    status.ok_or_else(|| Error::Unreadable(format!("step status {word:?}")))
}

/// A step.
pub fn step(row: &impl Cells) -> Result<Step, Error> {
    Ok(Step {
        name: row.text(0)?,
        status: step_status(&row.text(1)?)?,
        content: parse(row.text(2)?.as_bytes())?,
        held: parse(row.text(3)?.as_bytes())?,
        marker: row.text(4)?,
        crm_id: row.text_if_any(5)?,
        deadline: row.number_if_any(6)?.map(instant),
        at: instant(row.number(7)?),
        note: row.text(8)?,
    })
}

/// Steps as PostgreSQL reads them with their delivery: an array of the same cells each.
pub fn steps(json: &str) -> Result<Vec<Step>, Error> {
    type Cells = (String, String, String, String, String, Option<String>, Option<i64>, i64, String);
    let rows: Vec<Cells> = parse(json.as_bytes())?;
    let step = |(name, status, content, held, marker, crm_id, deadline, at, note): Cells| {
        Ok(Step {
            name,
            status: step_status(&status)?,
            content: parse(content.as_bytes())?,
            held: parse(held.as_bytes())?,
            marker,
            crm_id,
            deadline: deadline.map(instant),
            at: instant(at),
            note,
        })
    };
    rows.into_iter().map(step).collect()
}

/// Where a delivery stands: status and revision from this cell on.
pub fn standing(row: &impl Cells, from: usize) -> Result<Standing, Error> {
    Ok(Standing { status: status(&row.text(from)?)?, wanted: row.count(from + 1)? })
}

/// A status and how many have it.
pub fn progress(row: &impl Cells) -> Result<(Status, u64), Error> {
    Ok((status(&row.text(0)?)?, row.number(1)?.unsigned_abs()))
}

/// A count.
pub fn tally(row: &impl Cells) -> Result<Tally, Error> {
    Ok(Tally {
        connection: connection_id(&row.text(0)?)?,
        status: status(&row.text(1)?)?,
        count: row.number(2)?.unsigned_abs(),
        oldest: row.number_if_any(3)?.map(instant),
    })
}

/// How a release is written: its status, note, what a try counts, whether the lane must wait, and when it is due.
pub struct Written<'a> {
    /// The word.
    pub status: &'static str,
    /// For people.
    pub note: &'a str,
    /// When it is due, if not now.
    pub due: Option<i64>,
    /// Tries to add.
    pub tries: i64,
    /// 1 where the outcome of a request is unknown.
    pub uncertain: i64,
}

impl<'a> From<&'a Release> for Written<'a> {
    fn from(release: &'a Release) -> Self {
        match release {
            Release::Done { note } => Self { status: "done", note, due: None, tries: 1, uncertain: 0 },
            Release::Dead { note } => Self { status: "dead", note, due: None, tries: 1, uncertain: 0 },
            Release::Again { due, counted, uncertain, note } => Self {
                status: "pending",
                note,
                due: Some(millis(*due)),
                tries: i64::from(*counted),
                uncertain: i64::from(*uncertain),
            },
        }
    }
}
