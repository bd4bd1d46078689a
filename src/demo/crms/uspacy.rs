//! Uspacy in the demo (U1, U2, U4).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;

use simulators::rest::Record;
use simulators::uspacy::{ACTIVITIES, CALLS, LEADS, UspacyCrm, UspacyOptions};

use super::{Crm, Held};
use crate::demo::company::{CLIENTS, EMPLOYEES, number};
use crate::demo::compare::{Due, Is};
use crate::demo::facts::{Fact, Whom, mark};

const LEAD: &str = "leads";
const CALL: &str = "calls";
const ACTIVITY: &str = "activities of missed calls";

/// The CRM and what it was given.
pub struct Demo {
    crm: UspacyCrm,
    app: (String, String),
    users: Vec<u64>,
}

impl Demo {
    /// Starts it, with users and an open lead of each client.
    pub async fn start(listen: SocketAddr) -> std::io::Result<Self> {
        let options = UspacyOptions::default();
        let app = options.apps.first().cloned().unwrap_or_default();
        let crm = UspacyCrm::start(options, listen).await?;
        let users: Vec<u64> = EMPLOYEES.iter().map(|employee| crm.add_user(employee.name)).collect();
        for client in &CLIENTS {
            crm.add_lead(client.written, users[client.manager.unwrap_or(0)]);
        }
        Ok(Self { crm, app, users })
    }

    fn user(&self, at: usize) -> String {
        self.users[at].to_string()
    }

    /// U1, U4: who talked or called, else the default responsible; a missed call of a known client is the lead's, and which
    /// call of a new client made the lead is not known beforehand.
    fn responsibles(&self, fact: &Fact) -> Vec<String> {
        match (&fact.client, fact.employee) {
            (_, Some(at)) => vec![self.user(at)],
            (Whom::Known(at), None) if fact.missed() => vec![self.user(CLIENTS[*at].manager.unwrap_or(0))],
            (Whom::New(_), None) if fact.missed() && fact.again => self.users().into_iter().collect(),
            _ => vec![self.user(0)],
        }
    }

    fn statuses(fact: &Fact) -> Vec<String> {
        let statuses: &[&str] = match (fact.answered, fact.outgoing, &fact.client) {
            (true, ..) => &["answered"],
            (false, true, _) | (false, false, Whom::Known(_)) => &["unsuccessful"],
            (false, false, Whom::New(_)) if fact.again => &["missed", "unsuccessful"],
            _ => &["missed"],
        };
        statuses.iter().map(|status| (*status).to_owned()).collect()
    }
}

impl Crm for Demo {
    fn kind(&self) -> &'static str {
        "uspacy"
    }

    fn accounts(&self) -> String {
        format!(
            "timezone = \"Europe/Kyiv\"\nbase_url = \"{}\"\n[account.connection.credentials]\nclient_id = \"{}\"\n\
             client_secret = \"{}\"\n[account.connection.settings]\ndefault_responsible = \"{}\"\nsearch_lag = \"1s\"\n",
            self.crm.base_url(),
            self.app.0,
            self.app.1,
            self.users[0]
        )
    }

    fn users(&self) -> Vec<String> {
        self.users.iter().map(u64::to_string).collect()
    }

    fn records(&self) -> &'static [&'static str] {
        &[CALL, LEAD, ACTIVITY]
    }

    fn due(&self, facts: &[Fact]) -> Vec<Due> {
        let mut due: Vec<Due> =
            CLIENTS.iter().map(|client| Due::new(LEAD, client.number, 0).with("edits", "0")).collect();
        for fact in facts {
            let client = fact.client_number();
            if fact.client != Whom::Nobody && due.iter().all(|due| due.key != client) {
                let calls = facts.iter().filter(|other| other.client_number() == client);
                let owners = calls.flat_map(|call| self.responsibles(call));
                due.push(Due::new(LEAD, client, fact.number).with_any("responsible", owners));
            }
            due.push(
                Due::new(CALL, fact.as_number().to_string(), fact.number)
                    .with("lead", client)
                    .with_any("responsible", self.responsibles(fact))
                    .with_any("status", Self::statuses(fact))
                    .with("recording", fact.recording()),
            );
            let activity = Due::new(ACTIVITY, fact.mark("activity"), fact.number);
            due.push(if fact.missed() {
                activity.with("responsible", self.user(0)).with("status", "planned")
            } else {
                // It may have been taken to be missed before its answer was heard of.
                activity.with("status", "done").optional()
            });
        }
        due
    }

    fn held(&self) -> Vec<Is> {
        let leads = self.crm.records(LEADS);
        let phone =
            |lead: &Record| number(lead.get("phone").pointer("/0/value").and_then(|it| it.as_str()).unwrap_or(""));
        let numbers: BTreeMap<String, String> = leads.iter().map(|lead| (lead.id.to_string(), phone(lead))).collect();
        let mut held = Held::default();
        for lead in &leads {
            held.add(
                LEAD,
                phone(lead),
                lead.id,
                [("edits", lead.edits.to_string()), ("responsible", lead.text("owner"))],
            );
        }
        for call in self.crm.records(CALLS) {
            let lead = numbers.get(&call.text("lead_id")).cloned().unwrap_or_default();
            let employees = call.get("employees").pointer("/0").map(ToString::to_string).unwrap_or_default();
            let fields = [
                ("lead", lead),
                ("responsible", employees),
                ("status", call.text("ended_call_status")),
                ("recording", call.text("call_record_link")),
            ];
            held.add(CALL, call.text("external_id"), call.id, fields);
        }
        for activity in self.crm.records(ACTIVITIES) {
            let (responsible, status) = (activity.text("responsible_id"), activity.text("status"));
            let fields = [("responsible", responsible), ("status", status)];
            held.add(ACTIVITY, mark(&activity.text("description")), activity.id, fields);
        }
        held.0
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }
}
