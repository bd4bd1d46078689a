//! Sitniks, as the suite sees it.

use std::collections::BTreeMap;
use std::pin::Pin;

use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use serde_json::{Value, json};
use simulators::faults::Faults;
use simulators::sitniks::{CALLS, CLIENTS, Sitniks, SitniksOptions, Traps};

use super::{Far, Held, Role};

const TOKEN: &str = "sitniks-company-token-5d1f";

struct Office {
    crm: Sitniks,
    users: [u64; 2],
}

/// A running Sitniks.
pub async fn start() -> Box<dyn Far> {
    let options = SitniksOptions { token: TOKEN.to_owned(), ..SitniksOptions::default() };
    let crm = Sitniks::start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let users = [crm.add_manager("Іван"), crm.add_manager("Олена")];
    Box::new(Office { crm, users })
}

impl Office {
    fn change_traps(&self, change: impl FnOnce(&mut Traps)) {
        self.crm.with(|office, _| change(&mut office.traps));
    }
}

impl Far for Office {
    fn entry(&self) -> ConnectionEntry {
        let [first, second] = self.users();
        let connection = json!({
            "id": "acme-sitniks", "account": "acme", "kind": "sitniks", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
            "base_url": format!("{}/open-api", self.crm.base_url()), "status": "active",
            "settings": {"create_client": true, "search_lag": "1s", "request_timeout": "1s"},
            "employees": [
                {"crm_user": first, "extension": "101", "sip": "acme_ivan"},
                {"crm_user": second, "extension": "102", "sip": "acme_olena"}
            ],
            "created_at": "2020-01-01T00:00:00Z", "version": 1
        });
        let token = Credential { value: Secret::new(TOKEN), from: None };
        ConnectionEntry {
            connection: serde_json::from_value(connection).unwrap(),
            credentials: BTreeMap::from([("token".to_owned(), token)]),
        }
    }

    fn users(&self) -> [String; 2] {
        self.users.map(|user| user.to_string())
    }

    fn know(&self, number: &str) {
        self.crm.add_client("Олена Коваль", number);
    }

    fn records(&self) -> Vec<Held> {
        let held = |role, table| {
            let records = self.crm.records(table).into_iter();
            records.map(move |record| Held { role, table, id: record.id, fields: Value::Object(record.fields) })
        };
        let mut records: Vec<Held> = held(Role::Card, CLIENTS).chain(held(Role::Call, CALLS)).collect();
        records.sort_by_key(|record| record.id);
        records
    }

    fn faults(&self) -> Faults {
        self.crm.faults()
    }

    fn requests(&self) -> usize {
        ["GET", "POST", "PUT", "PATCH"].iter().map(|method| self.crm.requests(method, "/")).sum()
    }

    fn refuse_credentials(&self) {
        self.change_traps(|traps| traps.token_refused = true);
    }

    fn demand_field(&self, demanded: bool) {
        self.change_traps(|traps| traps.source_demanded = demanded);
    }

    fn dismiss(&self, user: &str) {
        self.crm.dismiss(user.parse().unwrap());
    }

    fn delete(&self, held: &Held) {
        self.crm.delete(held.table, held.id);
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned()]
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }

    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.crm.restart().await.unwrap() })
    }
}
