//! Uspacy: a lead is the client's card, as nothing else is made for a new number; an activity is what there is to do.

use std::collections::BTreeMap;
use std::pin::Pin;

use backbone::sealed::Secret;
use backbone::store::{ConnectionEntry, Credential};
use serde_json::{Value, json};
use simulators::faults::Faults;
use simulators::uspacy::{ACTIVITIES, CALLS, LEADS, USERS, UspacyCrm, UspacyOptions};

use super::{Far, Held, Role};

const APP: (&str, &str) = ("app-4711", "app-secret-0815");

struct Uspacy {
    crm: UspacyCrm,
    users: [u64; 2],
}

/// Starts it.
pub async fn start() -> Box<dyn Far> {
    let crm = UspacyCrm::start(UspacyOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let users = [crm.add_user("Іван"), crm.add_user("Олена")];
    Box::new(Uspacy { crm, users })
}

impl Far for Uspacy {
    fn entry(&self) -> ConnectionEntry {
        let [first, second] = self.users();
        let connection = serde_json::from_value(json!({
            "id": "acme-uspacy", "account": "acme", "kind": "uspacy", "sources": ["acme-pbx"], "timezone": "Europe/Kyiv",
            "base_url": self.crm.base_url(), "status": "active", "created_at": "2020-01-01T00:00:00Z", "version": 1,
            "settings": {"default_responsible": first, "search_lag": "1s", "request_timeout": "1s"},
            "employees": [
                {"crm_user": first, "extension": "101", "sip": "acme_ivan"},
                {"crm_user": second, "extension": "102", "sip": "acme_olena"},
            ]
        }));
        let credential = |value: &str| Credential { value: Secret::new(value), from: None };
        let credentials = BTreeMap::from([
            ("client_id".to_owned(), credential(APP.0)),
            ("client_secret".to_owned(), credential(APP.1)),
        ]);
        ConnectionEntry { connection: connection.unwrap(), credentials }
    }

    fn users(&self) -> [String; 2] {
        self.users.map(|user| user.to_string())
    }

    fn know(&self, number: &str) {
        self.crm.add_lead(number, self.users[1]);
    }

    fn records(&self) -> Vec<Held> {
        let mut all = Vec::new();
        for (table, role) in [(LEADS, Role::Card), (CALLS, Role::Call), (ACTIVITIES, Role::Task)] {
            let held = |record: simulators::rest::Record| {
                let fields = Value::Object(record.fields.clone());
                Held { role, table, id: record.id, fields }
            };
            all.extend(self.crm.live(table).into_iter().map(held));
        }
        all.sort_by_key(|held| held.id);
        all
    }

    fn faults(&self) -> Faults {
        self.crm.faults()
    }

    fn requests(&self) -> usize {
        ["GET", "POST", "PUT", "PATCH"].iter().map(|method| self.crm.requests(method, "/")).sum()
    }

    fn log_ins(&self) -> usize {
        self.crm.requests("POST", "/auth/v1/auth/")
    }

    fn expire_tokens(&self) -> bool {
        self.crm.expire_tokens();
        true
    }

    fn refuse_credentials(&self) {
        self.crm.refuse_credentials();
    }

    fn demand_field(&self, demanded: bool) {
        self.crm.trap(|traps| traps.demanded_of_calls = demanded.then(|| "tmp_id".to_owned()));
    }

    fn dismiss(&self, user: &str) {
        self.crm.dismiss(user.parse().unwrap());
    }

    fn delete(&self, held: &Held) {
        assert_ne!(held.table, USERS);
        self.crm.trash(held.table, held.id);
    }

    fn secrets(&self) -> Vec<String> {
        let own = [APP.0, APP.1].map(str::to_owned);
        own.into_iter().chain(self.crm.given_tokens()).collect()
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.crm.stop())
    }

    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async { self.crm.restart().await.unwrap() })
    }
}
