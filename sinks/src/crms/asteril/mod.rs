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
use crate::kit::connection::{needed, zone};
use crate::kit::settings::problem;
use client::Client;
use plan::Rules;
use settings::Settings;

/// Asteril.
pub struct Asteril;

const API_KEY: &str = "api_key";

impl Connector for Asteril {
    fn kind(&self) -> &'static str {
        "asteril"
    }

    fn title(&self) -> &'static str {
        "Asteril"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        &[CredentialField { name: API_KEY, required: true }]
    }

    fn settings_schema(&self) -> Schema {
        Settings::schema()
    }

    fn check_settings(&self, settings: &Map<String, Value>, employees: &[Employee]) -> Vec<Problem> {
        Settings::read(settings, employees).err().unwrap_or_default()
    }

    fn open(&self, entry: &ConnectionEntry, _: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        let connection = &entry.connection;
        let (usual, settings) = Settings::read(&connection.settings, &connection.employees)?;
        let zone = zone(entry)?;
        let what = "Asteril needs an API key v3 of this domain: its support gives one on request";
        let key = Secret::new(needed(entry, API_KEY, what)?);
        let timeout = usual.request_timeout.duration();
        let client = Client::new(&connection.base_url, key, &settings, timeout)
            .map_err(|why| vec![problem(&["base_url"], why)])?;
        let mapped = connection.employees.iter().map(|employee| employee.crm_user.clone()).collect();
        Ok(Arc::new(Opened { rules: Rules { settings, zone }, limits: usual.limits(), mapped, client }))
    }
}

struct Opened {
    rules: Rules,
    limits: Limits,
    /// The users of the mapping.
    mapped: Vec<String>,
    client: Client,
}

impl Session for Opened {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        self.rules.next(call, known)
    }

    fn check(&self) -> Answer<'_, Checked> {
        let mut wanted = vec![("task_responsible", self.rules.settings.task_responsible.as_str())];
        for user in &self.mapped {
            if !wanted.contains(&("mapped user", user)) {
                wanted.push(("mapped user", user));
            }
        }
        Box::pin(async move { Ok(Checked::by(self.client.check(&wanted).await?)) })
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
