//! Writes what is stored as an accounts file that can be applied again. Credentials stand as `env:NAME` where they came
//! from there and are left out otherwise: applied again, the file keeps them. Webhook secrets are written, for they are
//! part of the URL to paste.

use std::fmt::Write as _;

use backbone::store::{Accounts, ConnectionEntry, Credentials, SourceEntry};
use schemas::{Account, ConnectionStatus, Employee};
use serde::Serialize;
use serde_json::Value;

/// The accounts file of everything stored.
pub fn export(accounts: &Accounts) -> String {
    let mut out = String::from(
        "# Accounts, as exported. Apply it again with: ringfold accounts apply -f FILE\n\
         # It holds webhook secrets: keep it as you keep passwords.\n",
    );
    for account in &accounts.accounts {
        write_account(&mut out, account);
        for entry in accounts.sources.iter().filter(|entry| entry.source.account == account.id) {
            write_source(&mut out, entry);
        }
        for entry in accounts.connections.iter().filter(|entry| entry.connection.account == account.id) {
            write_connection(&mut out, entry);
        }
    }
    out
}

/// One `key = value`; nothing where TOML has no way to say the value.
fn line(out: &mut String, key: &str, value: &impl Serialize) {
    if let Some(value) = toml_value(value) {
        let _ = writeln!(out, "{} = {value}", quoted(key)); // writing to a String cannot fail
    }
}

fn toml_value(value: &impl Serialize) -> Option<toml::Value> {
    let json = serde_json::to_value(value).ok()?;
    toml::Value::try_from(without_nulls(json)?).ok()
}

/// TOML knows no null: a key that holds one says the same as no key.
fn without_nulls(value: Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Array(items) => Value::Array(items.into_iter().filter_map(without_nulls).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect())
        }
        other => other,
    })
}

fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}

fn write_account(out: &mut String, account: &Account) {
    out.push_str("\n[[account]]\n");
    line(out, "id", &account.id);
    line(out, "name", &account.name);
}

fn write_source(out: &mut String, entry: &SourceEntry) {
    let source = &entry.source;
    out.push_str("\n[[account.source]]\n");
    line(out, "id", &source.id);
    line(out, "kind", &source.kind);
    out.push_str("# The last part of the webhook URL: whoever knows it can send calls.\n");
    line(out, "secret", &entry.secret.expose());
    line(out, "region", &source.region);
    line(out, "timezone", &source.timezone);
    line(out, "base_url", &source.base_url);
    line(out, "talk_without_end", &source.talk_without_end);
    line(out, "ring_without_end", &source.ring_without_end);
    line(out, "backfill_every", &source.backfill_every);
    line(out, "notifications_report", &source.notifications_report);
    line(out, "virtual_number", &source.virtual_number);
    if !source.names.is_empty() {
        out.push_str("[account.source.names]\n");
        for (field, name) in &source.names {
            line(out, field, name);
        }
    }
    write_credentials(out, "account.source.credentials", &entry.credentials);
}

fn write_connection(out: &mut String, entry: &ConnectionEntry) {
    let connection = &entry.connection;
    out.push_str("\n[[account.connection]]\n");
    line(out, "id", &connection.id);
    line(out, "kind", &connection.kind);
    line(out, "sources", &connection.sources);
    line(out, "timezone", &connection.timezone);
    if !connection.base_url.is_empty() {
        line(out, "base_url", &connection.base_url);
    }
    if matches!(connection.status, ConnectionStatus::Paused | ConnectionStatus::Broken) {
        let _ = writeln!(out, "# It is {} now; applying this file leaves it so.", connection.status.word());
    }
    line(out, "status", &if connection.status == ConnectionStatus::Off { "off" } else { "active" });
    write_credentials(out, "account.connection.credentials", &entry.credentials);
    if !connection.settings.is_empty() {
        out.push_str("[account.connection.settings]\n");
        for (key, value) in &connection.settings {
            line(out, key, value);
        }
    }
    for employee in &connection.employees {
        write_employee(out, employee);
    }
}

fn write_employee(out: &mut String, employee: &Employee) {
    out.push_str("[[account.connection.employee]]\n");
    line(out, "crm_user", &employee.crm_user);
    line(out, "extension", &employee.who.extension);
    line(out, "sip", &employee.who.sip);
    line(out, "phone", &employee.who.phone);
    line(out, "pbx_id", &employee.who.pbx_id);
    line(out, "source", &employee.source);
}

fn write_credentials(out: &mut String, table: &str, credentials: &Credentials) {
    if credentials.is_empty() {
        return;
    }
    let _ = writeln!(out, "[{table}]");
    for (name, credential) in credentials {
        match &credential.from {
            Some(from) => line(out, name, from),
            None => {
                let _ = writeln!(out, "# {name} is set and not shown; applying this file keeps it.");
            }
        }
    }
}
