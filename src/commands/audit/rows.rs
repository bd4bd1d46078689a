//! The books as rows: totals, columns, and one list for formats that hold but one.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use console::wire::{Audit, DeliveryBooks, ReceiptBooks};
use serde_json::{Value, json};

use crate::output::{Column, Show};

/// What is amiss, as a table.
pub const AMISS: &[Column] = &[
    Column::new("AMISS", "/what", Show::Whole),
    Column::new("AT", "/at", Show::Time),
    Column::new("CALL", "/call", Show::Whole),
    Column::new("CONNECTION", "/connection", Show::Whole),
    Column::new("RECEIPT", "/receipt", Show::Whole),
    Column::wide("/event"),
];

/// All of it in one list.
pub const FLAT: &[Column] = &[
    Column::wide("/books"),
    Column::wide("/source"),
    Column::wide("/connection"),
    Column::wide("/hour"),
    Column::wide("/received"),
    Column::wide("/folded"),
    Column::wide("/repeated"),
    Column::wide("/ignored"),
    Column::wide("/rejected"),
    Column::wide("/unsaid"),
    Column::wide("/calls"),
    Column::wide("/done"),
    Column::wide("/pending"),
    Column::wide("/parked"),
    Column::wide("/skipped"),
    Column::wide("/dead"),
    Column::wide("/on_the_way"),
    Column::wide("/what"),
    Column::wide("/at"),
    Column::wide("/call"),
    Column::wide("/receipt"),
    Column::wide("/event"),
];

const HOUR: Column = Column::new("HOUR", "/hour", Show::Time);

const fn number(title: &'static str, at: &'static str) -> Column {
    Column::new(title, at, Show::Number)
}

/// Columns of what was received.
pub fn receipts(hours: bool) -> Vec<Column> {
    let first = [Column::new("SOURCE", "/source", Show::Whole)].into_iter().chain(hours.then_some(HOUR));
    let numbers = [
        number("RECEIVED", "/received"),
        number("FOLDED", "/folded"),
        number("REPEATED", "/repeated"),
        number("IGNORED", "/ignored"),
        number("REJECTED", "/rejected"),
        number("ON THE WAY", "/on_the_way"),
        number("NOT IN LOG", "/unsaid"),
    ];
    first.chain(numbers).collect()
}

/// Columns of what was delivered.
pub fn deliveries(hours: bool) -> Vec<Column> {
    let first = [Column::new("CONNECTION", "/connection", Show::Whole)].into_iter().chain(hours.then_some(HOUR));
    let numbers = [
        number("CALLS", "/calls"),
        number("DONE", "/done"),
        number("PENDING", "/pending"),
        number("PARKED", "/parked"),
        number("SKIPPED", "/skipped"),
        number("DEAD", "/dead"),
        number("ON THE WAY", "/on_the_way"),
    ];
    first.chain(numbers).collect()
}

/// How many are on the way.
pub fn on_the_way(audit: &Audit) -> u64 {
    let receipts = audit.receipts.iter().map(|row| row.on_the_way);
    receipts.chain(audit.deliveries.iter().map(|row| row.on_the_way)).sum()
}

/// A row for each source and connection; the hour is the first.
pub fn totals(audit: &Audit) -> Audit {
    let receipts = summed(audit.receipts.clone(), |row| row.source.clone(), add_receipts);
    let deliveries = summed(audit.deliveries.clone(), |row| row.connection.clone(), add_deliveries);
    Audit { receipts, deliveries, ..audit.clone() }
}

/// Adds what the next answer says; an answer may end within an hour, which the next one goes on with.
pub fn join(all: &mut Audit, next: Audit) {
    all.receipts.extend(next.receipts);
    all.receipts = summed(std::mem::take(&mut all.receipts), |row| (row.source.clone(), row.hour), add_receipts);
    all.deliveries.extend(next.deliveries);
    let of = |row: &DeliveryBooks| (row.connection.clone(), row.hour);
    all.deliveries = summed(std::mem::take(&mut all.deliveries), of, add_deliveries);
    all.amiss.extend(next.amiss);
    all.more += next.more;
    all.balanced &= next.balanced;
    (all.until, all.next) = (next.until, next.next);
}

