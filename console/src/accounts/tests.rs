//! The accounts file: what is refused and where, what changes, and what never shows.

mod names;
mod wrong;

use backbone::sealed::Secret;
use backbone::store::Accounts;
use schemas::{ConnectionStatus, Timestamp};

use super::*;
use crate::wire::Change;

pub const FILE: &str = r#"
[[account]]
id = "acme"
name = "Acme"

[[account.source]]
id = "acme-uis"
kind = "uis"
secret = "0123456789abcdef_-AB"
region = "RU"
timezone = "Europe/Moscow"
notifications_report = "Уведомления"
virtual_number = "74951112233"
[account.source.credentials]
api_key = "env:ACME_UIS_KEY"

[[account.connection]]
id = "acme-rbs"
kind = "rbs-crm"
sources = ["acme-uis"]
timezone = "Europe/Moscow"
base_url = "https://crm.example"
status = "active"
[account.connection.credentials]
login = "literal-login"
password = "env:ACME_RBS_PASSWORD"
[account.connection.settings]
notify_only_responsible = true
search_lag = "10s"
[[account.connection.employee]]
crm_user = "17"
extension = "101"
source = "acme-uis"
"#;

fn env(name: &str) -> Option<String> {
    ["ACME_UIS_KEY", "ACME_RBS_PASSWORD"].contains(&name).then(|| format!("value of {name}"))
}

fn read_over(current: &Accounts, text: &str) -> Result<Accounts, Refused> {
    let now = "2026-11-28T06:00:00Z".parse().unwrap();
    let connectors = sinks::registry::CONNECTORS;
    read(&Reading { file_name: "a.toml", text, env: &env, current, connectors, now })
}

fn read_new(text: &str) -> Result<Accounts, Refused> {
    read_over(&Accounts::default(), text)
}

