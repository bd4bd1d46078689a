use simulators::uis::Kind;

use super::super::calls::Sent;
use super::super::company::tests::{add, seeded};
use super::super::expect::{due, tests::sent};
use super::*;

const STRANGER: &str = "79160000001";

/// Ids of what is made for the calls below.
struct Made {
    company: Company,
    due: Vec<Due>,
    crm: Snapshot,
}

fn calls() -> Vec<Sent> {
    vec![
        sent(1, Kind::SecondRecording, "79161112233"),
        sent(2, Kind::Missed, STRANGER),
        sent(3, Kind::Anonymous, STRANGER),
        sent(4, Kind::Answered, STRANGER),
        sent(5, Kind::Missed, "79267001020"),
    ]
}

/// A CRM that holds just what it must, written by hand.
fn right() -> Made {
    let (company, mut crm) = seeded();
    let due = due(&company, &calls());
    let new =
        add(&mut crm, Table::Companies, &[("name", "x"), ("phone", "+79160000001"), ("manager", &first(&company))]);
    for due in &due {
        let owner = match &due.client {
            Whom::Known(id) => id.to_string(),
            Whom::New(_) => new.to_string(),
            Whom::Nobody => String::new(),
        };
        let user = due.responsible.user.to_string();
        let recording = due.recordings.first().map_or("", String::as_str);
        let contact =
            [("external_id", due.id.as_str()), ("owner", &owner), ("responsible", &user), ("record_url", recording)];
        add(&mut crm, Table::ContactDocuments, &contact);
        for url in due.deal.iter().flat_map(|_| &due.recordings) {
            let deal = due.deal.unwrap().to_string();
            add(&mut crm, Table::DealsHistory, &[("owner", &deal), ("record_url", url)]);
        }
        if due.missed {
            let text = format!("Пропущенный звонок {}", due.task_mark());
            let task = [("owner", &*owner), ("responsible", &user), ("status", "1"), ("description", &text)];
            add(&mut crm, Table::Tasks, &task);
        }
    }
    Made { company, due, crm }
}

fn first(company: &Company) -> String {
    company.employees[0].user.to_string()
}

impl Made {
    fn report(&self) -> Report {
        Report::of(&self.company, &self.due, &self.crm)
    }

    fn rows(&mut self, table: Table) -> &mut Vec<Row> {
        self.crm.rows.get_mut(&table).unwrap()
    }

    fn set(&mut self, table: Table, row: usize, field: &str, value: &str) {
        self.rows(table)[row].fields.insert(field.to_owned(), value.to_owned());
    }
}

/// Missing, doubled, wrong of the kind of that place, and the first difference.
fn found(made: &Made, place: usize) -> (usize, usize, usize, String) {
    let report = made.report();
    assert!(!report.is_right());
    let others = report.counts.iter().enumerate().filter(|(other, _)| *other != place);
    for (_, other) in others {
        assert_eq!((other.missing, other.doubled, other.wrong), (0, 0, 0), "{}", other.record);
    }
    let count = &report.counts[place];
    (count.missing, count.doubled, count.wrong, report.differences[0].what.clone())
}

#[test]
fn a_crm_that_holds_just_what_it_must_is_right() {
    let report = right().report();
    assert!(report.is_right(), "{:?}", report.differences);
    let numbers: Vec<_> = report.counts.iter().map(|count| (count.due, count.is)).collect();
    assert_eq!(numbers, [(5, 5), (1, 1), (2, 2), (2, 2)]);
}

#[test]
fn what_is_missing_is_told_with_its_call() {
    for (place, table) in [(0, Table::ContactDocuments), (2, Table::DealsHistory), (3, Table::Tasks)] {
        let mut made = right();
        made.rows(table).remove(0);
        let (missing, doubled, wrong, what) = found(&made, place);
        assert_eq!((missing, doubled, wrong), (1, 0, 0), "{what}");
        assert!(made.report().differences[0].call.is_some() && what.ends_with("is missing"), "{what}");
    }
}

