//! What a CRM holds against what it must hold, record by record. Pure, and the same for every CRM.

use std::collections::BTreeMap;

use serde::Serialize;

/// A record that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What kind of record.
    pub record: &'static str,
    /// What it is known by among its kind: the call's id, the client's number, our mark.
    pub key: String,
    /// Of which call, from 1; 0: of none.
    pub call: usize,
    /// Each field that must be so, with every value that is right.
    pub fields: Vec<(&'static str, Vec<String>)>,
    /// It may be missing as well: whether it was made depends on what was heard of first.
    pub optional: bool,
}

impl Due {
    /// Of a call.
    pub fn new(record: &'static str, key: impl Into<String>, call: usize) -> Self {
        Self { record, key: key.into(), call, fields: Vec::new(), optional: false }
    }

    /// With this in a field.
    pub fn with(self, field: &'static str, value: impl Into<String>) -> Self {
        self.with_any(field, [value.into()])
    }

    /// With one of these in a field.
    pub fn with_any(mut self, field: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        self.fields.push((field, values.into_iter().collect()));
        self
    }

    /// It may be missing.
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }
}

/// A record that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Is {
    /// What kind of record.
    pub record: &'static str,
    /// What it is known by among its kind.
    pub key: String,
    /// The CRM's id.
    pub id: u64,
    /// Its fields, as far as they are compared.
    pub fields: BTreeMap<&'static str, String>,
}

/// One kind of record in one CRM.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// The CRM.
    pub crm: &'static str,
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
    /// The CRM.
    pub crm: &'static str,
    /// The call, from 1; 0: none.
    pub call: usize,
    /// What is not as it must be.
    pub what: String,
}

/// The result.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Each kind of record of each CRM.
    pub counts: Vec<Count>,
    /// Everything that is not as it must be.
    pub differences: Vec<Difference>,
}

impl Report {
    /// Every record is there exactly once, and nothing else.
    pub fn is_right(&self) -> bool {
        self.differences.is_empty()
    }

    /// Compares one CRM; `records` are its kinds, in the order they are shown.
    pub fn add(&mut self, crm: &'static str, records: &[&'static str], due: &[Due], is: &[Is]) {
        for &record in records {
            let mut count = Count { crm, record, ..Count::default() };
            let mut found: BTreeMap<&str, Vec<&Is>> = BTreeMap::new();
            for is in is.iter().filter(|is| is.record == record) {
                found.entry(&is.key).or_default().push(is);
            }
            for due in due.iter().filter(|due| due.record == record) {
                let rows = found.remove(due.key.as_str()).unwrap_or_default();
                self.one(&mut count, due, &rows);
            }
            for is in found.into_values().flatten() {
                count.is += 1;
                count.wrong += 1;
                self.differs(crm, 0, format!("{record}: {} belongs to no call of this demo", is.id));
            }
            self.counts.push(count);
        }
    }

    fn one(&mut self, count: &mut Count, due: &Due, rows: &[&Is]) {
        let (crm, record) = (count.crm, due.record);
        count.is += rows.len();
        count.due += usize::from(!due.optional || !rows.is_empty());
        let Some(first) = rows.first() else {
            if !due.optional {
                count.missing += 1;
                self.differs(crm, due.call, format!("{record}: missing"));
            }
            return;
        };
        if rows.len() > 1 {
            count.doubled += rows.len() - 1;
            let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            self.differs(crm, due.call, format!("{record}: there {} times: {}", rows.len(), ids.join(", ")));
        }
        let mut wrong = false;
        for (field, right) in &due.fields {
            let is = first.fields.get(field).map_or("", String::as_str);
            if right.iter().all(|right| right != is) {
                wrong = true;
                let right = right.join(" or ");
                self.differs(crm, due.call, format!("{record} {}: {field} is {is:?}, must be {right:?}", first.id));
            }
        }
        count.wrong += usize::from(wrong);
    }

    fn differs(&mut self, crm: &'static str, call: usize, what: String) {
        self.differences.push(Difference { crm, call, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(key: &str, id: u64, who: &str) -> Is {
        Is { record: "calls", key: key.to_owned(), id, fields: BTreeMap::from([("employee", who.to_owned())]) }
    }

    fn due(key: &str, who: &str) -> Due {
        Due::new("calls", key, 1).with_any("employee", who.split('|').map(str::to_owned))
    }

    fn report(due: &[Due], is: &[Is]) -> (Count, Vec<String>) {
        let mut report = Report::default();
        report.add("CRM", &["calls"], due, is);
        assert_eq!(report.is_right(), report.differences.is_empty());
        (report.counts.remove(0), report.differences.into_iter().map(|one| one.what).collect())
    }

    #[test]
    fn what_is_as_it_must_be_is_right() {
        let due = [due("a", "1"), due("b", "1|2"), due("c", "3").optional()];
        let (count, differences) = report(&due, &[is("a", 7, "1"), is("b", 8, "2")]);
        assert_eq!(differences, Vec::<String>::new());
        assert_eq!((count.due, count.is, count.missing, count.doubled, count.wrong), (2, 2, 0, 0, 0));
    }

    #[test]
    fn each_difference_is_counted_and_named() {
        let due = [due("a", "1"), due("b", "1|2"), due("c", "3").optional(), due("d", "4")];
        let is = [is("a", 7, "1"), is("a", 8, "1"), is("b", 9, "3"), is("x", 10, "1"), is("c", 11, "2")];
        let (count, differences) = report(&due, &is);
        assert_eq!((count.due, count.is, count.missing, count.doubled, count.wrong), (4, 5, 1, 1, 3));
        assert_eq!(
            differences,
            [
                "calls: there 2 times: 7, 8",
                "calls 9: employee is \"3\", must be \"1 or 2\"",
                "calls 11: employee is \"2\", must be \"3\"",
                "calls: missing",
                "calls: 10 belongs to no call of this demo",
            ]
        );
    }
}
