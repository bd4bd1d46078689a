//! The ledger: the one truth of which deliveries are due, tried and done, and which records each made in its CRM.
//!
//! Work in progress holds a lease; every write of a worker says which lease it works under and fails with
//! [`Error::LeaseLost`](crate::Error::LeaseLost) when that lease is not the one that stands.
//!
//! A connection has so many places: as many deliveries may be with its CRM at once, over all workers. What is claimed has a
//! place until it is given back. A worker that has places may claim some more *ahead*, without one: they are made ready
//! while the others are under way, and a place that one no longer needs goes to the next without the CRM waiting for the
//! ledger. So the places are what limits a CRM, and not how fast the ledger is written.

mod replay;
mod wanted;
mod work;

use std::time::Duration;

use schemas::{CallId, ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Fut;
pub use replay::{Skip, Standing, Waiting};
pub use wanted::{Rank, Wanted};
pub use work::{Claim, Ending, Entry, Heir, Limit, Limits, Release};

/// Where a delivery stands. Parked is not among them: it is a pending delivery of a connection that is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be tried when it is due.
    Pending,
    /// The CRM holds what the wanted revision calls for.
    Done,
    /// Will not be tried: a person, or a rule, decided so.
    Skipped,
    /// Tried until `retry_for` was over, or refused.
    Dead,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Done, Self::Skipped, Self::Dead];

    /// The word in the API and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Dead => "dead",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// To which connection.
    pub connection: ConnectionId,
    /// The connection's kind.
    pub kind: String,
    /// Which call.
    pub call: CallId,
    /// Its lane.
    pub lane: String,
    /// The newest revision the CRM should hold.
    pub wanted: u32,
    /// The revision it holds; 0: none.
    pub done: u32,
    /// Where it stands.
    pub status: Status,
    /// Tries of the wanted revision so far.
    pub attempts: u32,
    /// When it was first wanted.
    pub created_at: Timestamp,
    /// When the trying of the wanted revision began: `retry_for` counts from here.
    pub since: Timestamp,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// Until when a worker holds it.
    pub leased_until: Option<Timestamp>,
    /// When it was last done.
    pub done_at: Option<Timestamp>,
    /// The last word on it: what was made, or why not.
    pub note: String,
    /// A request of it may or may not have been carried out: its lane waits until that is known.
    pub uncertain: bool,
    /// Whether it goes with the live ones.
    pub rank: Rank,
    /// The replay that opened it last.
    pub replay: Option<String>,
    /// The last requests to the CRM and its answers, one a line, secrets and numbers masked.
    pub trace: String,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Written down, and perhaps sent: whether the CRM carried it out is not known until it is looked up.
    Trying,
    /// The CRM has it.
    Done,
    /// The CRM did not take it, and holds nothing of it.
    Failed,
}

/// One record that a delivery makes or changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique within the delivery: `contact`, `task`, …
    pub name: String,
    /// How far it is.
    pub status: StepStatus,
    /// What the record should hold, as last written down.
    pub content: Value,
    /// What the CRM holds of it, as far as known; null: nothing.
    pub held: Value,
    /// Our mark in the record, to find it by.
    pub marker: String,
    /// The CRM's id of the record, once known.
    pub crm_id: Option<String>,
    /// Until when the last request may still be carried out.
    pub deadline: Option<Timestamp>,
    /// When it last changed.
    pub at: Timestamp,
    /// Why it is made, and what the CRM said, for people.
    pub note: String,
}

/// Which deliveries to list: last changed first, unless asked otherwise.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Only of this connection.
    pub connection: Option<ConnectionId>,
    /// Only of this call.
    pub call: Option<CallId>,
    /// Only with this status.
    pub status: Option<Status>,
    /// Only wanted first at or after this.
    pub since: Option<Timestamp>,
    /// Only wanted first before this.
    pub until: Option<Timestamp>,
    /// In the order in which they were first wanted, which never changes: page by page, each is seen once, whatever becomes of it
    /// meanwhile.
    pub oldest_first: bool,
    /// Only what follows this one in that order: the last of an earlier page.
    pub after: Option<(Timestamp, ConnectionId, CallId)>,
    /// At most so many.
    pub limit: u32,
}

/// How many deliveries of a connection stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The connection.
    pub connection: ConnectionId,
    /// The status.
    pub status: Status,
    /// How many.
    pub count: u64,
    /// When the oldest of them was first wanted.
    pub oldest: Option<Timestamp>,
}

/// The ledger.
pub trait Ledger: Send + Sync {
    /// Opens or raises deliveries. A newer revision opens a done one again, raises what is wanted of a pending one and
    /// leaves skipped and dead ones; an older or equal one changes nothing. What waits in the lane of a live one goes with the
    /// live ones from then on, so that a client's calls stay in order. Says how many are now due.
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32>;

    /// Takes at most `max` deliveries that are due, each in a lane of its own that is free, for `lease` from `now` on.
    /// Connections take turns, each with live ones first, and of these with what is due longest: first what there is a place for,
    /// then as many live ones ahead as its limit says.
    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>>;

    /// Makes the lease last until `until`.
    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()>;

    /// Writes steps down, each once: all or none.
    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()>;

    /// Gives the delivery back, and its place. If a newer revision came meanwhile, it is pending whatever `ending` says.
    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()>;

    /// Tries a delivery again from the beginning, now, with this revision or the newer one it has: one that is pending, dead
    /// or skipped. Says whether there was one; a done one is left as it is.
    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool>;

    /// When the next pending delivery of these connections is due, if any is.
    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>>;

    /// Ends every lease. For the only process on a store, when it starts.
    fn end_leases(&self) -> Fut<'_, ()>;

    /// One delivery and its steps.
    fn delivery<'a>(&'a self, connection: &'a ConnectionId, call: &'a CallId)
    -> Fut<'a, Option<(Delivery, Vec<Step>)>>;

    /// A page of deliveries.
    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>>;

    /// Opens deliveries for a replay: those that are not there, those skipped or dead, those that hold an older revision, each due
    /// since its `due`, so that they go in that order. What waits anyhow goes on as it is; a done one is left. Where it fails, some may
    /// be open; doing it again opens the rest.
    fn reopen<'a>(
        &'a self,
        wanted: &'a [(Wanted, Timestamp)],
        replay: &'a str,
        waiting: Waiting,
        now: Timestamp,
    ) -> Fut<'a, ()>;

    /// Holds what waits of a replay, or lets it go.
    fn hold<'a>(&'a self, replay: &'a str, held: bool) -> Fut<'a, ()>;

    /// Skips, with a note, what waits, is in nobody's hands and has made nothing: at most `max` at once; says how many.
    fn skip<'a>(&'a self, which: &'a Skip, note: &'a str, now: Timestamp, max: u32) -> Fut<'a, u64>;

    /// Where the deliveries of these calls into a connection stand.
    fn standing<'a>(&'a self, connection: &'a ConnectionId, calls: &'a [CallId]) -> Fut<'a, Vec<Option<Standing>>>;

    /// Whether any delivery of a replay waits or is being tried.
    fn waits<'a>(&'a self, replay: &'a str) -> Fut<'a, bool>;

    /// How many deliveries of a replay stand where.
    fn progress<'a>(&'a self, replay: &'a str) -> Fut<'a, Vec<(Status, u64)>>;

    /// The count of deliveries by connection and status.
    fn tally(&self) -> Fut<'_, Vec<Tally>>;
}