#[test]
fn a_whole_file_is_read() {
    let accounts = read_new(FILE).unwrap();
    let source = &accounts.sources[0];
    assert_eq!(source.secret, Secret::new("0123456789abcdef_-AB"));
    assert_eq!(source.source.talk_without_end.to_string(), "30m");
    assert_eq!(source.source.notifications_report.as_deref(), Some("Уведомления"));
    assert_eq!(source.credentials["api_key"].value, Secret::new("value of ACME_UIS_KEY"));
    assert_eq!(source.credentials["api_key"].from.as_deref(), Some("env:ACME_UIS_KEY"));
    let entry = &accounts.connections[0];
    assert_eq!(entry.connection.created_at, "2026-11-28T06:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!((entry.connection.version, entry.connection.status), (1, ConnectionStatus::Active));
    assert_eq!(entry.connection.settings["search_lag"], "10s");
    assert_eq!(entry.connection.employees[0].who.extension.as_deref(), Some("101"));
    assert_eq!(env_names(FILE), ["ACME_RBS_PASSWORD", "ACME_UIS_KEY"]);
}

#[test]
fn a_report_of_notifications_stays_until_it_is_taken_back() {
    let current = read_new(FILE).unwrap();
    let line = "notifications_report = \"Уведомления\"\n";
    let report = |text: &str| read_over(&current, text).unwrap().sources[0].source.notifications_report.clone();
    assert_eq!(report(&FILE.replace(line, "")).as_deref(), Some("Уведомления"));
    assert_eq!(report(&FILE.replace(line, "notifications_report = \"\"\n")), None);
}

#[test]
fn what_is_exported_applies_again_and_changes_nothing() {
    let mut current = read_new(FILE).unwrap();
    let settings =
        serde_json::json!({"structures": {"deals": {"status": "a"}}, "max_in_flight": 2, "odd key": [1.5, true]});
    current.connections[0].connection.settings = settings.as_object().unwrap().clone();
    let text = export(&current);
    // The key that the connector does not know was only there to see it quoted.
    assert!(text.contains("\"odd key\" = [1.5, true]"), "{text}");
    current.connections[0].connection.settings.remove("odd key");
    for status in [ConnectionStatus::Active, ConnectionStatus::Paused, ConnectionStatus::Broken, ConnectionStatus::Off]
    {
        current.connections[0].connection.status = status;
        current.connections[0].connection.reason = "why".to_owned();
        let text = export(&current);
        let wanted = read_over(&current, &text).unwrap_or_else(|refused| panic!("{refused}\n{text}"));
        let changes = plan(&current, &wanted);
        assert!(changes.iter().all(|change| change.change == ChangeKind::Unchanged), "{changes:?}\n{text}");
        assert_eq!(wanted.connections[0].connection, current.connections[0].connection);
        assert_eq!(changes.len(), 3);
    }
}

#[test]
fn secrets_show_in_no_export_plan_error_or_debug() {
    let marks = ["literal-login", "value of ACME"];
    let current = read_new(FILE).unwrap();
    let changed = FILE.replace("literal-login", "literal-login-2").replace("0123456789abcdef_-AB", "fedcba9876543210");
    let wanted = read_over(&current, &changed).unwrap();
    let request = Apply {
        text: FILE.to_owned(),
        env: [("ACME_RBS_PASSWORD".to_owned(), "value of ACME".to_owned())].into(),
        ..Apply::default()
    };
    let mut shown = vec![
        export(&current),
        format!("{:?}", plan(&current, &wanted)),
        format!("{current:?}"),
        format!("{request:?}"),
    ];
    for wrong in [
        "password = [\"literal-login\"]",
        "password = { value = \"literal-login\" }",
        "password = \"env:literal-login value of ACME\"",
        "password = \"literal-login",
        "literal = \"literal-login\"",
    ] {
        let text = FILE.replace("password = \"env:ACME_RBS_PASSWORD\"", wrong);
        shown.push(read_new(&text).unwrap_err().to_string());
    }
    shown.push(read_new(&FILE.replace("0123456789abcdef_-AB", "literal-login literal-login")).unwrap_err().to_string());
    for text in shown {
        assert!(!marks.iter().any(|mark| text.contains(mark)), "{text}");
    }
    assert!(export(&current).contains("0123456789abcdef_-AB"));
    assert!(!format!("{:?}", plan(&current, &wanted)).contains("fedcba"));
}

#[test]
fn what_a_file_leaves_out_of_its_accounts_is_named_and_stays() {
    let current = read_new(FILE).unwrap();
    let only = &FILE[..FILE.find("[[account.connection]]").unwrap()];
    let wanted = read_over(&current, only).unwrap();
    let left: Vec<Change> = plan(&current, &wanted).into_iter().filter(|change| !change.note.is_empty()).collect();
    let [connection] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!((connection.what, connection.change), (What::Connection, ChangeKind::Unchanged));
    assert_eq!(connection.id, current.connections[0].connection.id.as_str());
    assert!(connection.note.starts_with("not in the file: it stays"), "{}", connection.note);
    let (id, other) = (current.accounts[0].id.as_str(), "[[account]]\nid = \"other\"\nname = \"O\"\n");
    let wanted = read_over(&current, other).unwrap();
    assert!(plan(&current, &wanted).iter().all(|change| change.id == "other"), "{id} is in no word of this file");
}

fn connection_change(current: &Accounts, text: &str) -> (Change, ConnectionStatus, i64) {
    let wanted = read_over(current, text).unwrap();
    let change = plan(current, &wanted).into_iter().find(|change| change.what == What::Connection).unwrap();
    (change, wanted.connections[0].connection.status, wanted.connections[0].connection.version)
}

#[test]
fn the_plan_names_the_keys_and_the_version_grows_with_a_change() {
    let current = read_new(FILE).unwrap();
    let text = FILE.replace("crm.example", "new.example").replace("10s", "20s").replace("\"101\"", "\"102\"");
    let (change, _, version) = connection_change(&current, &text.replace("literal-login", "other"));
    assert_eq!(change.keys, ["base_url", "employee", "settings.search_lag", "credentials.login"]);
    assert_eq!(version, 2);
    let (change, _, version) = connection_change(&current, FILE);
    assert_eq!((change.change, version), (ChangeKind::Unchanged, 1));
}

#[test]
fn what_the_file_does_not_mention_stays() {
    let current = read_new(FILE).unwrap();
    let text =
        "[[account]]\nid = \"acme\"\n[[account.connection]]\nid = \"acme-rbs\"\nbase_url = \"https://new.example/\"\n";
    let wanted = read_over(&current, text).unwrap();
    assert_eq!((wanted.sources.len(), wanted.accounts[0].name.as_str()), (0, "Acme"));
    let (before, after) = (&current.connections[0], &wanted.connections[0]);
    assert_eq!(after.connection.base_url, "https://new.example");
    assert_eq!(after.connection.employees, before.connection.employees);
    assert_eq!(after.connection.settings, before.connection.settings);
    assert_eq!(after.credentials["login"].value, before.credentials["login"].value);
    // A secret left out is made once and kept from then on.
    let without = FILE.replace("secret = \"0123456789abcdef_-AB\"\n", "");
    let made = read_new(&without).unwrap();
    assert_eq!(made.sources[0].secret.expose().len(), 40);
    assert_eq!(read_over(&made, &without).unwrap().sources[0].secret, made.sources[0].secret);
}

#[test]
fn new_credentials_end_a_broken_connection_and_a_file_ends_no_pause() {
    use ConnectionStatus::{Active, Broken, Off, Paused};
    let new = FILE.replace("literal-login", "new-login");
    let off = FILE.replace("\"active\"", "\"off\"");
    let silent = FILE.replace("status = \"active\"\n", "");
    for (was, text, becomes, note) in [
        (Broken, &new, Active, "active again"),
        (Broken, &FILE.to_owned(), Broken, "still broken"),
        (Paused, &new, Paused, "still paused"),
        (Paused, &off, Off, ""),
        (Off, &FILE.to_owned(), Active, ""),
        (Off, &silent, Off, ""),
        (Active, &silent, Active, ""),
    ] {
        let mut current = read_new(FILE).unwrap();
        current.connections[0].connection.status = was;
        let (change, status, _) = connection_change(&current, text);
        assert_eq!(status, becomes, "{was:?} {change:?}");
        assert!(change.note.contains(note), "{was:?} {change:?}");
        assert_eq!(change.keys.contains(&"status".to_owned()), was != becomes);
    }
}
