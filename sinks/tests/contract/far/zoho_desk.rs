//! The simulated Zoho Desk, as the suite sees it. Calls and tasks have our field, tickets do not, so both kinds of mark are seen.

use std::collections::BTreeMap;
use std::pin::Pin;

use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use schemas::Connection;
use serde_json::{Value, json};
use simulators::faults::Faults;
use simulators::zoho::{ZohoDesk, ZohoOptions};

use super::{Far, Held, Role};

/// The modules, and what their records are.
const TABLES: [(&str, Role); 4] =
    [("contacts", Role::Card), ("tickets", Role::Other), ("calls", Role::Call), ("tasks", Role::Task)];

struct Zoho {
    desk: ZohoDesk,
    agents: [u64; 2],
}

/// Starts it.
pub async fn start() -> Box<dyn Far> {
    let mut options = ZohoOptions::default();
    options.fields.extend([("calls", "rs_call_id"), ("tasks", "rs_call_id"), ("calls", "branch")]);
    let desk = ZohoDesk::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let agents = [desk.add_agent("Іван", "101"), desk.add_agent("Олена", "102")];
    Box::new(Zoho { desk, agents })
}

impl Far for Zoho {
    fn entry(&self) -> ConnectionEntry {
        let [first, second] = self.users();
        let connection: Connection = serde_json::from_value(json!({
            "id": "acme-zoho", "account": "acme", "kind": "zoho-desk", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
            "base_url": self.desk.base_url(), "status": "active",
            "settings": {
                "department_id": "201", "senior_manager": first, "search_lag": "1s", "request_timeout": "1s"
            },
            "employees": [
                {"crm_user": first, "extension": "101", "sip": "acme_ivan"},
                {"crm_user": second, "extension": "102", "sip": "acme_olena"}
            ],
            "created_at": "2020-01-01T00:00:00Z", "version": 1
        }))
        .unwrap();
        let options = ZohoOptions::default();
        let credentials = [
            ("client_id", options.client_id),
            ("client_secret", options.client_secret),
            ("refresh_token", options.refresh_token),
            ("org_id", options.org_id.to_string()),
            ("accounts_url", self.desk.base_url()),
        ];
        let credential =
            |(name, value): (&str, String)| (name.to_owned(), Credential { value: Secret::new(value), from: None });
        ConnectionEntry { connection, credentials: BTreeMap::from(credentials.map(credential)) }
    }

    fn users(&self) -> [String; 2] {
        self.agents.map(|agent| agent.to_string())
    }

    fn links_records(&self) -> bool {
        true
    }

    fn know(&self, number: &str) {
        let contact = self.desk.add_contact("Ромашка", "mobile", number);
        self.desk.add_ticket(contact, "Open");
    }

    fn records(&self) -> Vec<Held> {
        let held = |(table, role): (&'static str, Role)| {
            let records = self.desk.records(table);
            records.into_iter().map(move |mut record| {
                // Zoho's own, by its clock.
                record.fields.retain(|key, _| key != "createdTime" && key != "modifiedTime");
                Held { role, table, id: record.id, fields: Value::Object(record.fields) }
            })
        };
        let mut records: Vec<Held> = TABLES.into_iter().flat_map(held).collect();
        records.sort_by_key(|record| record.id);
        records
    }

    fn faults(&self) -> Faults {
        self.desk.faults()
    }

    fn requests(&self) -> usize {
        ["GET", "POST", "PUT", "PATCH"].iter().map(|method| self.desk.requests(method, "/")).sum()
    }

    fn log_ins(&self) -> usize {
        self.desk.requests("POST", "/oauth/v2/token")
    }

    fn expire_tokens(&self) -> bool {
        self.desk.expire_tokens();
        true
    }

    fn refuse_credentials(&self) {
        self.desk.revoke();
    }

    fn demand_field(&self, demanded: bool) {
        self.desk.demand("calls", demanded.then_some("cf_branch"));
    }

    fn dismiss(&self, user: &str) {
        self.desk.dismiss(user.parse().unwrap());
    }

    fn delete(&self, held: &Held) {
        self.desk.remove(held.table, held.id);
    }

    fn secrets(&self) -> Vec<String> {
        let options = ZohoOptions::default();
        let mut secrets = self.desk.access_tokens();
        secrets.extend([options.client_secret, options.refresh_token]);
        secrets
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.desk.stop())
    }

    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move { self.desk.restart().await.unwrap() })
    }
}
