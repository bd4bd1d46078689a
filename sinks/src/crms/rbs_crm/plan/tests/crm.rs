//! The CRM of the plan's tests.

use super::*;

pub type Crm = Trial<Rbs>;

/// What it holds.
#[derive(Default)]
pub struct Rbs {
    pub companies: Vec<Company>,
    pub persons: Vec<Person>,
    /// Counterparty and last active deal.
    pub deals: BTreeMap<String, String>,
    /// Who works there; none: it does not say.
    pub users: Option<Vec<&'static str>>,
}

impl Crm {
    pub fn company(mut self, id: &str, manager: &str, phone: &str) -> Self {
        let manager = Some(manager.to_owned()).filter(|manager| !manager.is_empty());
        let phones = vec![phone.to_owned()];
        self.companies.push(Company { id: id.to_owned(), name: format!("Компания {id}"), manager, phones });
        self
    }

    pub fn person(mut self, owner: &str, phone: &str) -> Self {
        self.persons.push(Person { owner: owner.to_owned(), phones: vec![phone.to_owned()] });
        self
    }

    pub fn deal(mut self, company: &str, id: &str) -> Self {
        self.deals.insert(company.to_owned(), id.to_owned());
        self
    }

    pub fn users(mut self, users: &[&'static str]) -> Self {
        self.users = Some(users.to_vec());
        self
    }
}

impl Far for Rbs {
    type Rules = Rules;
    type Query = Query;

    fn next(rules: &Rules, call: &Call, known: &Known) -> Next {
        rules.next(call, known)
    }

    fn answer(&self, query: Query) -> Value {
        match query {
            Query::Holders { spellings } => {
                assert!(spellings.contains(&"9161112233".to_owned()));
                json!(Holders { companies: self.companies.clone(), persons: self.persons.clone() })
            }
            Query::Companies { ids } => {
                let companies = self.companies.iter().filter(|company| ids.contains(&company.id)).cloned().collect();
                json!(Holders { companies, persons: Vec::new() })
            }
            Query::Users => json!(self.users),
            Query::LastActiveDeal { owner } => {
                json!(Deals { ids: self.deals.get(&owner).into_iter().cloned().collect() })
            }
        }
    }

    fn take(&mut self, put: &Put, before: Option<String>, free: String) -> String {
        let id = before.unwrap_or(free);
        if put.record == kind::COMPANY {
            let held = |field| text(&put.content, field).to_owned();
            let (name, manager, phones) = (held("name"), Some(held("manager")), vec![held("phone")]);
            self.companies.push(Company { id: id.clone(), name, manager, phones });
        }
        id
    }
}
