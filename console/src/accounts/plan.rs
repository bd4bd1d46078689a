//! What applying a file changes, key by key. Of secrets only that they change.

use std::collections::BTreeSet;

use backbone::store::{Accounts, ConnectionEntry, Credentials, SourceEntry};
use schemas::{Account, ConnectionStatus};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::wire::{Change, ChangeKind, What};

/// Said of what `current` has and `wanted` has not.
const LEFT_OUT: &str = "not in the file: it stays as it is";

/// Every account, source and connection of `wanted`, against `current`; and what else its accounts have.
pub fn plan(current: &Accounts, wanted: &Accounts) -> Vec<Change> {
    let mut changes = Vec::new();
    for account in &wanted.accounts {
        changes.push(account_change(current, account));
        let mine = |owner: &schemas::AccountId| *owner == account.id;
        changes.extend(wanted.sources.iter().filter(|e| mine(&e.source.account)).map(|e| source_change(current, e)));
        let connections = wanted.connections.iter().filter(|entry| mine(&entry.connection.account));
        changes.extend(connections.map(|entry| connection_change(current, entry)));
        changes.extend(left_out(current, wanted, account));
    }
    changes
}

fn left_out(current: &Accounts, wanted: &Accounts, account: &Account) -> Vec<Change> {
    let stays = |what, id: &str| change(what, id, Some(Vec::new()), LEFT_OUT);
    let sources = current
        .sources
        .iter()
        .map(|entry| &entry.source)
        .filter(|one| one.account == account.id && wanted.sources.iter().all(|entry| entry.source.id != one.id));
    let connections = current.connections.iter().map(|entry| &entry.connection).filter(|one| {
        one.account == account.id && wanted.connections.iter().all(|entry| entry.connection.id != one.id)
    });
    let sources = sources.map(|one| stays(What::Source, one.id.as_str()));
    sources.chain(connections.map(|one| stays(What::Connection, one.id.as_str()))).collect()
}

/// Whether a connection would change.
pub(super) fn differs(before: &ConnectionEntry, after: &ConnectionEntry) -> bool {
    !connection_keys(before, after).is_empty()
}

/// Whether any credential has another value: where it came from does not matter.
pub(super) fn credentials_differ(before: &Credentials, after: &Credentials) -> bool {
    before.len() != after.len()
        || after.iter().any(|(name, now)| before.get(name).is_none_or(|old| old.value != now.value))
}

fn change(what: What, id: &str, keys: Option<Vec<String>>, note: &str) -> Change {
    let (change, keys) = match keys {
        None => (ChangeKind::Added, Vec::new()),
        Some(keys) if keys.is_empty() => (ChangeKind::Unchanged, keys),
        Some(keys) => (ChangeKind::Changed, keys),
    };
    Change { what, id: id.to_owned(), change, keys, note: note.to_owned() }
}

fn account_change(current: &Accounts, after: &Account) -> Change {
    let before = current.accounts.iter().find(|account| account.id == after.id);
    change(What::Account, after.id.as_str(), before.map(|before| value_keys(before, after)), "")
}

fn source_change(current: &Accounts, after: &SourceEntry) -> Change {
    let before = current.sources.iter().find(|entry| entry.source.id == after.source.id);
    let keys = before.map(|before| {
        let mut keys = value_keys(&before.source, &after.source);
        if before.secret != after.secret {
            keys.push("secret".to_owned());
        }
        keys.extend(credential_keys(&before.credentials, &after.credentials));
        keys
    });
    let new_url = before.is_some_and(|before| before.secret != after.secret);
    let note = if new_url { "its webhook URL changes: paste the new one into the PBX" } else { "" };
    change(What::Source, after.source.id.as_str(), keys, note)
}

fn connection_change(current: &Accounts, after: &ConnectionEntry) -> Change {
    let before = current.connections.iter().find(|entry| entry.connection.id == after.connection.id);
    let keys = before.map(|before| connection_keys(before, after));
    let was = before.map(|before| before.connection.status);
    let note = match (was, after.connection.status) {
        (Some(ConnectionStatus::Broken), ConnectionStatus::Active) => "active again: it has new credentials",
        (Some(ConnectionStatus::Broken), ConnectionStatus::Broken) => {
            "still broken, and the file brings no new credentials: `ringfold connections reactivate` starts it where they were set otherwise"
        }
        (Some(ConnectionStatus::Paused), ConnectionStatus::Paused) => "still paused: resume it to let deliveries go",
        _ => "",
    };
    change(What::Connection, after.connection.id.as_str(), keys, note)
}

fn connection_keys(before: &ConnectionEntry, after: &ConnectionEntry) -> Vec<String> {
    let mut keys = value_keys(&before.connection, &after.connection);
    // The status says why it is so; the version follows from the rest.
    keys.retain(|key| key != "version" && key != "reason");
    keys.extend(credential_keys(&before.credentials, &after.credentials));
    keys
}

fn credential_keys(before: &Credentials, after: &Credentials) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let same = |name: &String| match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) => before.value == after.value && before.from == after.from,
        _ => false,
    };
    names.into_iter().filter(|name| !same(name)).map(|name| format!("credentials.{name}")).collect()
}

/// Which keys differ, by the names of the accounts file; tables one level down, key by key.
fn value_keys(before: &impl Serialize, after: &impl Serialize) -> Vec<String> {
    let mut keys = Vec::new();
    for (name, old, new) in differing(&object(before), &object(after)) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                keys.extend(differing(&old, &new).into_iter().map(|(inner, ..)| format!("{name}.{inner}")));
            }
            _ if name == "employees" => keys.push("employee".to_owned()),
            _ => keys.push(name),
        }
    }
    keys
}

fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn differing(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<(String, Value, Value)> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let pair = |name: &String| {
        let of = |map: &Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
        (name.clone(), of(before), of(after))
    };
    names.into_iter().map(pair).filter(|(_, old, new)| old != new).collect()
}
