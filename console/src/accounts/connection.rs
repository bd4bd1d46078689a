//! `[[account.connection]]`.

use std::sync::Arc;

use backbone::Memos;
use backbone::memos::Volatile;
use backbone::store::{ConnectionEntry, Credentials};
use schemas::{AccountId, Connection, ConnectionId, ConnectionStatus, Employee, SourceId, Text, Who};
use sinks::Connector;

use super::fields::{base_url, credentials, timezone};
use super::read::{Reading, Seen, required_id};
use super::table::{Problems, Table};

/// The account a connection stands in, and the sources it may name.
type Owner<'a> = (&'a AccountId, &'a [SourceId]);

/// Reads one connection of an account.
pub fn read(
    mut table: Table<'_, '_>,
    owner: &(&AccountId, &Vec<SourceId>),
    reading: &Reading<'_>,
    seen: &mut Seen,
    problems: &mut Problems<'_>,
) {
    let owner: Owner<'_> = (owner.0, owner.1);
    let before = problems.count();
    let id: Option<ConnectionId> = required_id(&mut table, problems);
    let kept = id.as_ref().and_then(|id| reading.current.connections.iter().find(|entry| entry.connection.id == *id));
    if let Some(id) = &id {
        seen.id("connection", id.as_str(), &table, problems);
    }
    if kept.is_some_and(|entry| entry.connection.account != *owner.0) {
        problems.add(table.offset, &table.key("id"), "another account has a connection of this id; choose another id");
    }
    let connector = kind(&mut table, kept, reading, problems);
    // What is wrong besides an id or a kind is told all the same; nothing read under these stand-ins is kept.
    let Some(id) = id.or_else(|| "-".parse().ok()) else { return };
    let credentials = match connector {
        Some(known) => {
            credentials(&mut table, known.credentials(), kept.map(|entry| &entry.credentials), reading, problems)
        }
        None => table.get("credentials").map(|_| Credentials::new()).unwrap_or_default(),
    };
    let connection = values(&mut table, id, owner, (connector, kept, &credentials), reading, problems);
    let mut entry = ConnectionEntry { connection, credentials };
    table.finish(problems);
    if let Some(connector) = connector {
        ask_connector(connector, &entry, &table, before, problems);
    }
    if problems.count() == before {
        if let Some(kept) = kept.filter(|kept| super::plan::differs(kept, &entry)) {
            entry.connection.version = kept.connection.version + 1;
        }
        seen.wanted.connections.push(entry);
    }
}

/// What only the connector can say. It is asked to open a connection only where nothing else is wrong with it.
fn ask_connector(
    connector: &dyn Connector,
    entry: &ConnectionEntry,
    table: &Table<'_, '_>,
    before: usize,
    problems: &mut Problems<'_>,
) {
    // Nothing is asked for here, so nothing is kept.
    let memos: Arc<dyn Memos> = Arc::new(Volatile::default());
    let mut found = connector.check_settings(&entry.connection.settings, &entry.connection.employees);
    if found.is_empty() && problems.count() == before {
        found = connector.open(entry, &memos).err().unwrap_or_default();
    }
    for problem in found {
        let (offset, key) = table.locate(&problem.path);
        problems.add(offset, &key, problem.message);
    }
}

fn kind(
    table: &mut Table<'_, '_>,
    kept: Option<&ConnectionEntry>,
    reading: &Reading<'_>,
    problems: &mut Problems<'_>,
) -> Option<&'static dyn Connector> {
    let connector = |word: &str| reading.connectors.iter().copied().find(|connector| connector.kind() == word);
    let known = || reading.connectors.iter().map(|connector| connector.kind()).collect::<Vec<_>>().join(", ");
    let Some(found) = table.get("kind") else {
        if kept.is_none() {
            problems.add(table.offset, &table.key("kind"), format!("is missing; known: {}", known()));
        }
        return connector(&kept?.connection.kind);
    };
    let word = found.text(problems)?;
    if connector(&word).is_none() {
        problems.add(found.offset, &found.path, format!("{word:?} is not known; known: {}", known()));
    }
    if let Some(kept) = kept.filter(|kept| kept.connection.kind != word) {
        let was = &kept.connection.kind;
        let message = format!("is {was:?} already and cannot become another; make a new connection");
        problems.add(found.offset, &found.path, message);
    }
    connector(&word)
}

