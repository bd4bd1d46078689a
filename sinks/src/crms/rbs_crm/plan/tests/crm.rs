//! The CRM of the plan's tests.

use super::*;

/// A CRM in a few lines, and a delivery that is carried out in it.
#[derive(Default)]
pub struct Crm {
    pub companies: Vec<Company>,
    pub persons: Vec<Person>,
    /// Counterparty and last active deal.
    pub deals: BTreeMap<String, String>,
    /// Who works there; none: it does not say.
    pub users: Option<Vec<&'static str>>,
    pub known: Known,
    /// Every record made or changed, in order.
    pub puts: Vec<Put>,
    /// The names of look-ups, in order.
    pub looks: Vec<String>,
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

    pub fn remembers(mut self, id: &str) -> Self {
        self.known.remembered.insert("company".to_owned(), id.to_owned());
        self
    }

    pub fn answer(&self, query: Query) -> Value {
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
                Next::Put(put) => {
                    let made = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
                    let crm_id = made.unwrap_or_else(|| (1000 + self.puts.len()).to_string());
                    if put.record == kind::COMPANY {
                        let held = |field| text(&put.content, field).to_owned();
                        let (name, manager, phones) = (held("name"), Some(held("manager")), vec![held("phone")]);
                        self.companies.push(Company { id: crm_id.clone(), name, manager, phones });
                    }
                    self.known.made.insert(put.name.clone(), Made { crm_id, content: put.content.clone() });
                    self.puts.push(put);
                }
                Next::Done { note } => return note,
            }
        }
        panic!("the plan does not come to an end");
    }

    /// The names of the records made or changed, in order.
    pub fn names(&self) -> Vec<&str> {
        self.puts.iter().map(|put| put.name.as_str()).collect()
    }

    /// What the CRM holds of a record; empty: nothing.
    pub fn held(&self, name: &str) -> Map<String, Value> {
        self.known.made.get(name).map(|made| made.content.clone()).unwrap_or_default()
    }
}
