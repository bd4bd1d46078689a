//! Records by table. A new one is found by its id at once, and by a search when the search lag is over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::broadcast;

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id, unique over all tables.
    pub id: u64,
    /// Its fields, without the id.
    pub fields: Map<String, Value>,
    /// How often it was changed.
    pub edits: u32,
    shown_at: Instant,
}

impl Record {
    /// A field; null where there is none.
    pub fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// A field as text: of a number its digits, of nothing an empty text.
    pub fn text(&self, field: &str) -> String {
        match self.get(field) {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// All records of a CRM.
#[derive(Debug)]
pub struct Store {
    tables: BTreeMap<&'static str, Vec<Record>>,
    next: u64,
    lag: Duration,
    changes: broadcast::Sender<(&'static str, Record)>,
}

impl Store {
    pub(super) fn new(changes: broadcast::Sender<(&'static str, Record)>) -> Self {
        Self { tables: BTreeMap::new(), next: 1, lag: Duration::ZERO, changes }
    }

    pub(super) fn set_lag(&mut self, lag: Duration) {
        self.lag = lag;
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<(&'static str, Record)> {
        self.changes.subscribe()
    }

    /// Ids from here on: vendors' ids have many digits.
    pub fn ids_from(&mut self, next: u64) {
        self.next = next;
    }

    /// Makes a record over the API; its id.
    pub fn add(&mut self, table: &'static str, fields: Map<String, Value>) -> u64 {
        let record = Record { id: self.next, fields, edits: 0, shown_at: Instant::now() + self.lag };
        // Nobody listening is fine.
        let _ = self.changes.send((table, record.clone()));
        self.keep(table, record)
    }

    /// A record that is there before the test begins: no lag hides it, and nobody is told; its id.
    pub fn seed(&mut self, table: &'static str, fields: Value) -> u64 {
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        self.keep(table, Record { id: self.next, fields, edits: 0, shown_at: Instant::now() })
    }

    fn keep(&mut self, table: &'static str, record: Record) -> u64 {
        self.next += 1;
        let id = record.id;
        self.tables.entry(table).or_default().push(record);
        id
    }

    /// A record by its id.
    pub fn get(&self, table: &str, id: u64) -> Option<&Record> {
        self.tables.get(table)?.iter().find(|record| record.id == id)
    }

    /// Changes some fields of a record; the record as it then is, if there is one.
    pub fn change(&mut self, table: &'static str, id: u64, fields: Map<String, Value>) -> Option<&Record> {
        let record = self.tables.get_mut(table)?.iter_mut().find(|record| record.id == id)?;
        record.fields.extend(fields);
        record.edits += 1;
        let _ = self.changes.send((table, record.clone()));
        Some(record)
    }

    /// Removes a record, as people do.
    pub fn remove(&mut self, table: &str, id: u64) -> Option<Record> {
        let records = self.tables.get_mut(table)?;
        let at = records.iter().position(|record| record.id == id)?;
        Some(records.remove(at))
    }

    /// What a search sees, in the order made.
    pub fn search(&self, table: &str) -> impl Iterator<Item = &Record> {
        let now = Instant::now();
        self.all(table).filter(move |record| record.shown_at <= now)
    }

    /// Every record, in the order made.
    pub fn all(&self, table: &str) -> impl Iterator<Item = &Record> {
        self.tables.get(table).into_iter().flatten()
    }
}
