//! What the command prints. Data goes to stdout in the format that was asked for; words for people go to stderr. Knows
//! columns and JSON values, no call and no connection.

mod csv;
mod table;

use std::io::{self, Write as _};

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

pub use self::table::{clean, paint};
use crate::exit::Exit;

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people: columns, times as `2026-11-28 07:40:11Z`
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One JSON document a line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// At a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// From here on, for the whole process.
    pub fn apply(self) {
        let choice = match self {
            Self::Auto => return,
            Self::Always => anstream::ColorChoice::AlwaysAnsi,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How a table shows a value; other formats show it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// As it is, cut to a line.
    Text,
    /// As it is, however long: to be copied.
    Whole,
    /// A number, to the right.
    Number,
    /// A time, to the second.
    Time,
    /// A word of state, in colour.
    Word,
    /// Not at all.
    Nowhere,
}

/// One column: a title, and the JSON pointer of its value.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The heading in a table.
    pub title: &'static str,
    /// Where the value is: `/client/e164`.
    pub at: &'static str,
    /// How a table shows it.
    pub show: Show,
}

impl Column {
    /// A column that is shown so.
    pub const fn new(title: &'static str, at: &'static str, show: Show) -> Self {
        Self { title, at, show }
    }

    /// A column of CSV that is too much for a table.
    pub const fn wide(at: &'static str) -> Self {
        Self { title: "", at, show: Show::Nowhere }
    }

    /// The heading in CSV: `client.e164`.
    fn name(&self) -> String {
        self.at.trim_start_matches('/').replace('/', ".")
    }

    fn of<'a>(&self, row: &'a Value) -> &'a Value {
        row.pointer(self.at).unwrap_or(&Value::Null)
    }
}

/// Prints rows in the format asked for.
pub fn rows<T: Serialize>(format: Format, columns: &[Column], rows: &[T]) -> Result<(), Exit> {
    let rows = rows.iter().map(json).collect::<Result<Vec<_>, _>>()?;
    match format {
        Format::Table => print(&table::rows(columns, &rows)),
        Format::Json => data(&pretty(&Value::Array(rows))),
        Format::Ndjson => rows.iter().try_for_each(|row| data(&format!("{row}\n"))),
        Format::Csv => data(&csv::rows(columns, &rows)),
    }
}

/// Prints one thing: as a table of its keys and whatever `more` adds for people.
pub fn one<T: Serialize>(
    format: Format,
    columns: &[Column],
    thing: &T,
    more: impl FnOnce(&T) -> String,
) -> Result<(), Exit> {
    let value = json(thing)?;
    match format {
        Format::Table => print(&(table::keys(columns, &value) + &more(thing))),
        Format::Json => data(&pretty(&value)),
        Format::Ndjson => data(&format!("{value}\n")),
        Format::Csv => data(&csv::rows(columns, &[value])),
    }
}

/// Writes text for people to stdout, in colour where that is allowed.
fn print(text: &str) -> Result<(), Exit> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes data to stdout, byte for byte.
pub fn data(text: &str) -> Result<(), Exit> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Tells the person something, on stderr. That nobody listens is no reason to stop.
pub fn tell(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", clean(text));
}

/// The same rows as [`rows`] prints, as a table within a text for people.
pub fn table<T: Serialize>(columns: &[Column], rows: &[T]) -> String {
    let rows: Vec<_> = rows.iter().filter_map(|row| json(row).ok()).collect();
    table::rows(columns, &rows)
}

/// Tells whoever reads a list that it is empty, or that there is more than it shows.
pub fn note(count: usize, what: &str, more: bool) {
    if count == 0 {
        tell(&format!("no {what}"));
    } else if more {
        tell(&format!("there may be more {what} than these {count}: raise --limit, or narrow what is asked for"));
    }
}

/// The same rows as [`rows`] prints, as a table for people on stderr: a plan before a question.
pub fn plan<T: Serialize>(columns: &[Column], rows: &[T]) -> Result<(), Exit> {
    Ok(anstream::stderr().write_all(table(columns, rows).as_bytes())?)
}

fn json<T: Serialize>(thing: &T) -> Result<Value, Exit> {
    serde_json::to_value(thing).map_err(|error| Exit::failed(format!("this cannot be written as JSON: {error}")))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A value as a cell: text without quotes, nothing as nothing, a list of plain values joined.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells() {
        for (value, expected) in [
            (json!(null), ""),
            (json!("a \"b\""), "a \"b\""),
            (json!(7), "7"),
            (json!(["a", 1]), "a, 1"),
            (json!({"a": [1]}), "{\"a\":[1]}"),
        ] {
            assert_eq!(cell(&value), expected);
        }
    }

    #[test]
    fn columns_find_their_values() {
        let column = Column::wide("/client/e164");
        assert_eq!(column.name(), "client.e164");
        assert_eq!(column.of(&json!({"client": {"e164": "+79161112233"}})), "+79161112233");
        assert_eq!(*column.of(&json!({"client": null})), Value::Null);
    }
}
