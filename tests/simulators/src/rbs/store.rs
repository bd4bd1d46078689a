//! The rows of the CRM and what can be done with them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::request::{Filter, List};
use super::structures::{Field, Kind, Structures, Table};
use super::values;

/// A row as it stands in the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Unique over all structures, so that an id of one structure never passes for an id of another.
    pub id: u64,
    /// Where it stands.
    pub table: Table,
    /// Values by default field name, whatever the fields are called on the wire; fields never set are absent.
    pub fields: BTreeMap<String, String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// How often it was edited.
    pub edits: u32,
}

impl Row {
    /// The value of a field by its default name, empty when not set.
    pub fn get(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", String::as_str)
    }
}

#[derive(Debug)]
struct Stored {
    row: Row,
    /// `None` for rows that were there from the start: no lag hides them.
    added: Option<Instant>,
}

/// All rows, in the order of their adding, which is the order of their ids.
#[derive(Debug)]
pub(super) struct Store {
    structures: Structures,
    rows: BTreeMap<Table, BTreeMap<u64, Stored>>,
    last_id: u64,
    room: usize,
}

/// A filter whose field is known.
enum Test<'a> {
    Id(&'a Filter),
    Field(&'a Field, &'a Filter),
}

impl Store {
    pub(super) fn new(structures: Structures, room: usize) -> Self {
        Self { structures, rows: BTreeMap::new(), last_id: 0, room }
    }

    pub(super) fn rows(&self) -> BTreeMap<Table, Vec<Row>> {
        let copy = |rows: &BTreeMap<u64, Stored>| rows.values().map(|stored| stored.row.clone()).collect();
        self.rows.iter().map(|(table, rows)| (*table, copy(rows))).collect()
    }

    /// The rows asked for, each as the values of the fields asked for. Rows younger than `lag` are found by id only.
    pub(super) fn list(&self, list: &List, lag: Duration) -> Result<Vec<Vec<String>>, String> {
        let table = self.structures.find(&list.structure)?;
        let keys: Vec<_> = list.fields.iter().map(|name| self.key(table, name)).collect::<Result<_, _>>()?;
        let tests = self.tests(table, &list.filters)?;
        let by_id = tests.iter().any(|test| matches!(test, Test::Id(filter) if !filter.like));
        let indexed = |stored: &Stored| by_id || stored.added.is_none_or(|added| added.elapsed() >= lag);
        let mut found: Vec<&Row> =
            self.table(table).filter(|s| indexed(s) && passes(&s.row, &tests)).map(|s| &s.row).collect();
        for order in list.orders.iter().rev() {
            let (key, numeric) = match self.key(table, &order.field)? {
                "id" => ("id", true),
                key => (key, matches!(self.structures.field(table, &order.field)?.kind, Kind::Number | Kind::Row(_))),
            };
            found.sort_by(|a, b| {
                let by = compare(&value(a, key), &value(b, key), numeric);
                if order.descending { by.reverse() } else { by }
            });
        }
        let page = found.into_iter().skip(list.first).take(list.number);
        Ok(page.map(|row| keys.iter().map(|key| value(row, key)).collect()).collect())
    }

    pub(super) fn add(&mut self, structure: &str, fields: &[(String, String)]) -> Result<Row, String> {
        let table = self.writable(structure)?;
        let fields = self.checked(table, fields)?;
        let missing = |field: &&Field| field.required && fields.get(field.key).is_none_or(String::is_empty);
        if let Some(missing) = self.structures.fields(table).iter().find(missing) {
            return Err(format!("field {} is required", missing.name));
        }
        self.insert(table, fields, Some(Instant::now()))
    }

    /// Adds a row as if it had always been there, without the checks of the wire.
    pub(super) fn seed(&mut self, table: Table, fields: BTreeMap<String, String>) -> Result<Row, String> {
        self.insert(table, fields, None)
    }

    /// Changes every row that passes, which without filters is every row there is.
    pub(super) fn edit(
        &mut self,
        structure: &str,
        fields: &[(String, String)],
        filters: &[Filter],
    ) -> Result<Vec<Row>, String> {
        let table = self.writable(structure)?;
        let fields = self.checked(table, fields)?;
        for field in self.structures.fields(table) {
            if field.required && fields.get(field.key).is_some_and(String::is_empty) {
                return Err(format!("field {} is required", field.name));
            }
        }
        let tests = self.tests(table, filters)?;
        let ids: Vec<u64> = self.table(table).filter(|s| passes(&s.row, &tests)).map(|s| s.row.id).collect();
        let rows = self.rows.entry(table).or_default();
        let mut edited = Vec::new();
        for id in ids {
            if let Some(stored) = rows.get_mut(&id) {
                stored.row.fields.extend(fields.clone());
                stored.row.edits += 1;
                edited.push(stored.row.clone());
            }
        }
        Ok(edited)
    }

