//! One delivery in words: the records it made or changed, with the reasons its note gives. Pure.

use std::collections::BTreeMap;

use simulators::rbs::{Change, RowChange, Table};

use crate::output::clean;

/// A line a record.
pub fn told(rows: &[RowChange], note: &str, names: &BTreeMap<u64, String>) -> Vec<String> {
    rows.iter().map(|row| record(row, note, names)).collect()
}

/// What was not made, and why.
pub fn left_out(note: &str) -> Option<String> {
    note.split("; ").find(|part| part.starts_with("recording not added")).map(clean)
}

fn record(RowChange { change, row }: &RowChange, note: &str, names: &BTreeMap<u64, String>) -> String {
    let id = row.id;
    let of = |field: &str| named(names, row.get(field));
    let new = *change == Change::Added;
    match row.table {
        Table::Companies => {
            format!("new counterparty {id} \"{}\", responsible {}", clean(row.get("name")), of("manager"))
        }
        Table::ContactDocuments => {
            let owner = match row.get("owner") {
                "" => "of nobody known".to_owned(),
                owner => format!("for \"{}\"", named(names, owner)),
            };
            let why = why(note, &format!("contact document {id},"));
            let whose = format!("responsible {}{why}", of("responsible"));
            let recorded = if row.get("record_url").is_empty() { "" } else { ", with the recording" };
            if new {
                format!("contact document {id} {owner}, {whose}{recorded}")
            } else {
                format!("contact document {id} brought up to date: {whose}{recorded}")
            }
        }
        Table::DealsHistory if new => {
            format!("recording in the history of deal {} \"{}\"", row.get("owner"), of("owner"))
        }
        Table::DealsHistory => format!("entry {id} in a deal's history brought up to date"),
        Table::Tasks if new => {
            let why = why(note, &format!("task {id} "));
            format!("task {id} \"{}\" for {}{why}", clean(row.get("name")), of("responsible"))
        }
        Table::Tasks if row.get("status") == "2" => format!("task {id} marked done: the call was not missed after all"),
        _ => format!("{} {id} brought up to date", row.table.default_name()),
    }
}

/// What an id is called.
pub fn named(names: &BTreeMap<u64, String>, id: &str) -> String {
    let known = id.parse().ok().and_then(|id: u64| names.get(&id));
    known.cloned().unwrap_or_else(|| if id.is_empty() { "nobody".to_owned() } else { clean(id) })
}

/// The rule that the note gives for a record, in brackets.
fn why(note: &str, record: &str) -> String {
    let part = note.split("; ").find(|part| part.starts_with(record));
    let rule = part.and_then(|part| part.split_once(": ")).map(|(_, rule)| rule);
    rule.map(|rule| format!(" ({})", clean(rule))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use schemas::Timestamp;
    use simulators::rbs::Row;

    use super::*;

    fn row(change: Change, table: Table, fields: &[(&str, &str)]) -> RowChange {
        let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        RowChange { change, row: Row { id: 15, table, fields, added_at: Timestamp::now(), edits: 0 } }
    }

    #[test]
    fn records_are_told_with_names_and_reasons() {
        let names = BTreeMap::from([(1, "Анна".to_owned()), (7, "ООО Ромашка".to_owned()), (9, "Букеты".to_owned())]);
        let note = "counterparty 7; contact document 15, responsible 1: 101 talked last; \
                    recording not added: the counterparty has no active deal; task 15 of the missed call for 1: as it is";
        let contact = [("owner", "7"), ("responsible", "1"), ("record_url", "https://x")];
        let rows = [
            (
                row(Change::Added, Table::ContactDocuments, &contact),
                "contact document 15 for \"ООО Ромашка\", responsible Анна (101 talked last), with the recording",
            ),
            (
                row(Change::Edited, Table::ContactDocuments, &contact[..2]),
                "contact document 15 brought up to date: responsible Анна (101 talked last)",
            ),
            (
                row(Change::Added, Table::ContactDocuments, &contact[1..2]),
                "contact document 15 of nobody known, responsible Анна (101 talked last)",
            ),
            (
                row(Change::Added, Table::DealsHistory, &[("owner", "9")]),
                "recording in the history of deal 9 \"Букеты\"",
            ),
            (
                row(Change::Added, Table::Tasks, &[("responsible", "1"), ("name", "Звонок")]),
                "task 15 \"Звонок\" for Анна (as it is)",
            ),
            (
                row(Change::Edited, Table::Tasks, &[("status", "2")]),
                "task 15 marked done: the call was not missed after all",
            ),
            (
                row(Change::Added, Table::Companies, &[("name", "+7 9"), ("manager", "1")]),
                "new counterparty 15 \"+7 9\", responsible Анна",
            ),
        ];
        for (row, said) in rows {
            assert_eq!(record(&row, note, &names), said);
        }
        let left_out = left_out(note);
        assert_eq!(left_out.as_deref(), Some("recording not added: the counterparty has no active deal"));
    }
}
