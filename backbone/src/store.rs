//! The store's directory (accounts, sources, connections) and journal (every call as it now is).

use std::collections::BTreeMap;

use schemas::{
    Account, Call, CallId, CallKey, Connection, ConnectionId, ConnectionStatus, Source, SourceId, Timestamp,
};

use crate::Fut;
use crate::sealed::Secret;

/// Credentials by field name.
pub type Credentials = BTreeMap<String, Credential>;

/// One credential: its value, and where the accounts file took it from.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What is sent to the far side.
    pub value: Secret,
    /// `env:NAME` where the accounts file said so: exported in place of the value.
    pub from: Option<String>,
}

/// A source with what only its own role and an export may see.
#[derive(Debug, Clone)]
pub struct SourceEntry {
    /// The source.
    pub source: Source,
    /// The last part of its webhook URL.
    pub secret: Secret,
    /// For the PBX's API.
    pub credentials: Credentials,
}

/// A connection with its credentials.
#[derive(Debug, Clone)]
pub struct ConnectionEntry {
    /// The connection.
    pub connection: Connection,
    /// For the CRM's API.
    pub credentials: Credentials,
}

/// Everything that an accounts file describes.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// Companies.
    pub accounts: Vec<Account>,
    /// Their PBXs.
    pub sources: Vec<SourceEntry>,
    /// Their CRMs.
    pub connections: Vec<ConnectionEntry>,
}

/// Accounts, sources and connections.
pub trait Directory: Send + Sync {
    /// All of it.
    fn load(&self) -> Fut<'_, Accounts>;

    /// Writes what is given, over what has the same ids, in one transaction. Removes nothing. Of a connection that becomes
    /// active by it, the deliveries that waited begin to be tried `now`: the time they waited does not count.
    fn save<'a>(&'a self, accounts: &'a Accounts, now: Timestamp) -> Fut<'a, ()>;

    /// A number that changes with every change of the directory: cheap to ask often.
    fn version(&self) -> Fut<'_, i64>;

    /// The source whose webhook secret this is, compared by keyed hashes.
    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>>;

    /// Sets a connection's status and why, if it has the status `from` (any, where none is given); says whether it did.
    /// What waited begins to be tried `now`, as in [`Self::save`].
    fn set_status<'a>(
        &'a self,
        id: &'a ConnectionId,
        from: Option<ConnectionStatus>,
        to: ConnectionStatus,
        reason: &'a str,
        now: Timestamp,
    ) -> Fut<'a, bool>;
}

/// Which calls to list: newest first, unless asked otherwise.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Only of these sources; none named: of all.
    pub sources: Vec<SourceId>,
    /// Only with this E.164 number or, where it is none, this text as the client.
    pub client: Option<String>,
    /// Only begun at or after this.
    pub since: Option<Timestamp>,
    /// Only begun before this.
    pub until: Option<Timestamp>,
    /// Only what follows this one in the list: the last of an earlier page.
    pub after: Option<(Timestamp, CallId)>,
    /// The oldest first.
    pub oldest_first: bool,
    /// At most so many.
    pub limit: u32,
}

/// Every call as it now is.
pub trait Journal: Send + Sync {
    /// Keeps each call unless a higher revision of it is kept already.
    fn keep<'a>(&'a self, calls: &'a [Call]) -> Fut<'a, ()>;

    /// One call.
    fn call<'a>(&'a self, id: &'a CallId) -> Fut<'a, Option<Call>>;

    /// For each key the call with the highest use number.
    fn newest<'a>(&'a self, keys: &'a [CallKey]) -> Fut<'a, Vec<Option<Call>>>;

    /// A page of calls.
    fn list<'a>(&'a self, filter: &'a CallFilter) -> Fut<'a, Vec<Call>>;
}
