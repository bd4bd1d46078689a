//! The directory: its statements, and how its rows become accounts, sources and connections.

use std::collections::BTreeMap;

use schemas::{Connection, ConnectionStatus};

use super::codec::parse;
use super::rows::Cells;
use crate::Error;
use crate::sealed::SecretKey;
use crate::store::{Accounts, ConnectionEntry, Credential, Credentials, SourceEntry};

/// An account: id, value.
pub const WRITE_ACCOUNT: &str =
    "INSERT INTO accounts (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value";

/// A source: id, account, fingerprint of its secret, the secret sealed, value.
pub const WRITE_SOURCE: &str =
    "INSERT INTO sources (id, account, fingerprint, secret, value) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET account = excluded.account, fingerprint = excluded.fingerprint,
         secret = excluded.secret, value = excluded.value";

/// A connection: id, account, status, reason, value.
pub const WRITE_CONNECTION: &str =
    "INSERT INTO connections (id, account, status, reason, value) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET account = excluded.account, status = excluded.status, reason = excluded.reason,
         value = excluded.value";

/// The credentials of an owner go before the new ones come.
pub const CLEAR_CREDENTIALS: &str = "DELETE FROM credentials WHERE owner = $1";

/// A credential: owner, field, sealed, where it was taken from.
pub const WRITE_CREDENTIAL: &str = "INSERT INTO credentials (owner, field, sealed, taken_from) VALUES ($1, $2, $3, $4)";

/// Something changed.
pub const CHANGED: &str = "UPDATE directory SET version = version + 1";

/// The number that changes.
pub const VERSION: &str = "SELECT version FROM directory";

/// By fingerprint.
pub const SOURCE_BY_SECRET: &str = "SELECT value FROM sources WHERE fingerprint = $1";

/// To ($1) why ($2) of connection ($3), from ($4) or from any.
pub const SET_STATUS: &str =
    "UPDATE connections SET status = $1, reason = $2 WHERE id = $3 AND ($4 IS NULL OR status = $4)";

/// The status of a connection.
pub const STATUS: &str = "SELECT status FROM connections WHERE id = $1";
/// PostgreSQL: which nobody else changes until the transaction ends.
pub const STATUS_HELD: &str = "SELECT status FROM connections WHERE id = $1 FOR UPDATE";

/// What was parked begins to be tried now ($1): the time it waited does not count.
/// It goes after what is live.
pub const BEGIN_AGAIN: &str = "UPDATE deliveries SET since = $1, rank = CASE rank WHEN 0 THEN 1 ELSE rank END
     WHERE connection = $2 AND status = 'pending'";

/// Every account.
pub const ACCOUNTS: &str = "SELECT value FROM accounts ORDER BY id";
/// Every source.
pub const SOURCES: &str = "SELECT id, secret, value FROM sources ORDER BY id";
/// Every connection.
pub const CONNECTIONS: &str = "SELECT id, status, reason, value FROM connections ORDER BY id";
/// Every credential.
pub const CREDENTIALS: &str = "SELECT owner, field, sealed, taken_from FROM credentials";

/// Whose a source's credentials are.
pub fn source_owner(id: &str) -> String {
    format!("source/{id}")
}

/// Whose a connection's credentials are.
pub fn connection_owner(id: &str) -> String {
    format!("connection/{id}")
}

/// Whether what was parked begins to be tried: the connection was there, and was not active.
pub fn becomes_active(before: Option<&str>, now: ConnectionStatus) -> bool {
    let active = ConnectionStatus::Active;
    now == active && before.is_some_and(|word| word != active.word())
}

/// Where a secret belongs: what it is sealed to.
pub fn place(owner: &str, field: &str) -> String {
    format!("{owner}/{field}")
}

/// What an unfit secret of a source is refused with.
pub fn secret_is_taken(id: &str) -> Error {
    Error::Invalid(format!("the secret of source {id} is already used by another source"))
}

/// The rows of the four tables, read at one moment.
pub struct Tables<R> {
    /// As [`ACCOUNTS`] gives them.
    pub accounts: Vec<R>,
    /// As [`SOURCES`] gives them.
    pub sources: Vec<R>,
    /// As [`CONNECTIONS`] gives them.
    pub connections: Vec<R>,
    /// As [`CREDENTIALS`] gives them.
    pub credentials: Vec<R>,
}

impl<R: Cells> Tables<R> {
    /// The directory, its secrets opened.
    pub fn open(&self, key: &SecretKey) -> Result<Accounts, Error> {
        let mut credentials = self.credentials(key)?;
        let accounts = self.accounts.iter().map(|row| parse(row.text(0)?.as_bytes())).collect::<Result<_, Error>>()?;
        let mut sources = Vec::with_capacity(self.sources.len());
        for row in &self.sources {
            let owner = source_owner(&row.text(0)?);
            sources.push(SourceEntry {
                source: parse(row.text(2)?.as_bytes())?,
                secret: key.open(&row.bytes(1)?, &place(&owner, "secret"))?,
                credentials: credentials.remove(&owner).unwrap_or_default(),
            });
        }
        let mut connections = Vec::with_capacity(self.connections.len());
        for row in &self.connections {
            let credentials = credentials.remove(&connection_owner(&row.text(0)?)).unwrap_or_default();
            connections.push(ConnectionEntry { connection: connection(row)?, credentials });
        }
        Ok(Accounts { accounts, sources, connections })
    }

    fn credentials(&self, key: &SecretKey) -> Result<BTreeMap<String, Credentials>, Error> {
        let mut all: BTreeMap<String, Credentials> = BTreeMap::new();
        for row in &self.credentials {
            let (owner, field) = (row.text(0)?, row.text(1)?);
            let value = key.open(&row.bytes(2)?, &place(&owner, &field))?;
            all.entry(owner).or_default().insert(field, Credential { value, from: row.text_if_any(3)? });
        }
        Ok(all)
    }
}

fn connection(row: &impl Cells) -> Result<Connection, Error> {
    let mut connection: Connection = parse(row.text(3)?.as_bytes())?;
    let word = row.text(1)?;
    connection.status = ConnectionStatus::from_word(&word)
        .ok_or_else(|| Error::Unreadable(format!("connection {} has the status {word:?}", connection.id)))?;
    connection.reason = row.text(2)?;
    Ok(connection)
}
