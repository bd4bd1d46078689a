//! The four kinds of record, each compared by its own key.

use std::collections::BTreeSet;

use simulators::rbs::{Row, Table};

use super::super::expect::{Due, Whom};
use super::{Books, Count, by};

/// The status of a task that is to be done.
const OPEN: &str = "1";

impl<'a> Books<'a> {
    /// R4: one document for each call, by the call's id.
    pub fn contacts(&mut self) -> Count {
        let rows = self.crm.rows(Table::ContactDocuments);
        let mut count = Count { record: "contact documents", due: self.due.len(), is: rows.len(), ..Count::default() };
        let mut found = by(rows, |row| row.get("external_id").to_owned());
        for due in self.due {
            let rows = found.remove(&due.id).unwrap_or_default();
            let Some(row) = self.once(&mut count, due, "its contact document", &rows) else { continue };
            let recording = due.recordings.first().map_or("", String::as_str);
            let wrong = [
                self.owner_is_wrong(&due.client, row.get("owner")),
                self.responsible_is_wrong(due, row.get("responsible")),
                (row.get("record_url") != recording).then(|| "it does not have the call's first recording".to_owned()),
            ];
            let wrong: Vec<String> = wrong.into_iter().flatten().collect();
            count.wrong += usize::from(self.wrong(due, &format!("contact document {}", row.id), &wrong));
        }
        count.wrong += self.unasked("contact document", found.into_values().flatten());
        count
    }

    /// R4: one counterparty for each number that nobody had; those from the beginning are left alone.
    pub fn counterparties(&mut self) -> Count {
        let mut count = Count { record: "new counterparties", ..Count::default() };
        let mut made = self.made.clone();
        count.is = made.values().map(Vec::len).sum();
        let mut seen = BTreeSet::new();
        for due in self.due {
            let Whom::New(number) = &due.client else { continue };
            if !seen.insert(number) {
                continue;
            }
            count.due += 1;
            let rows = made.remove(number).unwrap_or_default();
            let Some(row) = self.once(&mut count, due, &format!("the counterparty of {number}"), &rows) else {
                continue;
            };
            let wrong: Vec<String> = self.manager_is_wrong(number, row.get("manager")).into_iter().collect();
            count.wrong += usize::from(self.wrong(due, &format!("counterparty {}", row.id), &wrong));
        }
        count.wrong += self.unasked("counterparty", made.into_values().flatten());
        for row in self.crm.rows(Table::Companies) {
            if row.edits == 0 || !self.seeded.contains(&row.id) {
                continue;
            }
            count.wrong += 1;
            self.strange(format!("counterparty {} was there before, and was changed", self.name(row.id)));
        }
        count
    }

    /// R5: one entry for each recording of a counterparty with an active deal, by the recording's address.
    pub fn recordings(&mut self) -> Count {
        let rows = self.crm.rows(Table::DealsHistory);
        let mut count = Count { record: "recordings in deals", is: rows.len(), ..Count::default() };
        let mut found = by(rows, |row| row.get("record_url").to_owned());
        for due in self.due {
            let Some(deal) = due.deal else { continue };
            for (place, url) in due.recordings.iter().enumerate() {
                count.due += 1;
                let rows = found.remove(url).unwrap_or_default();
                let what = format!("recording {} in the history of deal {}", place + 1, self.name(deal));
                let Some(row) = self.once(&mut count, due, &what, &rows) else { continue };
                let owner = row.get("owner");
                let elsewhere = format!("it stands in deal {}", self.called(owner));
                let wrong: Vec<String> = (owner != deal.to_string()).then_some(elsewhere).into_iter().collect();
                count.wrong += usize::from(self.wrong(due, &what, &wrong));
            }
        }
        count.wrong += self.unasked("entry in a deal's history", found.into_values().flatten());
        count
    }

    /// R6: one open task for each missed call, by our mark. A call that was answered may have one that is done: it was
    /// taken to be missed before its answer was heard of.
    pub fn tasks(&mut self) -> Count {
        let rows = self.crm.rows(Table::Tasks);
        let mut count = Count { record: "tasks of missed calls", ..Count::default() };
        let mut found = by(rows, |row| mark(row.get("description")).to_owned());
        for due in self.due {
            let rows = found.remove(&due.task_mark()).unwrap_or_default();
            if !due.missed {
                count.is += rows.iter().filter(|row| row.get("status") == OPEN).count();
                count.wrong += self.withdrawn(due, &rows);
                continue;
            }
            count.due += 1;
            count.is += rows.len();
            let Some(row) = self.once(&mut count, due, "the task of the missed call", &rows) else { continue };
            let wrong = [
                self.owner_is_wrong(&due.client, row.get("owner")),
                self.responsible_is_wrong(due, row.get("responsible")),
                (row.get("status") != OPEN).then(|| "it is not open".to_owned()),
            ];
            let wrong: Vec<String> = wrong.into_iter().flatten().collect();
            count.wrong += usize::from(self.wrong(due, &format!("task {}", row.id), &wrong));
        }
        let unasked: Vec<&Row> = found.into_values().flatten().collect();
        count.is += unasked.len();
        count.wrong += self.unasked("task", unasked.into_iter());
        count
    }

    /// How many tasks of an answered call are open or one too many.
    fn withdrawn(&mut self, due: &Due, rows: &[&Row]) -> usize {
        let open = rows.iter().filter(|row| row.get("status") == OPEN).count();
        if open > 0 {
            self.differs(due, format!("it was answered, and {open} open task says that it was missed"));
        } else if rows.len() > 1 {
            self.differs(due, format!("it was taken to be missed, and {} tasks were made", rows.len()));
        }
        open.max(rows.len().saturating_sub(1))
    }

    /// The responsible of a new counterparty is that of the call it was made for, whichever that was.
    fn manager_is_wrong(&self, number: &str, manager: &str) -> Option<String> {
        let of_number = self.due.iter().filter(|due| matches!(&due.client, Whom::New(own) if own == number));
        let mut allowed = of_number.map(|due| due.responsible.user).chain([self.first]);
        let right = allowed.any(|user| manager == user.to_string());
        (!right).then(|| format!("its responsible {} is that of none of its calls", self.called(manager)))
    }

    /// Notes records that nothing asked for; says how many.
    fn unasked(&mut self, what: &str, rows: impl Iterator<Item = &'a Row>) -> usize {
        let mut count = 0;
        for row in rows {
            count += 1;
            self.strange(format!("{what} {} belongs to no call of this demo", row.id));
        }
        count
    }
}

/// Our mark at the end of a text.
fn mark(text: &str) -> &str {
    text.rfind("[rf:").map_or("", |at| &text[at..])
}
