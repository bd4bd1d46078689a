//! What the CRM holds against what it must hold, record by record. Pure: reads a snapshot, not our ledger.

mod records;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use simulators::rbs::{Row, Snapshot, Table};

use super::company::Company;
use super::expect::{Due, Whom, Whose};

/// One kind of record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// The kind.
    pub record: &'static str,
    /// How many there must be.
    pub due: usize,
    /// How many there are.
    pub is: usize,
    /// Must be there and are not.
    pub missing: usize,
    /// Are there once more.
    pub doubled: usize,
    /// Are there otherwise than they must be, or without any reason.
    pub wrong: usize,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The call, where one is known.
    pub call: Option<(usize, String)>,
    /// What is not as it must be.
    pub what: String,
}

/// How live notices went. They are shown once and never repeated, so they decide nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notices {
    /// Notices that somebody must have seen.
    pub due: usize,
    /// Of them, those that were shown.
    pub shown: usize,
    /// Shown beyond those.
    pub beyond: usize,
}

/// The result.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Each kind of record.
    pub counts: Vec<Count>,
    /// Everything that is not as it must be.
    pub differences: Vec<Difference>,
    /// The live notices.
    pub notices: Notices,
}

impl Report {
    /// Compares.
    pub fn of(company: &Company, due: &[Due], crm: &Snapshot) -> Self {
        let mut books = Books::new(company, due, crm);
        let counts = vec![books.contacts(), books.counterparties(), books.recordings(), books.tasks()];
        Self { counts, differences: books.differences, notices: notices(due, company, crm) }
    }

    /// Every record is there exactly once, and nothing else.
    pub fn is_right(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One comparison under way.
struct Books<'a> {
    due: &'a [Due],
    crm: &'a Snapshot,
    names: BTreeMap<u64, &'a str>,
    /// Counterparties that were not there from the beginning, by number.
    made: BTreeMap<String, Vec<&'a Row>>,
    seeded: BTreeSet<u64>,
    first: u64,
    differences: Vec<Difference>,
}

impl<'a> Books<'a> {
    fn new(company: &'a Company, due: &'a [Due], crm: &'a Snapshot) -> Self {
        let seeded: BTreeSet<u64> = company.clients.iter().map(|client| client.company).collect();
        let mut made: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in crm.rows(Table::Companies).iter().filter(|row| !seeded.contains(&row.id)) {
            made.entry(schemas::phone::digits(row.get("phone"))).or_default().push(row);
        }
        let names = company.names.iter().map(|(id, name)| (*id, name.as_str())).collect();
        let first = company.employees.first().map_or(0, |first| first.user);
        Self { due, crm, names, made, seeded, first, differences: Vec::new() }
    }

    /// Notes a difference of a call.
    fn differs(&mut self, due: &Due, what: String) {
        self.differences.push(Difference { call: Some((due.number, due.id.clone())), what });
    }

    /// Notes a difference of no call.
    fn strange(&mut self, what: String) {
        self.differences.push(Difference { call: None, what });
    }

    /// Counts what is there of what must be there once, and hands out the first of it to be looked at.
    fn once(&mut self, count: &mut Count, due: &Due, what: &str, rows: &[&'a Row]) -> Option<&'a Row> {
        let Some(first) = rows.first() else {
            count.missing += 1;
            self.differs(due, format!("{what} is missing"));
            return None;
        };
        if rows.len() > 1 {
            count.doubled += rows.len() - 1;
            let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            self.differs(due, format!("{what} is there {} times: {}", rows.len(), ids.join(", ")));
        }
        Some(first)
    }

    /// Notes each thing wrong with a record; says whether there is any.
    fn wrong(&mut self, due: &Due, what: &str, wrong: &[String]) -> bool {
        let any = !wrong.is_empty();
        if any {
            self.differs(due, format!("{what}: {}", wrong.join("; ")));
        }
        any
    }

    fn owner_is_wrong(&self, whom: &Whom, owner: &str) -> Option<String> {
        let (right, wanted) = match whom {
            Whom::Known(company) => (owner == company.to_string(), self.name(*company)),
            Whom::New(number) => (
                self.made.get(number).is_some_and(|rows| rows.iter().any(|row| row.id.to_string() == owner)),
                format!("the one made for {number}"),
            ),
            Whom::Nobody => (owner.is_empty(), "none".to_owned()),
        };
        (!right).then(|| format!("its counterparty is {}, and must be {wanted}", self.called(owner)))
    }

    fn responsible_is_wrong(&self, due: &Due, responsible: &str) -> Option<String> {
        let Whose { user, or_manager } = due.responsible;
        let manager = match &due.client {
            Whom::New(number) if or_manager => {
                self.made.get(number).and_then(|rows| rows.first()).map_or("", |row| row.get("manager"))
            }
            _ => "",
        };
        let right = responsible == user.to_string() || (!manager.is_empty() && responsible == manager);
        (!right).then(|| format!("its responsible is {}, and must be {}", self.called(responsible), self.name(user)))
    }

    fn name(&self, id: u64) -> String {
        self.names.get(&id).map_or_else(|| id.to_string(), |name| format!("{id} {name}"))
    }

    /// What a field with an id holds, for people.
    fn called(&self, id: &str) -> String {
        if id.is_empty() { "none".to_owned() } else { id.parse().map_or_else(|_| id.to_owned(), |id| self.name(id)) }
    }
}

fn by<'a>(rows: impl IntoIterator<Item = &'a Row>, key: impl Fn(&Row) -> String) -> BTreeMap<String, Vec<&'a Row>> {
    let mut by: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by.entry(key(row)).or_default().push(row);
    }
    by
}

/// A notice names no call, so they are counted by user and number.
fn notices(due: &[Due], company: &Company, crm: &Snapshot) -> Notices {
    let label = |due: &Due| match &due.client {
        Whom::Known(id) => {
            let known = company.clients.iter().find(|client| client.company == *id);
            known.map_or_else(String::new, |client| schemas::Phone::read(&client.number, "RU").pretty())
        }
        Whom::New(number) => schemas::Phone::read(number, "RU").pretty(),
        Whom::Nobody => String::new(),
    };
    let mut wanted: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut undecided = BTreeSet::new();
    for due in due {
        let Some(users) = &due.noticed else {
            undecided.insert(label(due));
            continue;
        };
        for user in users {
            *wanted.entry((user.to_string(), label(due))).or_default() += 1;
        }
    }
    let shown = by(crm.rows(Table::Notifications), |row| format!("{}\n{}", row.get("user"), caller(row.get("text"))));
    let mut notices = Notices { due: wanted.values().sum(), ..Notices::default() };
    for (key, rows) in shown {
        let Some((user, number)) = key.split_once('\n') else { continue };
        if undecided.contains(number) {
            continue;
        }
        let due = wanted.get(&(user.to_owned(), number.to_owned())).copied().unwrap_or(0);
        notices.shown += rows.len().min(due);
        notices.beyond += rows.len().saturating_sub(due);
    }
    notices
}

/// The number in the text of a notice, which may also name the counterparty and names our line; nothing if it is hidden.
fn caller(text: &str) -> &str {
    let client = text.split_once(": ").map_or(text, |(_, rest)| rest);
    let client = client.split_once(", линия ").map_or(client, |(client, _)| client);
    client.rfind('+').map_or("", |at| &client[at..])
}

#[cfg(test)]
mod tests;
