//! N1: the names that a customer of Ringostat gives the fields of its webhooks.

use std::collections::BTreeMap;

use super::super::{export, plan};
use super::{read_new, read_over};
use crate::wire::{Change, ChangeKind};

const RINGOSTAT: &str = r#"
[[account]]
id = "acme"
[[account.source]]
id = "acme-ringostat"
kind = "ringostat"
[account.source.names]
phone = "caller"
"Call id" = "call_id"
[account.source.credentials]
project_id = "12345"
auth_key = "key-1"
"#;

#[test]
fn n1_names_are_read_kept_exported_and_compared() {
    let current = read_new(RINGOSTAT).unwrap();
    let source = &current.sources[0].source;
    assert_eq!((source.region.as_str(), source.timezone.as_str()), ("UA", "Europe/Kyiv"));
    let names = [("phone", "caller"), ("Call id", "uniqueid")].map(|(own, name)| (own.to_owned(), name.to_owned()));
    assert_eq!(source.names, BTreeMap::from(names));

    let changes = |text: &str| -> Vec<Change> { plan(&current, &read_over(&current, text).unwrap()) };
    let text = export(&current);
    assert!(text.contains("[account.source.names]\n\"Call id\" = \"uniqueid\"\nphone = \"caller\"\n"), "{text}");
    assert!(changes(&text).iter().all(|change| change.change == ChangeKind::Unchanged), "{text}");

    let silent = RINGOSTAT.replace("[account.source.names]\nphone = \"caller\"\n\"Call id\" = \"call_id\"\n", "");
    assert!(changes(&silent).iter().all(|change| change.change == ChangeKind::Unchanged));
    let other = RINGOSTAT.replace("phone =", "number =");
    assert_eq!(changes(&other)[1].keys, ["names.number", "names.phone"]);
    let none = RINGOSTAT.replace("phone = \"caller\"\n\"Call id\" = \"call_id\"\n", "");
    assert!(read_over(&current, &none).unwrap().sources[0].source.names.is_empty());
}

#[test]
fn n1_names_that_mean_nothing_or_the_same_are_refused() {
    let rows = [
        ("\"caller\"", "\"kaller\"", "phone", "\"kaller\" is no documented name; known: event, action, uniqueid"),
        ("\"caller\"", "\"uniqueid\"", "phone", "\"Call id\" is \"uniqueid\" already; only one field can be"),
        ("\"caller\"", "7", "phone", "an integer; it must be a text"),
        ("phone =", "\"\" =", "", "1 to 100 characters"),
    ];
    for (from, to, key, message) in rows {
        let refused = read_new(&RINGOSTAT.replacen(from, to, 1)).expect_err(to).0;
        assert_eq!((refused.len(), refused[0].line), (1, 8), "{refused:?}");
        assert_eq!(refused[0].key, format!("account[0].source[0].names.{key}"));
        assert!(refused[0].message.contains(message), "{refused:?}");
    }
    let table = RINGOSTAT.replace("[account.source.names]\nphone = \"caller\"\n\"Call id\" = \"call_id\"", "names = 5");
    assert!(read_new(&table).unwrap_err().to_string().contains("must be a table"));
    let uis = RINGOSTAT.replace("ringostat\"\n[", "uis\"\n[");
    let refused = read_new(&uis).unwrap_err().0;
    assert_eq!((refused[0].line, refused[0].key.as_str()), (7, "account[0].source[0].names"), "{refused:?}");
    assert!(refused[0].message.contains("the fields that uis sends have fixed names"), "{refused:?}");
}
