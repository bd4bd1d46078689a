//! Which fields a record has, and what may stand in them.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::api::No;
use super::{CALLS, CLIENTS, USERS};
use crate::rest::Store;

/// What may stand in a field.
#[derive(Clone, Copy)]
enum Kind {
    /// A text that is not empty, of so many characters at most.
    Text(usize),
    /// A number, or who else calls, as people write it.
    Phone,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// `2026-11-19 12:00:05`.
    Time,
    /// Seconds.
    Seconds,
    /// Where a recording is.
    Link,
    /// A record of that table, by its id.
    Of(&'static str),
}

/// A field's name, what may stand in it, and whether a new record must have it.
type Field = (&'static str, Kind, bool);

const CLIENT: [Field; 4] = [
    ("name", Kind::Text(200), true),
    ("phone", Kind::Phone, false),
    ("email", Kind::Text(100), false),
    ("responsible_id", Kind::Of(USERS), false),
];
const CALL: [Field; 10] = [
    ("external_id", Kind::Text(200), false),
    ("direction", Kind::OneOf(&["incoming", "outgoing"]), true),
    ("status", Kind::OneOf(&["answered", "missed"]), true),
    ("client_id", Kind::Of(CLIENTS), false),
    ("phone", Kind::Phone, false),
    ("line", Kind::Phone, false),
    ("manager_phone", Kind::Text(100), false),
    ("start_time", Kind::Time, true),
    ("duration", Kind::Seconds, false),
    ("record_url", Kind::Link, false),
];
const TASK: [Field; 6] = [
    ("title", Kind::Text(200), true),
    ("description", Kind::Text(5000), false),
    ("client_id", Kind::Of(CLIENTS), false),
    ("responsible_id", Kind::Of(USERS), false),
    ("due_date", Kind::Time, false),
    ("status", Kind::OneOf(&["open", "done"]), false),
];
/// Text fields of its own that a client may have.
const CUSTOM_FIELDS: u32 = 50;

/// Whether a record of `table` may have these fields; a new one must have some.
pub(super) fn check(table: &str, sent: &Map<String, Value>, store: &Store, new: bool) -> Result<(), No> {
    let known: &[Field] = match table {
        CLIENTS => &CLIENT,
        CALLS => &CALL,
        _ => &TASK,
    };
    let mut errors = Map::new();
    for (name, value) in sent {
        let kind = known.iter().find(|(known, ..)| known == name).map(|(_, kind, _)| *kind);
        let kind = kind.or_else(|| (table == CLIENTS && is_custom(name)).then_some(Kind::Text(1000)));
        if let Some(why) = kind.map_or(Some("is not known"), |kind| wrong(kind, value, store)) {
            errors.insert(name.clone(), json!([why]));
        }
    }
    for (name, ..) in known.iter().filter(|(name, _, needed)| new && *needed && !sent.contains_key(*name)) {
        errors.insert((*name).to_owned(), json!(["is required"]));
    }
    if errors.is_empty() { Ok(()) } else { Err(No::Fields(errors)) }
}

fn is_custom(name: &str) -> bool {
    let number = name.strip_prefix("custom_field_").filter(|number| !number.starts_with(['0', '+']));
    number.and_then(|number| number.parse().ok()).is_some_and(|number| (1..=CUSTOM_FIELDS).contains(&number))
}

fn wrong(kind: Kind, value: &Value, store: &Store) -> Option<&'static str> {
    let text = value.as_str();
    let within = |most: usize| text.is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= most);
    let (right, why) = match kind {
        Kind::Text(most) => (within(most), "must be a text, not empty and not too long"),
        Kind::Phone => (within(40), "must be a number, written in any way"),
        Kind::OneOf(known) => (text.is_some_and(|text| known.contains(&text)), "is not one of the known values"),
        Kind::Time => {
            // Not every text that can be read is one that the CRM writes.
            let read = text.and_then(|text| DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok());
            let same = read.is_some_and(|read| Some(read.strftime("%Y-%m-%d %H:%M:%S").to_string().as_str()) == text);
            (same, "must be a time like 2026-11-19 12:00:05")
        }
        Kind::Seconds => (value.as_u64().is_some_and(|seconds| seconds <= 86_400), "must be whole seconds of a day"),
        Kind::Link => {
            let web = text.is_some_and(|text| text.starts_with("https://") || text.starts_with("http://"));
            (web && within(2000), "must be a link")
        }
        Kind::Of(table) => (value.as_u64().is_some_and(|id| store.get(table, id).is_some()), "is not there"),
    };
    (!right).then_some(why)
}
