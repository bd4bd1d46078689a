//! What is public of it: the connector. Knows neither the engine nor any other CRM.
//!
#![doc = include_str!("README.md")]

mod client;
mod found;
mod plan;
mod settings;
mod texts;

use std::sync::Arc;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use schemars::Schema;
use schemas::{Call, Employee};
use serde_json::{Map, Value};

use crate::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};
use crate::kit::connection::{given, needed, zone};
use crate::kit::settings::problem;
use client::{Access, Client, Credentials};
use plan::Rules;
use settings::Settings;

/// Zoho Desk.
pub struct ZohoDesk;

const CLIENT_ID: &str = "client_id";
const CLIENT_SECRET: &str = "client_secret";
const REFRESH_TOKEN: &str = "refresh_token";
const ORG_ID: &str = "org_id";
const ACCOUNTS_URL: &str = "accounts_url";

impl Connector for ZohoDesk {
    fn kind(&self) -> &'static str {
        "zoho-desk"
    }

    fn title(&self) -> &'static str {
        "Zoho Desk"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        &[
            CredentialField { name: CLIENT_ID, required: true },
            CredentialField { name: CLIENT_SECRET, required: true },
            CredentialField { name: REFRESH_TOKEN, required: true },
            CredentialField { name: ORG_ID, required: true },
            // Told by the Desk host where that is one of Zoho's.
            CredentialField { name: ACCOUNTS_URL, required: false },
        ]
    }

    fn settings_schema(&self) -> Schema {
        Settings::schema()
    }

    fn check_settings(&self, settings: &Map<String, Value>, employees: &[Employee]) -> Vec<Problem> {
        Settings::read(settings, employees).err().unwrap_or_default()
    }

    fn open(&self, entry: &ConnectionEntry, memos: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        let connection = &entry.connection;
        let settings = Settings::read(&connection.settings, &connection.employees)?;
        let zone = zone(entry)?;
        let access = access(entry, &settings)?;
        let client =
            Client::new(access, (entry, memos), settings.own.department_id.clone(), settings.own.missed_task_due)
                .map_err(|why| vec![problem(&["base_url"], why)])?;
        let rules = Rules { settings, zone, employees: connection.employees.clone() };
        Ok(Arc::new(Opened { rules, client }))
    }
}

fn access(entry: &ConnectionEntry, settings: &Settings) -> Result<Access, Vec<Problem>> {
    let base_url = &entry.connection.base_url;
    let app = "give that of a server-based client of the Zoho API console";
    let consent = "give the refresh token of a consent with access_type=offline";
    let accounts_url = match given(entry, ACCOUNTS_URL) {
        Some(given) => given.to_owned(),
        None => client::accounts_url(base_url).ok_or_else(|| {
            let what =
                format!("{base_url:?} is no Desk host of Zoho: give the accounts host, like https://accounts.zoho.eu");
            vec![problem(&["credentials", ACCOUNTS_URL], what)]
        })?,
    };
    let org_id = needed(entry, ORG_ID, "give the organisation's id: digits")?.trim().to_owned();
    if !org_id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(vec![problem(&["credentials", ORG_ID], "an organisation's id is digits only")]);
    }
    let credentials = Credentials {
        accounts_url,
        client_id: needed(entry, CLIENT_ID, app)?.to_owned(),
        client_secret: Secret::new(needed(entry, CLIENT_SECRET, app)?),
        refresh_token: Secret::new(needed(entry, REFRESH_TOKEN, consent)?),
    };
    Ok(Access { base_url: base_url.clone(), org_id, credentials, timeout: settings.limits().request_timeout })
}

struct Opened {
    rules: Rules,
    client: Client,
}

impl Session for Opened {
    fn limits(&self) -> Limits {
        self.rules.settings.limits()
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        self.rules.next(call, known)
    }

    fn early(&self) -> bool {
        self.rules.settings.own.create_before_talk
    }

    fn check(&self) -> Answer<'_, Checked> {
        let mut mapped: Vec<&str> = self.rules.employees.iter().map(|employee| employee.crm_user.as_str()).collect();
        mapped.dedup();
        Box::pin(async move { self.client.check(&self.rules.settings.own, &mapped).await })
    }

    fn account(&self) -> Answer<'_, Option<String>> {
        Box::pin(self.client.account())
    }

    fn look<'a>(&'a self, look: &'a Look) -> Answer<'a, Value> {
        Box::pin(self.client.look(look))
    }

    fn make<'a>(&'a self, put: &'a Put) -> Answer<'a, String> {
        Box::pin(self.client.make(put))
    }

    fn change<'a>(&'a self, put: &'a Put, crm_id: &'a str, held: &'a Map<String, Value>) -> Answer<'a, ()> {
        Box::pin(self.client.change(put, crm_id, held))
    }

    fn link(&self, _: &str, crm_id: &str) -> Option<String> {
        self.client.link(crm_id)
    }

    fn find<'a>(&'a self, put: &'a Put) -> Answer<'a, Option<String>> {
        Box::pin(self.client.find(put))
    }
}