/// One row for each key, in the order of keys.
fn summed<K: Ord, R>(rows: Vec<R>, key: impl Fn(&R) -> K, add: impl Fn(&mut R, &R)) -> Vec<R> {
    let mut sums: BTreeMap<K, R> = BTreeMap::new();
    for row in rows {
        match sums.entry(key(&row)) {
            Entry::Occupied(mut sum) => add(sum.get_mut(), &row),
            Entry::Vacant(empty) => {
                empty.insert(row);
            }
        }
    }
    sums.into_values().collect()
}

fn add_receipts(sum: &mut ReceiptBooks, row: &ReceiptBooks) {
    sum.received += row.received;
    sum.folded += row.folded;
    sum.repeated += row.repeated;
    sum.ignored += row.ignored;
    sum.rejected += row.rejected;
    sum.on_the_way += row.on_the_way;
    sum.unsaid += row.unsaid;
}

fn add_deliveries(sum: &mut DeliveryBooks, row: &DeliveryBooks) {
    sum.calls += row.calls;
    sum.done += row.done;
    sum.pending += row.pending;
    sum.parked += row.parked;
    sum.skipped += row.skipped;
    sum.dead += row.dead;
    sum.on_the_way += row.on_the_way;
}

/// All of it in one list: `books` says of what a row is.
pub fn flat(audit: &Audit) -> Vec<Value> {
    let of = |books: &str, row: Value| match row {
        Value::Object(mut row) => {
            row.insert("books".to_owned(), json!(books));
            Value::Object(row)
        }
        other => other,
    };
    let receipts = audit.receipts.iter().map(|row| of("receipts", json!(row)));
    let deliveries = audit.deliveries.iter().map(|row| of("deliveries", json!(row)));
    let amiss = audit.amiss.iter().map(|row| of("amiss", json!(row)));
    receipts.chain(deliveries).chain(amiss).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audit(hours: &[u32], next: Option<u32>) -> Audit {
        let at = |hour: u32| format!("2026-11-28T{hour:02}:00:00Z");
        let receipt = |hour: &u32| {
            json!({"source": "acme-uis", "hour": at(*hour), "received": 3, "folded": 1, "repeated": 1, "ignored": 0,
                   "rejected": 0, "on_the_way": 1, "unsaid": 0})
        };
        let delivery = |hour: &u32| {
            json!({"connection": "acme-rbs", "hour": at(*hour), "calls": 2, "done": 1, "pending": 1, "parked": 0,
                   "skipped": 0, "dead": 0, "on_the_way": 0})
        };
        serde_json::from_value(json!({
            "since": at(0), "until": at(23), "next": next.map(at), "balanced": true, "amiss": [], "more": 0,
            "receipts": hours.iter().map(receipt).collect::<Vec<_>>(),
            "deliveries": hours.iter().map(delivery).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[test]
    fn answers_are_joined_and_hours_summed() {
        let mut all = audit(&[7, 8], Some(8));
        let next = Audit { balanced: false, more: 4, ..audit(&[8, 9], None) };
        join(&mut all, next);
        assert_eq!((all.receipts.len(), all.receipts[1].received, all.deliveries[1].calls), (3, 6, 4));
        assert_eq!((all.balanced, all.more, all.next), (false, 4, None));
        assert_eq!(on_the_way(&all), 4);
        let sums = totals(&all);
        assert_eq!((sums.receipts.len(), sums.receipts[0].received, sums.deliveries[0].done), (1, 12, 4));
    }

    #[test]
    fn one_list_says_of_what_each_row_is() {
        let rows = flat(&audit(&[7], None));
        assert_eq!((rows.len(), &rows[0]["books"], &rows[1]["books"]), (2, &json!("receipts"), &json!("deliveries")));
        let known: Vec<&str> = FLAT.iter().map(|column| column.at.trim_start_matches('/')).collect();
        for row in &rows {
            assert!(row.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{row}");
        }
    }
}
