//! RBS CRM in the demo (R3 to R6).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Mutex;

use simulators::rbs::{RbsCrm, RbsOptions, Row, RowChange, Table};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::{Crm, Held};
use crate::demo::company::{CLIENTS, EMPLOYEES, number};
use crate::demo::compare::{Due, Is};
use crate::demo::facts::{Fact, Whom, mark};
use crate::output::clean;

const COMPANIES: &str = "counterparties";
const CONTACTS: &str = "contact documents";
const RECORDINGS: &str = "recordings in deals";
const TASKS: &str = "tasks of missed calls";

/// The status of a task that is to be done, and of one that is.
const OPEN: &str = "1";
const DONE: &str = "2";

/// The CRM and what it was given.
pub struct Demo {
    crm: RbsCrm,
    users: Vec<u64>,
    /// The deals of the [`CLIENTS`] that have an active one: a client without any keeps its recordings out.
    deals: BTreeMap<usize, u64>,
    changes: Mutex<Receiver<RowChange>>,
}

impl Demo {
    /// Starts it, with users, clients and deals.
    pub async fn start(listen: SocketAddr) -> std::io::Result<Self> {
        let crm = RbsCrm::start(RbsOptions::default(), listen).await?;
        let users: Vec<u64> =
            EMPLOYEES.iter().map(|employee| crm.add_user(employee.name, employee.extension)).collect();
        let mut deals = BTreeMap::new();
        for (at, client) in CLIENTS.iter().enumerate() {
            let field = ["phone", "phone_work", "phone_mobile"][at % 3];
            let company = crm.add_company(client.name, field, client.written, client.manager.map(|at| users[at]));
            // Every third has only a deal that is over; the others have an older active one, too.
            crm.add_deal(company, 2, "2026-06-01", Some("Пробная поставка"));
            if at % 3 != 2 {
                crm.add_deal(company, 1, "2026-02-10", Some("Первый заказ"));
                deals.insert(at, crm.add_deal(company, 1, "2026-05-20", Some("Новый заказ")));
            }
        }
        let changes = Mutex::new(crm.on_row());
        Ok(Self { crm, users, deals, changes })
    }

    fn user(&self, employee: usize) -> String {
        self.users[employee].to_string()
    }

    /// To whom a call's records belong: who talked; else the counterparty's responsible, which for a new one is that of the
    /// call it was made for; else the first employee.
    fn responsibles(&self, fact: &Fact) -> Vec<String> {
        let known = if let Whom::Known(at) = fact.client { CLIENTS[at].manager } else { None };
        match (fact.employee.filter(|_| fact.answered || fact.outgoing), &fact.client) {
            (Some(employee), _) => vec![self.user(employee)],
            (None, Whom::New(_)) if fact.again => self.users.iter().map(u64::to_string).collect(),
            (None, _) => vec![self.user(known.unwrap_or(0))],
        }
    }

    fn company(&self, fact: &Fact, facts: &[Fact]) -> Option<Due> {
        let due = Due::new(COMPANIES, fact.client_number(), fact.number);
        match &fact.client {
            Whom::New(number) => {
                let calls = facts.iter().filter(|other| other.client_number() == number);
                Some(due.with_any("responsible", calls.flat_map(|call| self.responsibles(call))))
            }
            _ => None,
        }
    }

    fn task(&self, fact: &Fact) -> Due {
        let due = Due::new(TASKS, fact.mark("task"), fact.number);
        if fact.missed() {
            let due = due.with_any("responsible", self.responsibles(fact)).with("status", OPEN);
            return due.with("counterparty", fact.client_number());
        }
        // It may have been taken to be missed before its answer was heard of.
        due.with("status", DONE).optional()
    }
}

