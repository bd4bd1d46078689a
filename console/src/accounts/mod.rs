//! The accounts file: read and checked as a whole, compared with what is stored, applied, and written again. Knows the
//! connectors only through their list, and the store only through its interface. No value of a secret leaves this folder
//! but into the store, and the webhook secret into an export.

mod connection;
mod env;
mod export;
mod fields;
mod kinds;
mod names;
mod plan;
mod read;
mod source;
mod table;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use backbone::store::{Accounts, Directory};
use schemas::Timestamp;
use sinks::Connector;

use crate::wire::{Applied, Apply, Change, ChangeKind, FileProblem, What};

pub use env::names as env_names;
pub use export::export;
pub use kinds::{SOURCE_KINDS, SourceKind, source_kind};
pub use plan::plan;
pub use read::{Reading, read};

/// The list of CRMs.
pub type Connectors = &'static [&'static dyn Connector];

/// An accounts file that was refused as a whole: everything wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<FileProblem>);

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "the accounts file was refused; nothing was changed:\n{}", lines.join("\n"))
    }
}

/// Why a file was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// There is something wrong with it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store could not be read or written.
    #[error(transparent)]
    Backbone(#[from] backbone::Error),
}

/// Reads a file, says what it changes, and unless it is a dry run changes it, in one transaction.
///
/// A change of a connection's status by somebody else between the reading and the writing of the store is undone by it;
/// callers in one process therefore apply one file at a time.
pub async fn apply(
    directory: &dyn Directory,
    connectors: Connectors,
    request: &Apply,
    now: Timestamp,
) -> Result<Applied, ApplyError> {
    let current = directory.load().await?;
    let wanted = read_request(&current, connectors, request, now)?;
    let changes = plan(&current, &wanted);
    if !request.dry_run && changes.iter().any(|change| change.change != ChangeKind::Unchanged) {
        directory.save(&without_unchanged(wanted, &changes), now).await?;
    }
    Ok(Applied { dry_run: request.dry_run, changes })
}

fn read_request(
    current: &Accounts,
    connectors: Connectors,
    request: &Apply,
    now: Timestamp,
) -> Result<Accounts, Refused> {
    let env = |name: &str| request.env.get(name).cloned();
    read(&Reading { file_name: &request.file_name, text: &request.text, env: &env, current, connectors, now })
}

/// Only what is written: what a file leaves as it is may be changed by somebody else meanwhile.
fn without_unchanged(mut wanted: Accounts, changes: &[Change]) -> Accounts {
    let differs = |what: What, id: &str| {
        changes.iter().any(|change| change.what == what && change.id == id && change.change != ChangeKind::Unchanged)
    };
    wanted.accounts.retain(|account| differs(What::Account, account.id.as_str()));
    wanted.sources.retain(|entry| differs(What::Source, entry.source.id.as_str()));
    wanted.connections.retain(|entry| differs(What::Connection, entry.connection.id.as_str()));
    wanted
}
