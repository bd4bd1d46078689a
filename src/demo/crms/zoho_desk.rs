//! Zoho Desk in the demo (Z3 to Z5).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;

use simulators::rest::Record;
use simulators::zoho::{ZohoDesk, ZohoOptions};

use super::{Crm, Held};
use crate::demo::company::{CLIENTS, EMPLOYEES, number};
use crate::demo::compare::{Due, Is};
use crate::demo::facts::{Fact, Whom};

const CALL: &str = "calls";
const TICKET: &str = "tickets";
const CONTACT: &str = "contacts";
const TASK: &str = "tasks of missed calls";

/// The CRM and what it was given.
pub struct Demo {
    desk: ZohoDesk,
    options: ZohoOptions,
    agents: Vec<u64>,
}

impl Demo {
    /// Starts it, with agents, a contact for each client, and an open ticket of every second.
    pub async fn start(listen: SocketAddr) -> std::io::Result<Self> {
        let mut options = ZohoOptions::default();
        options.fields.extend([("calls", "rs_call_id"), ("tasks", "rs_call_id")]);
        let desk = ZohoDesk::start(options.clone(), listen).await?;
        let agents = EMPLOYEES.iter().map(|employee| desk.add_agent(employee.name, employee.extension)).collect();
        for (at, client) in CLIENTS.iter().enumerate() {
            let contact = desk.add_contact(client.name, ["phone", "mobile"][at % 2], client.written);
            desk.add_ticket(contact, if at % 2 == 0 { "Open" } else { "Closed" });
        }
        Ok(Self { desk, options, agents })
    }

    /// Z5: who talked or called, else the senior manager.
    fn owner(&self, fact: &Fact) -> String {
        self.agents[fact.employee.unwrap_or(0)].to_string()
    }
}

impl Crm for Demo {
    fn kind(&self) -> &'static str {
        "zoho-desk"
    }

    fn accounts(&self) -> String {
        let ZohoOptions { client_id, client_secret, refresh_token, org_id, departments, .. } = &self.options;
        format!(
            "timezone = \"Europe/Kyiv\"\nbase_url = \"{url}\"\n[account.connection.credentials]\nclient_id = \"{client_id}\"\n\
             client_secret = \"{client_secret}\"\nrefresh_token = \"{refresh_token}\"\norg_id = \"{org_id}\"\n\
             accounts_url = \"{url}\"\n[account.connection.settings]\ndepartment_id = \"{department}\"\n\
             senior_manager = \"{senior}\"\nsearch_lag = \"1s\"\n",
            url = self.desk.base_url(),
            department = departments.first().copied().unwrap_or_default(),
            senior = self.agents[0]
        )
    }

    fn users(&self) -> Vec<String> {
        self.agents.iter().map(u64::to_string).collect()
    }

    fn records(&self) -> &'static [&'static str] {
        &[CALL, TICKET, CONTACT, TASK]
    }

    fn due(&self, facts: &[Fact]) -> Vec<Due> {
        // Marks of marketing are filled in once, where there are none.
        let edits = || ["0", "1"].map(str::to_owned);
        let known =
            |client: &crate::demo::company::Client| Due::new(CONTACT, client.number, 0).with_any("edits", edits());
        let mut due: Vec<Due> = CLIENTS.iter().map(known).collect();
        let open = CLIENTS.iter().step_by(2).map(|client| Due::new(TICKET, client.number, 0));
        due.extend(open);
        for fact in facts {
            let client = fact.client_number();
            let missing = |due: &[Due], record| due.iter().all(|due| due.record != record || due.key != client);
            for record in [CONTACT, TICKET] {
                if fact.client != Whom::Nobody && missing(&due, record) {
                    let calls = facts.iter().filter(|other| other.client_number() == client);
                    let owners = calls.map(|call| self.owner(call));
                    due.push(Due::new(record, client, fact.number).with_any("owner", owners));
                }
            }
            due.push(
                Due::new(CALL, &fact.id, fact.number)
                    .with("contact", client)
                    .with("ticket", client)
                    .with("owner", self.owner(fact))
                    .with("status", if fact.answered { "Completed" } else { "Missed" })
                    .with("recording", fact.recording()),
            );
            let task = Due::new(TASK, &fact.id, fact.number);
            due.push(if fact.missed() {
                task.with("ticket", client).with("owner", self.agents[0].to_string()).with("done", "no")
            } else {
                // It may have been taken to be missed before its answer was heard of.
                task.with("done", "yes").optional()
            });
        }
        due
    }

    fn held(&self) -> Vec<Is> {
        let (contacts, tickets) = (self.desk.records("contacts"), self.desk.records("tickets"));
        let phone = |contact: &Record| number(&(contact.text("phone") + &contact.text("mobile")));
        let of_contact: BTreeMap<String, String> =
            contacts.iter().map(|contact| (contact.id.to_string(), phone(contact))).collect();
        let contact = |record: &Record| of_contact.get(&record.text("contactId")).cloned().unwrap_or_default();
        let of_ticket: BTreeMap<String, String> =
            tickets.iter().map(|ticket| (ticket.id.to_string(), contact(ticket))).collect();
        let ticket = |record: &Record| of_ticket.get(&record.text("ticketId")).cloned().unwrap_or_default();
        let call_id =
            |record: &Record| record.get("cf").get("cf_rs_call_id").and_then(|id| id.as_str()).unwrap_or("").to_owned();
        let mut held = Held::default();
        for one in &contacts {
            held.add(CONTACT, phone(one), one.id, [("edits", one.edits.to_string()), ("owner", one.text("ownerId"))]);
        }
        for one in tickets.iter().filter(|one| one.text("status") != "Closed") {
            held.add(TICKET, contact(one), one.id, [("owner", one.text("assigneeId"))]);
        }
        for one in self.desk.records("calls") {
            let fields = [
                ("contact", contact(&one)),
                ("ticket", ticket(&one)),
                ("owner", one.text("ownerId")),
                ("status", one.text("status")),
                ("recording", one.text("recordingUrl")),
            ];
            held.add(CALL, call_id(&one), one.id, fields);
        }
        for one in self.desk.records("tasks") {
            let done = if one.text("status") == "Completed" { "yes" } else { "no" };
            let fields = [("ticket", ticket(&one)), ("owner", one.text("ownerId")), ("done", done.to_owned())];
            held.add(TASK, call_id(&one), one.id, fields);
        }
        held.0
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.desk.stop())
    }
}