impl Crm for Demo {
    fn kind(&self) -> &'static str {
        "rbs-crm"
    }

    fn accounts(&self) -> String {
        format!(
            "timezone = \"Europe/Moscow\"\nbase_url = \"{}\"\n[account.connection.credentials]\nlogin = \"api\"\n\
             password = \"secret\"\n[account.connection.settings]\nnotify_only_responsible = true\ncreate_contact = true\n\
             add_recording_to_deal = true\nmissed_call_task = true\nsearch_lag = \"1s\"\n",
            self.crm.base_url()
        )
    }

    fn users(&self) -> Vec<String> {
        self.users.iter().map(u64::to_string).collect()
    }

    fn records(&self) -> &'static [&'static str] {
        &[CONTACTS, COMPANIES, RECORDINGS, TASKS]
    }

    fn due(&self, facts: &[Fact]) -> Vec<Due> {
        let known = |client: &super::super::company::Client| Due::new(COMPANIES, client.number, 0).with("edits", "0");
        let mut due: Vec<Due> = CLIENTS.iter().map(known).collect();
        for fact in facts {
            due.push(
                Due::new(CONTACTS, &fact.id, fact.number)
                    .with("counterparty", fact.client_number())
                    .with_any("responsible", self.responsibles(fact))
                    .with("recording", fact.recording()),
            );
            if let Some(company) = self.company(fact, facts).filter(|new| due.iter().all(|due| due.key != new.key)) {
                due.push(company);
            }
            if let Whom::Known(at) = fact.client
                && let Some(deal) = self.deals.get(&at)
            {
                let each = fact.recordings.iter().map(|url| Due::new(RECORDINGS, url, fact.number));
                due.extend(each.map(|due| due.with("deal", deal.to_string())));
            }
            due.push(self.task(fact));
        }
        due
    }

    fn held(&self) -> Vec<Is> {
        let crm = self.crm.snapshot();
        let numbers: BTreeMap<u64, String> =
            crm.rows(Table::Companies).iter().map(|row| (row.id, number(phones(row)))).collect();
        let owner =
            |row: &Row| row.get("owner").parse().ok().and_then(|id: u64| numbers.get(&id).cloned()).unwrap_or_default();
        let mut held = Held::default();
        for row in crm.rows(Table::Companies) {
            let fields = [("responsible", row.get("manager").to_owned()), ("edits", row.edits.to_string())];
            held.add(COMPANIES, number(phones(row)), row.id, fields);
        }
        for row in crm.rows(Table::ContactDocuments) {
            let (responsible, recording) = (row.get("responsible").to_owned(), row.get("record_url").to_owned());
            let fields = [("counterparty", owner(row)), ("responsible", responsible), ("recording", recording)];
            held.add(CONTACTS, row.get("external_id"), row.id, fields);
        }
        for row in crm.rows(Table::DealsHistory) {
            held.add(RECORDINGS, row.get("record_url"), row.id, [("deal", row.get("owner").to_owned())]);
        }
        for row in crm.rows(Table::Tasks) {
            let of = |field: &'static str| (field, row.get(field).to_owned());
            let fields = [of("responsible"), of("status"), ("counterparty", owner(row))];
            held.add(TASKS, mark(row.get("description")), row.id, fields);
        }
        held.0
    }

    fn notices(&self) -> Vec<String> {
        let mut changes = self.changes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut lines = Vec::new();
        loop {
            match changes.try_recv() {
                Ok(change) if change.row.table == Table::Notifications => {
                    let user = self.users.iter().position(|user| user.to_string() == change.row.get("user"));
                    let user = user.map_or("somebody", |at| EMPLOYEES[at].name);
                    lines.push(format!("{user} sees: {}", clean(change.row.get("text"))));
                }
                // What was not heard of is not told; the summary does not depend on it.
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(_) => return lines,
            }
        }
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }
}

/// The field of a counterparty that holds a number.
fn phones(row: &Row) -> &str {
    ["phone", "phone_work", "phone_mobile"]
        .map(|field| row.get(field))
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or("")
}
