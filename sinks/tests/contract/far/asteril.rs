//! Asteril, as the suite sees it.

use std::collections::BTreeMap;
use std::pin::Pin;

use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use serde_json::{Value, json};
use simulators::asteril::{AsterilCrm, AsterilOptions, CALLS, CLIENTS, TASKS, USERS};
use simulators::faults::Faults;

use super::{Far, Held, Role};

const KEY: &str = "fedcba9876543210fedcba9876543210fedcba98";

struct Asteril {
    crm: AsterilCrm,
    users: [u64; 2],
}

/// A running one.
pub async fn start() -> Box<dyn Far> {
    let options = AsterilOptions { key: KEY.to_owned(), ..AsterilOptions::default() };
    let crm = AsterilCrm::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let users = [crm.add_user("Іван"), crm.add_user("Олена")];
    Box::new(Asteril { crm, users })
}

impl Far for Asteril {
    fn entry(&self) -> ConnectionEntry {
        let [ivan, olena] = self.users();
        let connection = json!({
            "id": "acme-asteril", "account": "acme", "kind": "asteril", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
            "base_url": self.crm.base_url(), "status": "active",
            "settings": {
                "search_lag": "1s", "request_timeout": "1s", "directions": "both", "task_responsible": ivan, "utm": true,
                "fields": {"utm_source": "custom_field_1", "landing": "custom_field_2"}
            },
            "employees": [
                {"crm_user": ivan, "extension": "101", "sip": "acme_ivan"},
                {"crm_user": olena, "extension": "102", "sip": "acme_olena"}
            ],
            "created_at": "2020-01-01T00:00:00Z", "version": 1
        });
        let credentials = BTreeMap::from([("api_key".to_owned(), Credential { value: Secret::new(KEY), from: None })]);
        ConnectionEntry { connection: serde_json::from_value(connection).unwrap(), credentials }
    }

    fn users(&self) -> [String; 2] {
        self.users.map(|user| user.to_string())
    }

    fn assigns_calls(&self) -> bool {
        false
    }

    fn know(&self, number: &str) {
        self.crm.add_client("Оксана", number);
    }

    fn records(&self) -> Vec<Held> {
        let of = |(role, table)| {
            let held = move |record: simulators::rest::Record| Held {
                role,
                table,
                id: record.id,
                fields: Value::Object(record.fields),
            };
            self.crm.records(table).into_iter().map(held)
        };
        let mut all: Vec<Held> =
            [(Role::Card, CLIENTS), (Role::Call, CALLS), (Role::Task, TASKS)].into_iter().flat_map(of).collect();
        // Ids are given in the order made, over all tables.
        all.sort_by_key(|held| held.id);
        all
    }

    fn faults(&self) -> Faults {
        self.crm.faults()
    }

    fn requests(&self) -> usize {
        ["GET", "POST", "PUT", "PATCH"].iter().map(|method| self.crm.requests(method, "/")).sum()
    }

    fn refuse_credentials(&self) {
        self.crm.set_key("0000000000000000000000000000000000000000");
    }

    fn demand_field(&self, demanded: bool) {
        self.crm.trap(|traps| traps.demanded = demanded.then(|| "department_id".to_owned()));
    }

    fn dismiss(&self, user: &str) {
        self.crm.remove(USERS, user.parse().unwrap());
    }

    fn delete(&self, held: &Held) {
        self.crm.remove(held.table, held.id);
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.to_owned()]
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }

    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.crm.restart().await.unwrap() })
    }
}
