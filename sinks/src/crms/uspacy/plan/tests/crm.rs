//! A CRM in a few lines, and a delivery that is carried out in it.

use schemas::Call;
use serde_json::{Map, Value, json};

use crate::connector::{Known, Made, Next, Put};
use crate::crms::uspacy::found::{Holder, Lead, Query};
use crate::crms::uspacy::plan::Rules;

/// Users 9, 17, 18 and 19 work there; leads have the usual fields.
pub struct Crm {
    pub users: Vec<String>,
    pub leads: Vec<Lead>,
    pub contacts: Vec<Holder>,
    pub companies: Vec<Holder>,
    pub fields: Value,
    pub known: Known,
    /// Every record made or changed, in order.
    pub puts: Vec<Put>,
    /// The names of look-ups, in order.
    pub looks: Vec<String>,
}

impl Default for Crm {
    fn default() -> Self {
        Self {
            users: ["9", "17", "18", "19"].map(str::to_owned).into(),
            leads: Vec::new(),
            contacts: Vec::new(),
            companies: Vec::new(),
            fields: json!(["title", "owner", "phone", "comments", "source", "utm_source", "utm_medium", "contacts"]),
            known: Known::default(),
            puts: Vec::new(),
            looks: Vec::new(),
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

    pub fn fields(self, fields: Value) -> Self {
        Self { fields, ..self }
    }

    pub fn without_user(mut self, user: &str) -> Self {
        self.users.retain(|known| known != user);
        self
    }

    pub fn remembers(mut self, id: &str) -> Self {
        self.known.remembered.insert("lead".to_owned(), id.to_owned());
        self
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

    /// Carries a call out; the note at the end. What was found is asked for anew each time, what was made is kept.
    pub fn deliver(&mut self, rules: &Rules, call: &Call) -> String {
        self.known.found.clear();
        for _ in 0..50 {
            match rules.next(call, &self.known) {
                Next::Look(look) => {
                    let found = self.answer(serde_json::from_value(look.query).unwrap());
                    self.looks.push(look.name.clone());
                    assert!(self.known.found.insert(look.name, found).is_none(), "looked up twice");
                }
                Next::Put(put) => self.put(put),
                Next::Done { note } => return note,
            }
        }
        panic!("the plan does not come to an end");
    }

    fn put(&mut self, put: Put) {
        let made = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
        let crm_id = made.unwrap_or_else(|| (1000 + self.puts.len()).to_string());
        if let Some(word) = put.remember {
            self.known.remembered.insert(word.to_owned(), crm_id.clone());
        }
        self.known.made.insert(put.name.clone(), Made { crm_id, content: put.content.clone() });
        self.puts.push(put);
    }

    /// The names of the records made or changed, in order.
    pub fn names(&self) -> Vec<&str> {
        self.puts.iter().map(|put| put.name.as_str()).collect()
    }

    /// What the CRM holds of a record; empty: nothing.
    pub fn held(&self, name: &str) -> Map<String, Value> {
        self.known.made.get(name).map(|made| made.content.clone()).unwrap_or_default()
    }

    /// One field of it.
    pub fn field(&self, name: &str, field: &str) -> Value {
        self.held(name).get(field).cloned().unwrap_or_default()
    }
}
