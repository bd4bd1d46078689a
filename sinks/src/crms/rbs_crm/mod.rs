//! What is public of it: the connector. Knows neither the engine nor any other CRM.
//!
#![doc = include_str!("README.md")]

mod client;
mod found;
mod plan;
mod settings;
mod xml;

use std::sync::Arc;

use backbone::Memos;
use backbone::sealed::Secret;
use backbone::store::ConnectionEntry;
use schemars::Schema;
use schemas::{Call, Employee};
use serde_json::{Map, Value};

use crate::connector::{
    Answer, Checked, Connector, CredentialField, Known, Limits, Look, Next, Notice, Problem, Put, Session,
};
use crate::kit::connection::{needed, zone};
use crate::kit::settings::problem;
use client::Client;
use plan::Rules;
use settings::Settings;

/// RBS CRM.
pub struct RbsCrm;

const LOGIN: &str = "login";
const PASSWORD: &str = "password";

impl Connector for RbsCrm {
    fn kind(&self) -> &'static str {
        "rbs-crm"
    }

    fn title(&self) -> &'static str {
        "RBS CRM"
    }

    fn credentials(&self) -> &'static [CredentialField] {
        &[CredentialField { name: LOGIN, required: true }, CredentialField { name: PASSWORD, required: true }]
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
        let what = "RBS CRM needs the login and password of an API user";
        let login = needed(entry, LOGIN, what)?.to_owned();
        let password = Secret::new(needed(entry, PASSWORD, what)?);
        let limits = usual.limits();
        let names = settings.structures.clone();
        let client = Client::new((entry, memos), login, password, names, limits.request_timeout)
            .map_err(|why| vec![problem(&["base_url"], why)])?;
        let rules = Rules { settings, zone, employees: connection.employees.clone() };
        Ok(Arc::new(Opened { limits, rules, client }))
    }
}

struct Opened {
    limits: Limits,
    rules: Rules,
    client: Client,
}

impl Session for Opened {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn plan(&self, call: &Call, known: &Known) -> Next {
        self.rules.next(call, known)
    }

    fn notice(&self, call: &Call, known: &Known) -> Notice {
        self.rules.notice(call, known)
    }

    fn check(&self) -> Answer<'_, Checked> {
        let mapped: Vec<&str> = self.rules.employees.iter().map(|employee| employee.crm_user.as_str()).collect();
        Box::pin(async move { self.client.check(&mapped).await })
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
