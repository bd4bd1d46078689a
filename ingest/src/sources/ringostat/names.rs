//! What Ringostat's values are called: by its documents, by older webhooks, and by a customer who chose names of its own.

use std::collections::BTreeMap;

use crate::sources::fields::{self, Fields};

/// The names that Ringostat documents. `event` and `action` are none of its values: they say which event a webhook was
/// set up for, and mostly stand in its address.
pub const NAMES: &[&str] = &[
    "event",
    "action",
    "uniqueid",
    "cdr_id",
    "calldate",
    "caller",
    "caller_number",
    "dst",
    "userfield",
    "outbound_number",
    "call_type",
    "disposition",
    "duration",
    "billsec",
    "waittime",
    "connected_with",
    "extension_number",
    "additional_number",
    "employee_number",
    "employee_fio",
    "employee_mark",
    "category_number",
    "category_mark",
    "manager_id",
    "department",
    "has_recording",
    "recording",
    "recording_wav",
    "record_link",
    "call_card",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "client_id",
    "landing",
    "refferrer",
    "pool_name",
    "scheme_name",
    "proper_flag",
    "repeated_flag",
    "n_alias",
    "remote_ip",
    "project_id",
];

/// Names that the same values have in older webhooks, or have by their right spelling.
const ALIASES: [(&str, &str); 7] = [
    ("call_id", "uniqueid"),
    ("callee", "dst"),
    ("status", "disposition"),
    ("call_duration", "duration"),
    ("event_type", "action"),
    ("referrer", "refferrer"),
    ("google_client_id", "client_id"),
];

/// The second layout of webhooks has most values in an object of this name.
const NESTED: &str = "additional_call_data";

/// The documented name that a name is or stands for, in capitals or not.
pub fn documented(name: &str) -> Option<&'static str> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let by_alias = || ALIASES.iter().find(|(alias, _)| is(alias)).map(|(_, name)| *name);
    NAMES.iter().copied().find(|known| is(known)).or_else(by_alias)
}

/// The fields of both layouts on one level; what stands at the root goes before.
pub fn flat(root: Fields) -> Fields {
    let mut nested = Fields::new();
    let mut flat = Fields::new();
    for (key, value) in root {
        // A form writes the second layout as `additional_call_data[dst]`.
        let inner = key.strip_prefix(NESTED).map(|rest| rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')));
        match inner {
            Some(Some(inner)) => drop(nested.insert(inner.to_owned(), value)),
            Some(None) if key == NESTED && value.starts_with('{') => {
                nested.extend(fields::inside(&value).unwrap_or_else(|| [(key, value)].into()));
            }
            _ => drop(flat.insert(key, value)),
        }
    }
    nested.extend(flat);
    nested
}

/// The fields by their documented names; those that have none keep their own. Where several fields stand for one name, the
/// customer's own goes before the documented one, and that before an alias.
pub fn resolve(fields: Fields, own: &BTreeMap<String, String>) -> Fields {
    let mut named: Vec<(u8, String, String)> = fields
        .into_iter()
        .map(|(key, value)| {
            let by_own = own.get(&key).and_then(|name| documented(name));
            let (rank, name) = match (by_own, documented(&key)) {
                (Some(name), _) => (0, name.to_owned()),
                (None, Some(name)) if name.eq_ignore_ascii_case(&key) => (1, name.to_owned()),
                (None, Some(name)) => (2, name.to_owned()),
                (None, None) => (3, key),
            };
            (rank, name, value)
        })
        .collect();
    // What comes later stays.
    named.sort_by_key(|(rank, ..)| std::cmp::Reverse(*rank));
    named.into_iter().map(|(_, name, value)| (name, value)).collect()
}
