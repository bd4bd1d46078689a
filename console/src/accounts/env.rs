//! `env:NAME` in an accounts file: who applies the file gives the values from their own environment.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

/// How a credential says that it is an environment variable.
pub const PREFIX: &str = "env:";

/// Whether a text may be the name of an environment variable.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=100).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with(|first: char| first.is_ascii_digit())
}

/// Every variable that the credentials of an accounts file name, once, in order. Of a text that is no TOML, as far as it
/// can be read: the reading of the file says what is wrong with it.
pub fn names(text: &str) -> Vec<String> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut names = BTreeSet::new();
    for account in tables(root.get_ref(), "account") {
        for entry in tables(account, "source").chain(tables(account, "connection")) {
            let credentials = entry.get("credentials").and_then(|value| value.get_ref().as_table());
            let values = credentials.into_iter().flat_map(DeTable::values);
            let wanted = values.filter_map(|value| value.get_ref().as_str()?.strip_prefix(PREFIX));
            names.extend(wanted.filter(|name| is_name(name)).map(str::to_owned));
        }
    }
    names.into_iter().collect()
}

fn tables<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> impl Iterator<Item = &'a DeTable<'i>> {
    let items = table.get(name).and_then(|value| value.get_ref().as_array());
    items.into_iter().flat_map(|items| items.iter()).filter_map(|item| DeValue::as_table(item.get_ref()))
}
