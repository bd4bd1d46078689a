//! A table of a TOML text, read key by key: every value is known with its line and its path, and a problem is noted with
//! both, so that a file is refused with everything that is wrong with it.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::wire::FileProblem;

/// A file with a thousand problems is fixed by reading the first hundred.
const MOST: usize = 100;

/// The problems of one file, as they are found.
pub struct Problems<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<FileProblem>,
}

impl<'a> Problems<'a> {
    /// None yet.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// Notes one, at a byte of the text.
    pub fn add(&mut self, offset: usize, key: &str, message: impl Into<String>) {
        if self.found.len() < MOST {
            let before = self.text.as_bytes().get(..offset.min(self.text.len())).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            let (file, key) = (self.file.to_owned(), key.to_owned());
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            self.found.push(FileProblem { file, line, key, message: message.into() });
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// All of them, in the order of the file.
    pub fn into_found(mut self) -> Vec<FileProblem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found
    }
}

/// A value, where it stands, and its path.
pub struct Found<'a, 'i> {
    /// The value.
    pub value: &'a DeValue<'i>,
    /// Where its key begins.
    pub offset: usize,
    /// `account[0].source[1].region`.
    pub path: String,
}

impl Found<'_, '_> {
    /// Notes that it has the wrong type. The value is not shown: it may be a secret.
    pub fn wrong_type(&self, wanted: &str, problems: &mut Problems<'_>) {
        problems.add(self.offset, &self.path, format!("is {}; it must be {wanted}", article(self.value.type_str())));
    }

    /// A text that is not empty.
    pub fn text(&self, problems: &mut Problems<'_>) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            self.wrong_type("a text in quotes", problems);
            return None;
        };
        if text.trim().is_empty() {
            problems.add(self.offset, &self.path, "is empty; give a value or leave the key out");
            return None;
        }
        Some(text.to_owned())
    }
}

fn article(kind: &str) -> String {
    let an = kind.starts_with(['a', 'i']);
    format!("{} {kind}", if an { "an" } else { "a" })
}

/// One table, and which of its keys were asked for.
pub struct Table<'a, 'i> {
    entries: &'a DeTable<'i>,
    /// Where the table begins.
    pub offset: usize,
    /// Its path; empty for the whole file.
    pub path: String,
    asked: BTreeSet<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// The whole file.
    pub fn root(entries: &'a DeTable<'i>) -> Self {
        Self::new(entries, 0, String::new())
    }

    fn new(entries: &'a DeTable<'i>, offset: usize, path: String) -> Self {
        Self { entries, offset, path, asked: BTreeSet::new() }
    }

    /// The path of a key of it.
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The value of a key.
    pub fn get(&mut self, name: &'static str) -> Option<Found<'a, 'i>> {
        self.asked.insert(name);
        let (key, value) = self.entries.get_key_value(name)?;
        Some(Found { value: value.get_ref(), offset: key.span().start, path: self.key(name) })
    }

    /// A text that is not empty.
    pub fn text(&mut self, name: &'static str, problems: &mut Problems<'_>) -> Option<String> {
        self.get(name)?.text(problems)
    }

    /// A text that says it all in its own type.
    pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        name: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let found = self.get(name)?;
        let text = found.text(problems)?;
        text.parse().map_err(|why: T::Err| problems.add(found.offset, &found.path, why.to_string())).ok()
    }

    /// `[[name]]`: each with its own place.
    pub fn tables(&mut self, name: &'static str, problems: &mut Problems<'_>) -> Vec<Table<'a, 'i>> {
        self.optional_tables(name, problems).unwrap_or_default()
    }

    /// `[[name]]`, or nothing where there is none.
    pub fn optional_tables(&mut self, name: &'static str, problems: &mut Problems<'_>) -> Option<Vec<Table<'a, 'i>>> {
        let found = self.get(name)?;
        let Some(array) = found.value.as_array() else {
            let key = self.key(name);
            let header =
                key.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect::<Vec<_>>().join(".");
            found.wrong_type(&format!("a list of tables, each begun by [[{header}]]"), problems);
            return None;
        };
        let mut tables = Vec::with_capacity(array.len());
        for (n, item) in array.iter().enumerate() {
            let Range { start, .. } = item.span();
            let path = format!("{}[{n}]", found.path);
            match item.get_ref().as_table() {
                Some(entries) => tables.push(Self::new(entries, start, path)),
                None => problems.add(start, &path, "must be a table"),
            }
        }
        Some(tables)
    }

    /// `[name]`.
    pub fn table(&mut self, name: &'static str, problems: &mut Problems<'_>) -> Option<Table<'a, 'i>> {
        let found = self.get(name)?;
        let entries = found.value.as_table();
        if entries.is_none() {
            found.wrong_type("a table", problems);
        }
        Some(Self::new(entries?, found.offset, found.path))
    }

    /// Every entry, for tables whose keys are not fixed.
    pub fn every(&self) -> impl Iterator<Item = (&'a str, Found<'a, 'i>)> {
        let found = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'i>>)| {
            let name: &str = AsRef::<std::borrow::Cow<'i, str>>::as_ref(key);
            (name, Found { value: value.get_ref(), offset: key.span().start, path: self.key(name) })
        };
        self.entries.iter().map(found)
    }

    /// The whole table as JSON.
    pub fn json(&self, problems: &mut Problems<'_>) -> Map<String, Value> {
        self.every()
            .filter_map(|(name, found)| {
                let value = to_json(found.value);
                if value.is_none() {
                    found.wrong_type("a text, a number, true or false, a list or a table", problems);
                }
                Some((name.to_owned(), value?))
            })
            .collect()
    }

    /// Notes every key that nobody asked for.
    pub fn finish(&self, problems: &mut Problems<'_>) {
        for (name, found) in self.every() {
            if !self.asked.contains(name) {
                let known: Vec<_> = self.asked.iter().copied().collect();
                problems.add(found.offset, &found.path, format!("is not known; known here: {}", known.join(", ")));
            }
        }
    }

    /// Where a path below this table stands, as near as the text has it.
    pub fn locate(&self, path: &[String]) -> (usize, String) {
        let (mut offset, mut key) = (self.offset, self.path.clone());
        let mut here = None;
        for (depth, part) in path.iter().enumerate() {
            let parent = if depth == 0 { Some(self.entries) } else { here.and_then(DeValue::as_table) };
            let array = here.and_then(DeValue::as_array);
            here = None;
            if let Some((name, value)) = parent.and_then(|table| table.get_key_value(part.as_str())) {
                (offset, here) = (name.span().start, Some(value.get_ref()));
            } else if let Some(item) = array.and_then(|array| array.get(part.parse::<usize>().ok()?)) {
                (offset, here) = (item.span().start, Some(item.get_ref()));
            }
            let index = part.bytes().all(|byte| byte.is_ascii_digit());
            key = if index { format!("{key}[{part}]") } else { format!("{key}.{part}") };
        }
        (offset, key)
    }
}

fn to_json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()?.into(),
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Datetime(_) => return None,
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), to_json(value.get_ref())?)))
                .collect::<Option<_>>()?,
        ),
    })
}
