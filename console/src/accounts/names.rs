//! `[account.source.names]`: what a customer calls the fields of its webhooks (N1).

use std::collections::BTreeMap;

use ingest::sources::Pbx;

use super::table::{Problems, Table};

/// A notification has at most so many fields.
const MOST: usize = 100;
/// Names of fields are at most so long.
const FIELD_CHARS_MAX: usize = 100;

/// The names of a source: which field is which documented value. Nothing where the file has no such table.
pub fn names(
    table: &mut Table<'_, '_>,
    pbx: Option<&dyn Pbx>,
    problems: &mut Problems<'_>,
) -> Option<BTreeMap<String, String>> {
    let inner = table.table("names", problems)?;
    let pbx = pbx?;
    if pbx.names().is_empty() {
        let message = format!("is not known: the fields that {} sends have fixed names", pbx.kind());
        problems.add(inner.offset, &inner.path, message);
        return None;
    }
    let mut names = BTreeMap::new();
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (field, found) in inner.every().take(MOST) {
        let Some(text) = found.text(problems) else { continue };
        if field.is_empty() || field.chars().count() > FIELD_CHARS_MAX {
            problems.add(found.offset, &found.path, format!("a field's name has 1 to {FIELD_CHARS_MAX} characters"));
        } else if let Some(name) = pbx.documented(&text) {
            if let Some(first) = taken.insert(name, field) {
                let message = format!("{first:?} is {name:?} already; only one field can be");
                problems.add(found.offset, &found.path, message);
            }
            names.insert(field.to_owned(), name.to_owned());
        } else {
            let known = pbx.names().join(", ");
            problems.add(found.offset, &found.path, format!("{text:?} is no documented name; known: {known}"));
        }
    }
    Some(names)
}
