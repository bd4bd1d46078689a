//! What workers write down, as the columns of one statement.

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;

use crate::Error;
use crate::ledger::{Claim, Entry, StepStatus};
use crate::postgres::batch::Held;
use crate::postgres::codec::text;
use crate::sql::codec::{json, millis};
use crate::sql::ledger::rows::step_word;

/// The claim's delivery and lease.
pub fn held(claim: &Claim) -> Held {
    Held {
        connection: claim.delivery.connection.to_string(),
        call: text(claim.delivery.call.as_str()).into_owned(),
        lease: claim.lease.to_string(),
    }
}

/// A step and what is remembered with it, as they are kept.
pub struct Row {
    name: String,
    status: StepStatus,
    content: String,
    held: String,
    marker: String,
    crm_id: Option<String>,
    deadline: Option<i64>,
    at: i64,
    note: String,
    remember: Option<Remember>,
}

struct Remember {
    lane: String,
    what: String,
    crm_id: String,
}

impl Row {
    /// Of entries of a claimed delivery.
    pub fn all(claim: &Claim, entries: &[Entry]) -> Result<Vec<Self>, Error> {
        entries.iter().map(|entry| Self::of(claim, entry)).collect()
    }

    fn of(claim: &Claim, entry: &Entry) -> Result<Self, Error> {
        let (step, kept) = (&entry.step, |said: &str| text(said).into_owned());
        let remember = |(what, crm_id): &(String, String)| Remember {
            lane: kept(&claim.delivery.lane),
            what: kept(what),
            crm_id: kept(crm_id),
        };
        let content = json(&step.content)?;
        // What was made is held as it was wanted.
        let held = if step.held == step.content { content.clone() } else { json(&step.held)? };
        Ok(Self {
            name: kept(&step.name),
            status: step.status,
            content,
            held,
            marker: kept(&step.marker),
            crm_id: step.crm_id.as_deref().map(kept),
            deadline: step.deadline.map(millis),
            at: millis(step.at),
            note: kept(&step.note),
            remember: entry.remember.as_ref().map(remember),
        })
    }

    /// Whether the delivery's lane must wait until it is known what became of it.
    pub fn uncertain(&self) -> bool {
        self.status == StepStatus::Trying
    }
}

/// A statement that says which deliveries it wrote.
pub type Writing<'q> = QueryAs<'q, Postgres, (String, String), PgArguments>;

/// Binds entries as the first sixteen columns.
pub fn bind<'q>(query: Writing<'q>, rows: &[(&'q Held, &'q Row)]) -> Writing<'q> {
    let kept: Vec<_> =
        rows.iter().filter_map(|(held, row)| row.remember.as_ref().map(|remember| (held, remember))).collect();
    query
        .bind(column(rows, |(held, _)| held.connection.as_str()))
        .bind(column(rows, |(held, _)| held.call.as_str()))
        .bind(column(rows, |(_, row)| row.name.as_str()))
        .bind(column(rows, |(_, row)| step_word(row.status)))
        .bind(column(rows, |(_, row)| row.content.as_str()))
        .bind(column(rows, |(_, row)| row.held.as_str()))
        .bind(column(rows, |(_, row)| row.marker.as_str()))
        .bind(column(rows, |(_, row)| row.crm_id.as_deref()))
        .bind(column(rows, |(_, row)| row.deadline))
        .bind(column(rows, |(_, row)| row.at))
        .bind(column(rows, |(_, row)| row.note.as_str()))
        .bind(column(&kept, |(held, _)| held.connection.as_str()))
        .bind(column(&kept, |(held, _)| held.call.as_str()))
        .bind(column(&kept, |(_, remember)| remember.lane.as_str()))
        .bind(column(&kept, |(_, remember)| remember.what.as_str()))
        .bind(column(&kept, |(_, remember)| remember.crm_id.as_str()))
}

/// One column of some rows.
pub fn column<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}
