//! RBS CRM's side: its simulator, with the password changed where the credentials are to be refused.

use std::collections::BTreeMap;
use std::pin::Pin;

use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use serde_json::json;
use simulators::faults::Faults;
use simulators::rbs::{Login, RbsCrm, RbsOptions, Table};

use super::{Far, Held, Role};

const LOGIN: &str = "ringfold-api";
const PASSWORD: &str = "rbs-password-of-ringfold";
/// A field that the connector has never heard of.
const DEMANDED: &str = "stage";

struct Rbs {
    crm: RbsCrm,
    users: [u64; 2],
}

/// A running RBS CRM.
pub async fn start() -> Box<dyn Far> {
    let options = RbsOptions { logins: vec![Login::new(LOGIN, PASSWORD)], ..RbsOptions::default() };
    let crm = RbsCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let users = [crm.add_user("Иван", "101"), crm.add_user("Олена", "102")];
    Box::new(Rbs { crm, users })
}

impl Far for Rbs {
    fn entry(&self) -> ConnectionEntry {
        let [ivan, olena] = self.users();
        let connection = json!({
            "id": "far-rbs", "account": "acme", "kind": "rbs-crm", "sources": ["acme-pbx"],
            "timezone": "Europe/Kyiv", "base_url": self.crm.base_url(), "status": "active",
            "settings": {
                "create_contact": true, "add_recording_to_deal": true, "missed_call_task": true,
                "search_lag": "1s", "request_timeout": "1s"
            },
            "employees": [
                {"crm_user": ivan, "extension": "101", "sip": "acme_ivan"},
                {"crm_user": olena, "extension": "102", "sip": "acme_olena"}
            ],
            "created_at": "2020-01-01T00:00:00Z", "version": 1
        });
        let credential = |value: &str| Credential { value: Secret::new(value), from: None };
        let credentials = [("login", LOGIN), ("password", PASSWORD)];
        ConnectionEntry {
            connection: serde_json::from_value(connection).unwrap(),
            credentials: BTreeMap::from(credentials.map(|(name, value)| (name.to_owned(), credential(value)))),
        }
    }

    fn users(&self) -> [String; 2] {
        self.users.map(|user| user.to_string())
    }

    fn know(&self, number: &str) {
        let company = self.crm.add_company("Ромашка", "phone_mobile", number, Some(self.users[0]));
        self.crm.add_deal(company, 1, "2026-01-01", None);
    }

    fn records(&self) -> Vec<Held> {
        let rows = self.crm.snapshot().rows.into_values().flatten();
        let mut rows: Vec<_> = rows.filter(|row| row.table != Table::Users).collect();
        // Ids are given in the order of making, over all structures.
        rows.sort_by_key(|row| row.id);
        let held = |row: simulators::rbs::Row| Held {
            role: role(row.table),
            table: row.table.default_name(),
            id: row.id,
            fields: json!(row.fields),
        };
        rows.into_iter().map(held).collect()
    }

    fn faults(&self) -> Faults {
        self.crm.faults()
    }

    fn requests(&self) -> usize {
        usize::try_from(self.crm.snapshot().requests).unwrap()
    }

    fn log_ins(&self) -> usize {
        usize::try_from(self.crm.snapshot().count("auth", "")).unwrap()
    }

    fn expire_tokens(&self) -> bool {
        self.crm.expire_sessions();
        true
    }

    fn refuse_credentials(&self) {
        self.crm.set_password(LOGIN, "another");
    }

    fn demand_field(&self, demanded: bool) {
        self.crm.demand(Table::ContactDocuments, DEMANDED, demanded);
    }

    fn dismiss(&self, user: &str) {
        assert!(self.crm.remove(Table::Users, user.parse().unwrap()), "{user} works there");
    }

    fn delete(&self, held: &Held) {
        let table = Table::ALL.into_iter().find(|table| table.default_name() == held.table).unwrap();
        assert!(self.crm.remove(table, held.id), "{held:?} is there");
    }

    fn secrets(&self) -> Vec<String> {
        [self.crm.sessions(), vec![PASSWORD.to_owned()]].concat()
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }

    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.crm.restart().await.unwrap() })
    }
}

fn role(table: Table) -> Role {
    match table {
        Table::Companies => Role::Card,
        Table::ContactDocuments => Role::Call,
        Table::Tasks => Role::Task,
        _ => Role::Other,
    }
}
