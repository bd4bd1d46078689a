//! What is public of it: the connector. Knows neither the engine nor any other CRM.
//!
#![doc = include_str!("README.md")]

mod client;
mod credentials;
mod found;
mod plan;
mod settings;
mod texts;

use std::sync::Arc;

use backbone::Memos;
use backbone::store::ConnectionEntry;
use schemars::Schema;
use schemas::{Call, Employee};
use serde_json::{Map, Value};

use crate::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};
use crate::kit::connection::zone;
use crate::kit::settings::{Usual, problem};
use client::Client;
use plan::Rules;
use settings::Settings;

/// Uspacy.
pub struct Uspacy;

impl Connector for Uspacy {
    fn kind(&self) -> &'static str {
        "uspacy"
    }

    fn title(&self) -> &'static str {
        "Uspacy"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        credentials::FIELDS
    }

    fn settings_schema(&self) -> Schema {
        Settings::schema()
    }

    fn check_settings(&self, settings: &Map<String, Value>, employees: &[Employee]) -> Vec<Problem> {
        Settings::read(settings, employees).err().unwrap_or_default()
    }

    fn open(&self, entry: &ConnectionEntry, memos: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        let connection = &entry.connection;
        let (usual, settings) = Settings::read(&connection.settings, &connection.employees)?;
        let zone = zone(entry)?;
        let credentials = credentials::read(entry).map_err(|problem| vec![problem])?;
        let timeout = usual.request_timeout.duration();
        let client = Client::new((entry, memos), credentials, &settings, timeout)
            .map_err(|why| vec![problem(&["base_url"], why)])?;
        let rules = Rules { settings, zone, employees: connection.employees.clone() };
        Ok(Arc::new(Opened { usual, rules, client }))
    }
}

struct Opened {
    usual: Usual,
    rules: Rules,
    client: Client,
}

impl Session for Opened {
    fn limits(&self) -> Limits {
        self.usual.limits()
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        self.rules.next(call, known)
    }

    fn check(&self) -> Answer<'_, Checked> {
        let settings = &self.rules.settings;
        let mapped = self.rules.employees.iter().map(|employee| employee.crm_user.as_str());
        let mut given: Vec<&str> =
            mapped.chain([settings.default_responsible.as_str(), settings.of_missed_calls()]).collect();
        given.sort_unstable();
        given.dedup();
        Box::pin(async move { self.client.check(&given).await })
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

    fn find<'a>(&'a self, put: &'a Put) -> Answer<'a, Option<String>> {
        Box::pin(self.client.find(put))
    }
}