/// Everything but the credentials. A value that is wrong is noted and replaced: the file is refused anyway.
fn values(
    table: &mut Table<'_, '_>,
    id: ConnectionId,
    (account, mine): Owner<'_>,
    (connector, kept, credentials): (Option<&'static dyn Connector>, Option<&ConnectionEntry>, &Credentials),
    reading: &Reading<'_>,
    problems: &mut Problems<'_>,
) -> Connection {
    let (status, reason) = status(table, kept, credentials, problems);
    let old = kept.map(|entry| &entry.connection);
    let sources = sources(table, old, mine, problems);
    let settings = match table.table("settings", problems) {
        Some(inner) => inner.json(problems),
        None => old.map(|old| old.settings.clone()).unwrap_or_default(),
    };
    let employees = match table.optional_tables("employee", problems) {
        Some(rows) => rows.into_iter().filter_map(|row| employee(row, &sources, problems)).collect(),
        None => old.map(|old| old.employees.clone()).unwrap_or_default(),
    };
    let timezone = timezone(table, problems).or_else(|| Some(old?.timezone.clone()));
    let base_url = base_url(table, problems).or_else(|| Some(old?.base_url.clone()));
    if timezone.is_none() && table.get("timezone").is_none() {
        let message = "is missing; give the CRM's time zone by its IANA name, such as Europe/Moscow";
        problems.add(table.offset, &table.key("timezone"), message);
    }
    Connection {
        id,
        account: account.clone(),
        kind: connector.map(|connector| connector.kind().to_owned()).unwrap_or_default(),
        sources,
        timezone: timezone.unwrap_or_default(),
        base_url: base_url.unwrap_or_default(),
        status,
        reason,
        settings,
        employees,
        created_at: old.map_or(reading.now, |old| old.created_at),
        version: old.map_or(1, |old| old.version),
    }
}

/// What the file wants of the status, against what it is: `active` ends only an `off`, new credentials end a `broken`; a
/// pause is ended by who made it, never by a file.
fn status(
    table: &mut Table<'_, '_>,
    kept: Option<&ConnectionEntry>,
    credentials: &Credentials,
    problems: &mut Problems<'_>,
) -> (ConnectionStatus, String) {
    let found = table.get("status");
    let word = found.as_ref().and_then(|found| found.text(problems));
    let wanted = match word.as_deref() {
        None => None,
        Some("active") => Some(ConnectionStatus::Active),
        Some("off") => Some(ConnectionStatus::Off),
        Some(other) => {
            let message = format!("{other:?} is not allowed; give \"active\" or \"off\"");
            problems.add(found.map_or(table.offset, |found| found.offset), &table.key("status"), message);
            None
        }
    };
    let now = kept.map_or(ConnectionStatus::Active, |entry| entry.connection.status);
    let reason = kept.map(|entry| entry.connection.reason.clone()).unwrap_or_default();
    let renewed = kept.is_some_and(|entry| super::plan::credentials_differ(&entry.credentials, credentials));
    match (now, wanted) {
        (ConnectionStatus::Off, None | Some(ConnectionStatus::Off)) => (now, reason),
        (_, Some(ConnectionStatus::Off)) => (ConnectionStatus::Off, "the accounts file says so".to_owned()),
        (ConnectionStatus::Off, Some(_)) => (ConnectionStatus::Active, String::new()),
        (ConnectionStatus::Broken, _) if renewed => (ConnectionStatus::Active, String::new()),
        _ => (now, reason),
    }
}

fn sources(
    table: &mut Table<'_, '_>,
    old: Option<&Connection>,
    mine: &[SourceId],
    problems: &mut Problems<'_>,
) -> Vec<SourceId> {
    let Some(found) = table.get("sources") else {
        if old.is_none() {
            let message = "is missing; give the ids of the account's sources whose calls it gets: [\"acme-uis\"]";
            problems.add(table.offset, &table.key("sources"), message);
        }
        return old.map(|old| old.sources.clone()).unwrap_or_default();
    };
    let Some(items) = found.value.as_array() else {
        found.wrong_type("a list of ids: [\"acme-uis\"]", problems);
        return Vec::new();
    };
    if items.is_empty() {
        problems.add(found.offset, &found.path, "is empty; name at least one source of this account");
    }
    let mut sources = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let (offset, path) = (item.span().start, format!("{}[{n}]", found.path));
        let id: Option<SourceId> = item.get_ref().as_str().and_then(|text| text.parse().ok());
        match id {
            Some(id) if sources.contains(&id) => problems.add(offset, &path, format!("{id} is named twice")),
            Some(id) if mine.contains(&id) => sources.push(id),
            _ => {
                let mut known: Vec<_> = mine.iter().map(SourceId::as_str).collect();
                known.sort_unstable();
                known.dedup();
                let message = format!("is no source of this account; its sources: {}", known.join(", "));
                problems.add(offset, &path, message);
            }
        }
    }
    sources
}

fn employee(mut row: Table<'_, '_>, sources: &[SourceId], problems: &mut Problems<'_>) -> Option<Employee> {
    if row.get("crm_user").is_none() {
        problems.add(row.offset, &row.key("crm_user"), "is missing; give the CRM's id of the user");
    }
    let before = problems.count();
    let crm_user = row.text("crm_user", problems);
    let who = Who {
        extension: row.text("extension", problems).map(Text::from),
        sip: row.text("sip", problems).map(Text::from),
        phone: row.text("phone", problems).map(Text::from),
        pbx_id: row.text("pbx_id", problems).map(Text::from),
    };
    if who.is_empty() && problems.count() == before {
        let message = "one or more of extension, sip, phone and pbx_id must be given";
        problems.add(row.offset, &row.path, message);
    }
    let source: Option<SourceId> = row.parsed("source", problems);
    if source.as_ref().is_some_and(|source| !sources.contains(source)) {
        let (offset, key) = row.locate(&["source".to_owned()]);
        problems.add(offset, &key, "is none of the connection's sources; add it there, or leave it out here");
    }
    row.finish(problems);
    Some(Employee { crm_user: crm_user?, who, source })
}
