//! What a CRM connector is: settings that are checked, a pure plan, and a client that carries it out.
//!
//! The plan is asked again and again, each time with all that is known by then, and says the next thing to look up or the
//! next record that must be there. It never sees a request, a retry or a crash; the engine never sees a CRM.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use backbone::Memos;
use backbone::store::ConnectionEntry;
use schemars::Schema;
use schemas::{Call, Employee};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// What a session's requests return.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A look-up in the CRM.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Under which name the plan is told what was found; unique within a plan.
    pub name: String,
    /// The connector's own description of what to look for.
    pub query: Value,
    /// Why, for people.
    pub why: String,
}

/// A record that must be there, with this content.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// Unique within the delivery, the same at every revision: `contact`, `task`, …
    pub name: String,
    /// Which kind of record, in the connector's own terms.
    pub record: String,
    /// Field by field. Compared with what the record was last given; only what differs is changed.
    pub content: Map<String, Value>,
    /// Our mark, part of the content, to find the record by when the outcome of making it is unknown.
    pub marker: String,
    /// Remember the record for the client's number under this word, for other calls of it.
    pub remember: Option<&'static str>,
    /// Which rule asked for it, for people.
    pub why: String,
}

/// What a plan says next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Look this up and ask again.
    Look(Look),
    /// Make or change this record and ask again.
    Put(Put),
    /// The CRM holds all that the call calls for.
    Done {
        /// What was made and what was not, and why, for people.
        note: String,
    },
}

/// A record that this delivery has made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The CRM's id of it.
    pub crm_id: String,
    /// What it was last given.
    pub content: Map<String, Value>,
}

/// All that a plan knows besides the call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// What this delivery made, by [`Put::name`].
    pub made: BTreeMap<String, Made>,
    /// What was found, by [`Look::name`].
    pub found: BTreeMap<String, Value>,
    /// What we once made for the client's number, by [`Put::remember`]: the CRM's id.
    pub remembered: BTreeMap<String, String>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// As whom we are known, and what is not as it should be, in words.
    pub who: String,
    /// The CRM's id of the account that answered, where it says one.
    pub account: Option<String>,
}

impl Checked {
    /// Of a CRM that names no account.
    pub fn by(who: String) -> Self {
        Self { who, account: None }
    }
}

/// A live notice: shown and gone, never a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Look this up and ask again.
    Look(Look),
    /// Send these; each `name` is sent once a call.
    Send(Vec<Put>),
}

/// How a connection may be used; from its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Deliveries in progress at once, across all workers.
    pub max_in_flight: u32,
    /// Requests a minute at most, across all workers, one in twenty of them for live calls alone; 0: no limit.
    pub max_per_minute: u32,
    /// How long after a write the CRM's search may not show it.
    pub search_lag: Duration,
    /// How long a delivery is tried before it is dead.
    pub retry_for: Duration,
    /// After this a request without an answer is given up.
    pub request_timeout: Duration,
}

/// Something wrong with the settings, the credentials or the mapping of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the connection's table of the accounts file: `["settings", "search_lag"]`.
    pub path: Vec<String>,
    /// What is wrong and what is allowed.
    pub message: String,
}

/// A credential that a kind takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialField {
    /// Its key in the accounts file.
    pub name: &'static str,
    /// A connection cannot do without it.
    pub required: bool,
}

/// One CRM: everything that depends on no connection.
pub trait Connector: Send + Sync {
    /// The word in the accounts file.
    fn kind(&self) -> &'static str;

    /// Its name, for people.
    fn title(&self) -> &'static str;

    /// The credentials it takes.
    fn credentials(&self) -> &'static [CredentialField];

    /// The JSON Schema of its settings.
    fn settings_schema(&self) -> Schema;

    /// Everything wrong with these settings and this mapping, each with its place; empty: nothing.
    fn check_settings(&self, settings: &Map<String, Value>, employees: &[Employee]) -> Vec<Problem>;

    /// Opens a connection whose settings were checked. Sends nothing yet. In `memos` are the tokens that all workers of the
    /// connection share.
    fn open(&self, entry: &ConnectionEntry, memos: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>>;
}

/// One connection, opened.
pub trait Session: Send + Sync {
    /// How it may be used.
    fn limits(&self) -> Limits;

    /// What to do next for this call. Pure.
    fn plan(&self, call: &Call, known: &Known) -> Next;

    /// Whether records are made of a call before its end, too: then [`Session::plan`] is asked of calls that go on (early
    /// steps). They are dropped when late, and what becomes of them does not count against the call.
    fn early(&self) -> bool {
        false
    }

    /// Which live notices this call calls for at this moment. Pure.
    fn notice(&self, call: &Call, known: &Known) -> Notice {
        let _ = (call, known);
        Notice::Send(Vec::new())
    }

    /// Asks the CRM whether the credentials work, also where it refused them a moment ago.
    fn check(&self) -> Answer<'_, Checked>;

    /// Which account of the CRM the credentials open, by as few requests as tell it; nothing where the CRM does not say (G2).
    fn account(&self) -> Answer<'_, Option<String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Looks something up; what is found goes to the plan as it is.
    fn look<'a>(&'a self, look: &'a Look) -> Answer<'a, Value>;

    /// Makes a record; says the CRM's id of it.
    fn make<'a>(&'a self, put: &'a Put) -> Answer<'a, String>;

    /// Gives a record the content of `put` where it differs from `held`. [`Failure::Gone`]: the CRM no longer has it, and it
    /// is left so.
    fn change<'a>(&'a self, put: &'a Put, crm_id: &'a str, held: &'a Map<String, Value>) -> Answer<'a, ()>;

    /// Where people see a record in the CRM, by its kind and its id: only where the vendor says so or the CRM said it, in an http
    /// or https address. Asked when the record was made or changed.
    fn link(&self, record: &str, crm_id: &str) -> Option<String> {
        let _ = (record, crm_id);
        None
    }

    /// Finds the record that an earlier try of `put` may have made, by its marker.
    fn find<'a>(&'a self, put: &'a Put) -> Answer<'a, Option<String>>;
}
