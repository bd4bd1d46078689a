//! The CRM of the plan's tests.

use schemas::Call;
use serde_json::{Value, json};

use crate::connector::{Known, Next};
use crate::crms::uspacy::found::{Holder, Lead, Query};
use crate::crms::uspacy::plan::Rules;
use crate::kit::trial::{Far, Trial};

pub type Crm = Trial<Uspacy>;

/// Users 9, 17, 18 and 19 work there; leads have the usual fields.
pub struct Uspacy {
    pub users: Vec<String>,
    pub leads: Vec<Lead>,
    pub contacts: Vec<Holder>,
    pub companies: Vec<Holder>,
    pub fields: Value,
}

impl Default for Uspacy {
    fn default() -> Self {
        Self {
            users: ["9", "17", "18", "19"].map(str::to_owned).into(),
            leads: Vec::new(),
            contacts: Vec::new(),
            companies: Vec::new(),
            fields: json!(["title", "owner", "phone", "comments", "source", "utm_source", "utm_medium", "contacts"]),
        }
    }
}

impl Crm {
    pub fn lead(mut self, id: &str, owner: &str, open: bool, phone: &str) -> Self {
        let owner = Some(owner.to_owned()).filter(|owner| !owner.is_empty());
        self.leads.push(Lead { id: id.to_owned(), owner, open, phones: vec![phone.to_owned()] });
        self
    }

    pub fn contact(mut self, id: &str, phone: &str) -> Self {
        self.contacts.push(Holder { id: id.to_owned(), phones: vec![phone.to_owned()] });
        self
    }

    pub fn company(mut self, id: &str, phone: &str) -> Self {
        self.companies.push(Holder { id: id.to_owned(), phones: vec![phone.to_owned()] });
        self
    }

    pub fn fields(mut self, fields: Value) -> Self {
        self.fields = fields;
        self
    }

    pub fn without_user(mut self, user: &str) -> Self {
        self.users.retain(|known| known != user);
        self
    }

    /// One field of a record.
    pub fn field(&self, name: &str, field: &str) -> Value {
        self.held(name).get(field).cloned().unwrap_or_default()
    }
}

impl Far for Uspacy {
    type Rules = Rules;
    type Query = Query;

    fn next(rules: &Rules, call: &Call, known: &Known) -> Next {
        rules.next(call, known)
    }

    fn answer(&self, query: Query) -> Value {
        match query {
            Query::Users => json!(self.users),
            Query::Lead { id } => json!(self.leads.iter().find(|lead| lead.id == id)),
            Query::Leads { number } => {
                assert!(number.starts_with("+380"), "{number}");
                json!(self.leads)
            }
            Query::Contacts { .. } => json!(self.contacts),
            Query::Companies { .. } => json!(self.companies),
            Query::LeadFields => self.fields.clone(),
        }
    }
}
