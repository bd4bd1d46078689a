//! Asteril in the demo (A1 to A5).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;

use simulators::asteril::{AsterilCrm, AsterilOptions, CALLS, CLIENTS as CARDS, TASKS};
use simulators::rest::Record;

use super::{Crm, Held};
use crate::demo::company::{CLIENTS, EMPLOYEES};
use crate::demo::compare::{Due, Is};
use crate::demo::facts::{Fact, Whom, mark};

const CLIENT: &str = "clients";
const CALL: &str = "calls";
const TASK: &str = "tasks of missed calls";

/// The CRM and what it was given.
pub struct Demo {
    crm: AsterilCrm,
    key: String,
    users: Vec<u64>,
}

impl Demo {
    /// Starts it, with users and clients.
    pub async fn start(listen: SocketAddr) -> std::io::Result<Self> {
        let options = AsterilOptions::default();
        let key = options.key.clone();
        let crm = AsterilCrm::start(options, listen).await?;
        let users = EMPLOYEES.iter().map(|employee| crm.add_user(employee.name)).collect();
        for client in &CLIENTS {
            crm.add_client(client.name, client.written);
        }
        Ok(Self { crm, key, users })
    }
}

impl Crm for Demo {
    fn kind(&self) -> &'static str {
        "asteril"
    }

    fn accounts(&self) -> String {
        format!(
            "timezone = \"Europe/Kyiv\"\nbase_url = \"{}\"\n[account.connection.credentials]\napi_key = \"{}\"\n\
             [account.connection.settings]\ndirections = \"both\"\ntask_responsible = \"{}\"\nsearch_lag = \"1s\"\n",
            self.crm.base_url(),
            self.key,
            self.users[0]
        )
    }

    fn users(&self) -> Vec<String> {
        self.users.iter().map(u64::to_string).collect()
    }

    fn records(&self) -> &'static [&'static str] {
        &[CALL, CLIENT, TASK]
    }

    /// A5: a client is found by the number in full; one that is written otherwise is not, and a new one is made.
    fn due(&self, facts: &[Fact]) -> Vec<Due> {
        let known = CLIENTS.iter().map(|client| Due::new(CLIENT, client.written, 0).with("edits", "0"));
        let mut due: Vec<Due> = known.collect();
        for fact in facts {
            let number = fact.client_number();
            if fact.client != Whom::Nobody && due.iter().all(|due| due.key != number) {
                due.push(Due::new(CLIENT, number, fact.number));
            }
            due.push(
                Due::new(CALL, &fact.id, fact.number)
                    .with("client", number)
                    .with("direction", if fact.outgoing { "outgoing" } else { "incoming" })
                    .with("status", if fact.answered { "answered" } else { "missed" })
                    // A2: a link is there after a talk, not for a message that was left.
                    .with("recording", if fact.answered { fact.recording() } else { "" }),
            );
            let task = Due::new(TASK, fact.mark("task"), fact.number);
            due.push(if fact.missed() {
                task.with("client", number).with("responsible", self.users[0].to_string()).with("status", "open")
            } else {
                // It may have been taken to be missed before its answer was heard of.
                task.with("status", "done").optional()
            });
        }
        due
    }

    fn held(&self) -> Vec<Is> {
        let cards = self.crm.records(CARDS);
        let numbers: BTreeMap<String, String> =
            cards.iter().map(|card| (card.id.to_string(), card.text("phone"))).collect();
        let client = |record: &Record| numbers.get(&record.text("client_id")).cloned().unwrap_or_default();
        let mut held = Held::default();
        for card in &cards {
            held.add(CLIENT, card.text("phone"), card.id, [("edits", card.edits.to_string())]);
        }
        for call in self.crm.records(CALLS) {
            let of = |field: &'static str| (field, call.text(field));
            let fields =
                [("client", client(&call)), of("direction"), of("status"), ("recording", call.text("record_url"))];
            held.add(CALL, call.text("external_id"), call.id, fields);
        }
        for task in self.crm.records(TASKS) {
            let responsible = task.text("responsible_id");
            let fields = [("client", client(&task)), ("responsible", responsible), ("status", task.text("status"))];
            held.add(TASK, mark(&task.text("description")), task.id, fields);
        }
        held.0
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }
}