    /// Takes a row away, without the checks of the wire.
    pub(super) fn remove(&mut self, table: Table, id: u64) -> bool {
        self.rows.get_mut(&table).is_some_and(|rows| rows.remove(&id).is_some())
    }

    pub(super) fn demand(&mut self, table: Table, field: &'static str, demanded: bool) {
        self.structures.demand(table, field, demanded);
    }

    pub(super) fn wipe(&mut self, structure: &str, id: &str) -> Result<Row, String> {
        let table = self.writable(structure)?;
        let wiped = values::parse_id(id).and_then(|id| self.rows.entry(table).or_default().remove(&id));
        wiped.map(|stored| stored.row).ok_or_else(|| format!("row {id} is not there"))
    }

    fn insert(
        &mut self,
        table: Table,
        fields: BTreeMap<String, String>,
        added: Option<Instant>,
    ) -> Result<Row, String> {
        if self.rows.values().map(BTreeMap::len).sum::<usize>() >= self.room {
            return Err("the database is full".into());
        }
        self.last_id += 1;
        let row = Row { id: self.last_id, table, fields, added_at: Timestamp::now(), edits: 0 };
        self.rows.entry(table).or_default().insert(row.id, Stored { row: row.clone(), added });
        Ok(row)
    }

    fn table(&self, table: Table) -> impl Iterator<Item = &Stored> {
        self.rows.get(&table).into_iter().flat_map(BTreeMap::values)
    }

    fn writable(&self, structure: &str) -> Result<Table, String> {
        match self.structures.find(structure)? {
            Table::Users => Err(format!("structure {structure} cannot be changed")),
            table => Ok(table),
        }
    }

    fn key(&self, table: Table, name: &str) -> Result<&'static str, String> {
        if name == "id" { Ok("id") } else { self.structures.field(table, name).map(|field| field.key) }
    }

    fn checked(&self, table: Table, fields: &[(String, String)]) -> Result<BTreeMap<String, String>, String> {
        let exists = |table, id| self.rows.get(&table).is_some_and(|rows| rows.contains_key(&id));
        let check = |(name, value): &(String, String)| {
            let field = self.structures.field(table, name)?;
            values::check(field.kind, value, exists).map_err(|reason| format!("field {name}: {reason}"))?;
            Ok((field.key.to_owned(), value.clone()))
        };
        fields.iter().map(check).collect()
    }

    fn tests<'a>(&'a self, table: Table, filters: &'a [Filter]) -> Result<Vec<Test<'a>>, String> {
        let test = |filter: &'a Filter| {
            if filter.field == "id" {
                let valid = filter.like || values::parse_id(&filter.value).is_some();
                return if valid { Ok(Test::Id(filter)) } else { Err(format!("{} is not an id", filter.value)) };
            }
            let field = self.structures.field(table, &filter.field)?;
            if !filter.like && !matches!(field.kind, Kind::Row(_)) {
                values::check(field.kind, &filter.value, |_, _| true)?;
            }
            Ok(Test::Field(field, filter))
        };
        filters.iter().map(test).collect()
    }
}

fn value(row: &Row, key: &str) -> String {
    if key == "id" { row.id.to_string() } else { row.get(key).to_owned() }
}

fn passes(row: &Row, tests: &[Test<'_>]) -> bool {
    tests.iter().all(|test| match test {
        Test::Id(filter) => matches(&row.id.to_string(), filter, false),
        Test::Field(field, filter) => matches(row.get(field.key), filter, field.kind == Kind::Phone),
    })
}

/// `like` is a substring without regard to case; in a phone the digits alone count, as they are stored: `8916…` stays
/// another number than `7916…`.
fn matches(stored: &str, filter: &Filter, phone: bool) -> bool {
    if !filter.like {
        return stored == filter.value;
    }
    let wanted = values::digits(&filter.value);
    if phone && !wanted.is_empty() {
        return values::digits(stored).contains(&wanted);
    }
    stored.to_lowercase().contains(&filter.value.to_lowercase())
}

/// Dates compare as text: both spellings begin with the day.
fn compare(a: &str, b: &str, numeric: bool) -> Ordering {
    let number = |value: &str| value.parse::<i64>().unwrap_or(i64::MIN);
    if numeric { number(a).cmp(&number(b)) } else { a.cmp(b) }
}
