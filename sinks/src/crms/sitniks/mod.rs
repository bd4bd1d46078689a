//! What is public of it: the connector. Knows neither the engine nor any other CRM.
//!
#![doc = include_str!("README.md")]

mod client;
mod found;
mod plan;
mod settings;

use std::sync::Arc;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use schemars::Schema;
use schemas::{Call, Employee};
use serde_json::{Map, Value};

use crate::connector::{Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Problem, Put, Session};
use crate::kit::connection::needed;
use crate::kit::settings::problem;
use client::Client;
use plan::Rules;
use settings::Settings;

/// Sitniks.
pub struct Sitniks;

const TOKEN: &str = "token";

impl Connector for Sitniks {
    fn kind(&self) -> &'static str {
        "sitniks"
    }

    fn title(&self) -> &'static str {
        "Sitniks"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        &[CredentialField { name: TOKEN, required: true }]
    }

    fn settings_schema(&self) -> Schema {
        settings::schema()
    }

    fn check_settings(&self, settings: &Map<String, Value>, employees: &[Employee]) -> Vec<Problem> {
        Settings::read(settings, employees).err().unwrap_or_default()
    }

    fn open(&self, entry: &ConnectionEntry, _: &Arc<dyn Memos>) -> Result<Arc<dyn Session>, Vec<Problem>> {
        let connection = &entry.connection;
        let one = |path: &[&str], message: String| vec![problem(path, message)];
        let (usual, settings) = Settings::read(&connection.settings, &connection.employees)?;
        let base = client::base(&connection.base_url).map_err(|why| one(&["base_url"], why))?;
        let what = "Sitniks needs the company's token for its open API, which a paid plan gives";
        let token = Secret::new(needed(entry, TOKEN, what)?.trim());
        let authorization = client::authorization(&token).map_err(|why| one(&["credentials", TOKEN], why))?;
        let limits = usual.limits();
        let client = Client::new(base, token, authorization, settings.clone(), limits.request_timeout)
            .map_err(|why| one(&["base_url"], why))?;
        let rules = Rules { settings, employees: connection.employees.clone() };
        Ok(Arc::new(Opened { rules, limits, client }))
    }
}

struct Opened {
    rules: Rules,
    limits: Limits,
    client: Client,
}

impl Session for Opened {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        self.rules.next(call, known)
    }

    fn early(&self) -> bool {
        true
    }

    fn check(&self) -> Answer<'_, Checked> {
        let mapped: Vec<&str> = self.rules.employees.iter().map(|employee| employee.crm_user.as_str()).collect();
        Box::pin(async move { Ok(Checked::by(self.client.check(&mapped).await?)) })
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
