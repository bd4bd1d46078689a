//! Reads an accounts file over what is stored: what the file does not mention stays as it is.

use std::collections::BTreeMap;

use backbone::sealed::Secret;
use backbone::store::Accounts;
use schemas::{Account, AccountId, SourceId, Timestamp};
use toml::de::DeTable;

use super::table::{Problems, Table};
use super::{Connectors, Refused, connection, source};

/// What the reading of a file needs.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// How problems name the file.
    pub file_name: &'a str,
    /// The file.
    pub text: &'a str,
    /// The value of an environment variable, where it is set.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// What is stored.
    pub current: &'a Accounts,
    /// The CRMs there are.
    pub connectors: Connectors,
    /// When a new connection is made.
    pub now: Timestamp,
}

/// What was read so far, and which ids the file used where.
pub(super) struct Seen {
    /// The accounts, sources and connections of the file.
    pub wanted: Accounts,
    used: BTreeMap<(&'static str, String), usize>,
}

impl Seen {
    /// Notes an id; a problem where the file has it already.
    pub fn id(&mut self, what: &'static str, id: &str, table: &Table<'_, '_>, problems: &mut Problems<'_>) -> bool {
        let first = self.used.insert((what, id.to_owned()), table.offset).is_none();
        if !first {
            let (offset, key) = table.locate(&["id".to_owned()]);
            problems.add(offset, &key, format!("there is a {what} {id} in this file already; ids are used once"));
        }
        first
    }
}

/// Reads and checks a file: the accounts, sources and connections it mentions, as they are to be.
pub fn read(reading: &Reading<'_>) -> Result<Accounts, Refused> {
    let mut problems = Problems::new(reading.file_name, reading.text);
    let (root, errors) = DeTable::parse_recoverable(reading.text);
    for error in &errors {
        // Only the message: the text around it may hold secrets.
        problems.add(error.span().map_or(0, |span| span.start), "", format!("is no TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        return Err(Refused(problems.into_found()));
    }
    let mut root = Table::root(root.get_ref());
    let mut seen = Seen { wanted: Accounts::default(), used: BTreeMap::new() };
    for table in root.tables("account", &mut problems) {
        read_account(table, reading, &mut seen, &mut problems);
    }
    root.finish(&mut problems);
    if problems.count() == 0 { Ok(seen.wanted) } else { Err(Refused(problems.into_found())) }
}

fn read_account(mut table: Table<'_, '_>, reading: &Reading<'_>, seen: &mut Seen, problems: &mut Problems<'_>) {
    let id: Option<AccountId> = required_id(&mut table, problems);
    let name = table.text("name", problems);
    let mut sources = table.tables("source", problems);
    let connections = table.tables("connection", problems);
    if let Some(id) = &id {
        seen.id("account", id.as_str(), &table, problems);
        let kept = reading.current.accounts.iter().find(|account| account.id == *id);
        let name = name.or_else(|| kept.map(|account| account.name.clone())).unwrap_or_else(|| id.to_string());
        seen.wanted.accounts.push(Account { id: id.clone(), name });
    }
    table.finish(problems);
    // The rest is checked all the same where the account's own id is wrong, under an id that nothing is stored of.
    let Some(id) = id.or_else(|| "-".parse().ok()) else { return };
    let mine = sources_of(&id, &mut sources, reading);
    for table in sources {
        source::read(table, &id, reading, seen, problems);
    }
    for table in connections {
        connection::read(table, &(&id, &mine), reading, seen, problems);
    }
}

/// The id of a table; a problem where it is wrong or missing.
pub(super) fn required_id<T: std::str::FromStr<Err: std::fmt::Display>>(
    table: &mut Table<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<T> {
    if table.get("id").is_none() {
        problems.add(table.offset, &table.key("id"), "is missing; give 1 to 40 of a-z, 0-9 and -");
        return None;
    }
    table.parsed("id", problems)
}

/// The sources that connections of an account may name: those of the file and those that are stored.
fn sources_of(id: &AccountId, tables: &mut [Table<'_, '_>], reading: &Reading<'_>) -> Vec<SourceId> {
    let stored = reading.current.sources.iter().map(|entry| &entry.source).filter(|source| source.account == *id);
    let mut sources: Vec<SourceId> = stored.map(|source| source.id.clone()).collect();
    let named = tables.iter_mut().filter_map(|table| table.get("id")?.value.as_str()?.parse().ok());
    sources.extend(named);
    sources
}

/// Whether another source has this webhook secret.
pub(super) fn secret_is_taken(secret: &Secret, of: &SourceId, reading: &Reading<'_>, seen: &Seen) -> bool {
    let others = reading.current.sources.iter().chain(&seen.wanted.sources);
    others.filter(|entry| entry.source.id != *of).any(|entry| entry.secret == *secret)
}
