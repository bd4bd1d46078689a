//! What a worker takes from the ledger, and what it brings back.

use schemas::{CallId, ConnectionId, Timestamp};
use uuid::Uuid;

use super::{Delivery, Step};

/// What a worker may take of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The connection.
    pub connection: ConnectionId,
    /// How many places it has: deliveries that are with its CRM at once, whichever workers have them.
    pub places: u32,
    /// How many live ones to take beyond what has a place, so that they are ready when one becomes free.
    pub ahead: u32,
    /// How many of the places are for live ones only.
    pub reserve: u32,
}

/// Which connections a claim may serve; the first ones first where not all can be served.
pub type Limits = Vec<Limit>;

/// A delivery in a worker's hands.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The lease: every write of the worker names it. Those that were taken together share it.
    pub lease: Uuid,
    /// The delivery.
    pub delivery: Delivery,
    /// It was taken ahead, and has no place: it may be made ready, and use a place that another delivery in the same hands
    /// no longer needs.
    pub ahead: bool,
    /// The call at the wanted revision, as JSON.
    pub body: Vec<u8>,
    /// The steps so far.
    pub steps: Vec<Step>,
    /// What was made in the connection's CRM for the number, by what it is (`company`): the CRM's id.
    pub remembered: Vec<(String, String)>,
}

/// A step to write down, and with it what is to be remembered for the number: both or neither.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The step, by its name.
    pub step: Step,
    /// What it is (`company`), and the CRM's id.
    pub remember: Option<(String, String)>,
}

impl From<Step> for Entry {
    fn from(step: Step) -> Self {
        Self { step, remember: None }
    }
}

/// How a worker leaves a delivery.
#[derive(Debug, Clone)]
pub enum Release {
    /// The CRM holds what the claimed revision calls for.
    Done {
        /// What was made and why.
        note: String,
    },
    /// To be tried again.
    Again {
        /// When.
        due: Timestamp,
        /// Counted as a try.
        counted: bool,
        /// The outcome of a request is unknown.
        uncertain: bool,
        /// Why.
        note: String,
    },
    /// Not to be tried again.
    Dead {
        /// Why.
        note: String,
    },
}

/// A delivery of the same connection that was claimed ahead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Heir {
    /// Its call.
    pub call: CallId,
    /// Its lease.
    pub lease: Uuid,
}

/// All that is written when a worker gives a delivery back: in one, or not at all.
#[derive(Debug, Clone)]
pub struct Ending {
    /// What is still to be written down, each step once.
    pub last: Vec<Entry>,
    /// How it is left.
    pub release: Release,
    /// Who has its place from now on; nobody: it is free.
    pub heir: Option<Heir>,
    /// The last requests and answers, where there are new ones: see [`Delivery::trace`].
    pub trace: Option<String>,
}

impl From<Release> for Ending {
    fn from(release: Release) -> Self {
        Self { last: Vec::new(), release, heir: None, trace: None }
    }
}