#[test]
fn what_is_there_twice_is_told() {
    for (place, table) in
        [(0, Table::ContactDocuments), (1, Table::Companies), (2, Table::DealsHistory), (3, Table::Tasks)]
    {
        let mut made = right();
        let mut copy = made.rows(table).last().unwrap().clone();
        copy.id = 1000;
        made.rows(table).push(copy);
        let (missing, doubled, wrong, what) = found(&made, place);
        assert_eq!((missing, doubled, wrong), (0, 1, 0), "{what}");
        assert!(what.contains("2 times") && what.contains("1000"), "{what}");
    }
}

/// Makes something wrong, given the ids of a user and a counterparty that are others.
type Spoil = fn(&mut Made, &str, &str);

#[test]
fn what_is_wrong_is_told() {
    let other = |made: &Made| made.company.employees[3].user.to_string();
    let lira = |made: &Made| made.company.client("79267001020").unwrap().company.to_string();
    let rows: [(usize, &str, Spoil); 9] = [
        (0, "responsible", |made, user, _| made.set(Table::ContactDocuments, 0, "responsible", user)),
        (0, "counterparty", |made, _, lira| made.set(Table::ContactDocuments, 1, "owner", lira)),
        (0, "must be none", |made, _, lira| made.set(Table::ContactDocuments, 2, "owner", lira)),
        (0, "first recording", |made, _, _| made.set(Table::ContactDocuments, 3, "record_url", "")),
        (0, "counterparty is none", |made, _, _| made.set(Table::ContactDocuments, 0, "owner", "")),
        (1, "none of its calls", |made, user, _| made.set(Table::Companies, 6, "manager", user)),
        (1, "was changed", |made, _, _| made.rows(Table::Companies)[0].edits = 1),
        (2, "stands in deal", |made, _, lira| made.set(Table::DealsHistory, 1, "owner", lira)),
        (3, "not open", |made, _, _| made.set(Table::Tasks, 0, "status", "2")),
    ];
    for (place, said, spoil) in rows {
        let mut made = right();
        let (user, lira) = (other(&made), lira(&made));
        spoil(&mut made, &user, &lira);
        let (missing, doubled, wrong, what) = found(&made, place);
        assert_eq!((missing, doubled, wrong), (0, 0, 1), "{what}");
        assert!(what.contains(said), "{said}: {what}");
    }
}

#[test]
fn what_nothing_asked_for_is_wrong() {
    let mut made = right();
    add(&mut made.crm, Table::ContactDocuments, &[("external_id", "demo-uis/1")]);
    assert_eq!(found(&made, 0).2, 1);
    let mut made = right();
    add(&mut made.crm, Table::Companies, &[("phone", "+79169999999")]);
    assert_eq!(found(&made, 1).2, 1);
}

#[test]
fn an_answered_call_may_have_a_task_that_is_done_and_none_that_is_open() {
    for (status, right_so) in [("2", true), ("1", false)] {
        let mut made = right();
        let text = format!("x {}", made.due[0].task_mark());
        add(&mut made.crm, Table::Tasks, &[("status", status), ("description", &text)]);
        assert_eq!(made.report().is_right(), right_so);
    }
}

#[test]
fn notices_are_counted_and_decide_nothing() {
    let mut made = right();
    let (anna, boris) = (made.company.employees[0].user.to_string(), made.company.employees[1].user.to_string());
    let romashka = "Входящий звонок: ООО Ромашка, +7 916 111-22-33, линия +7 495 111-22-33";
    for (user, text) in [
        (&anna, romashka),
        (&anna, romashka),
        (&boris, "Входящий звонок: неизвестного номера, линия +7 495 111-22-33"),
        (&boris, "Входящий звонок: +7 916 000-00-01, линия +7 495 111-22-33"),
    ] {
        add(&mut made.crm, Table::Notifications, &[("user", user), ("text", text)]);
    }
    let report = made.report();
    // Of the two calls of the new number nobody knows whom they must be shown to.
    assert_eq!(report.notices, Notices { due: 3, shown: 2, beyond: 1 });
    assert!(report.is_right());
}
