//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod clients;
mod early;
mod fields;
mod owners;
mod rows;

use schemas::{CallId, CallState, Who};
use serde_json::json;

use super::*;
use crate::connector::Put;
use crate::crms::zoho_desk::found::{Contact, Field, Module, Ticket, Values};
use crate::kit::calls::{self, from, marked, outgoing, recorded, rung, talked};
use crate::kit::trial::{Far, Trial, is_marked};

const CLIENT: &str = "380671112233";
const SENIOR: &str = "900";
const DEPARTMENT: &str = "201";

/// An ended incoming call from [`CLIENT`] that 101 answered.
fn answered() -> Call {
    calls::answered(CLIENT, Who::extension("101"))
}

fn missed() -> Call {
    calls::missed(answered())
}

fn ringing() -> Call {
    calls::ringing(answered())
}

/// The least settings, and more; 17 has 101, 18 has 102.
fn rules(more: Value) -> Rules {
    let employees = json!([{"crm_user": "17", "extension": "101"}, {"crm_user": "18", "extension": "102"}]);
    let employees: Vec<Employee> = serde_json::from_value(employees).unwrap();
    let mut settings = json!({"department_id": DEPARTMENT, "senior_manager": SENIOR});
    let Value::Object(more) = more else { panic!("not a table") };
    settings.as_object_mut().unwrap().extend(more);
    let settings = Settings::read(settings.as_object().unwrap(), &employees).unwrap();
    Rules { settings, zone: TimeZone::get("Europe/Kyiv").unwrap(), employees }
}

/// A Zoho Desk with these records, where these agents work.
struct Zoho {
    contacts: Vec<Contact>,
    tickets: Vec<Ticket>,
    fields: Fields,
    agents: Vec<&'static str>,
}

type Desk = Trial<Zoho>;

impl Default for Zoho {
    fn default() -> Self {
        let fields = Fields { contacts: single(&[]), tickets: single(&[]), calls: single(&[]), tasks: single(&[]) };
        Self { contacts: Vec::new(), tickets: Vec::new(), fields, agents: vec!["17", "18", SENIOR] }
    }
}

/// Standard fields that every module has, and custom single-line ones with these labels.
fn single(labels: &[&str]) -> Module {
    let field =
        |label: &str, custom, kind: &str| Field { label: label.to_owned(), custom, kind: kind.to_owned(), max: None };
    let mut module = Module::from([("priority".to_owned(), field("Priority", false, "Picklist"))]);
    module.extend(labels.iter().map(|label| (format!("cf_{label}"), field(label, true, "Text"))));
    module
}

impl Desk {
    fn contact(mut self, id: &str, phone: &str) -> Self {
        self.contacts.push(Contact { id: id.to_owned(), phones: vec![phone.to_owned()], cf: Values::new() });
        self
    }

    fn ticket(mut self, id: &str, contact: &str, open: bool, modified: &str) -> Self {
        let (id, contact, modified) = (id.to_owned(), contact.to_owned(), modified.to_owned());
        self.tickets.push(Ticket { id, contact, department: DEPARTMENT.to_owned(), open, modified, cf: Values::new() });
        self
    }

    fn with(mut self, agents: &[&'static str]) -> Self {
        self.agents = agents.to_vec();
        self
    }

    /// The id of a record; empty: there is none.
    fn id(&self, name: &str) -> &str {
        self.known.made.get(name).map(|made| made.crm_id.as_str()).unwrap_or_default()
    }

    /// A field of a record as the CRM holds it.
    fn field(&self, name: &str, field: &str) -> &str {
        self.known.made.get(name).and_then(|made| text(&made.content, field)).unwrap_or("(none)")
    }
}

impl Far for Zoho {
    type Rules = Rules;
    type Query = Query;

    fn next(rules: &Rules, call: &Call, known: &Known) -> Next {
        rules.next(call, known)
    }

    fn answer(&self, query: Query) -> Value {
        match query {
            Query::Users => json!(self.agents),
            Query::Fields => json!(self.fields),
            Query::Contacts { spellings } => {
                assert!(spellings.iter().any(|spelling| spelling == "671112233" || spelling == "671112234"));
                json!(self.contacts)
            }
            Query::Contact { id } => json!(self.contacts.iter().find(|contact| contact.id == id)),
            Query::Tickets { contact } => {
                json!(self.tickets.iter().filter(|ticket| ticket.contact == contact).collect::<Vec<_>>())
            }
            Query::Ticket { id } => json!(self.tickets.iter().find(|ticket| ticket.id == id)),
        }
    }

    fn take(&mut self, put: &Put, before: Option<String>, free: String) -> String {
        assert!(is_marked(put), "{put:?} does not hold its marker");
        let new = before.is_none();
        let named = |field: &str| text(&put.content, field).map(str::to_owned);
        let id = before.or_else(|| named("id")).unwrap_or(free);
        match put.record.as_str() {
            kind::CONTACT if new => {
                let phones = named("phone").into_iter().collect();
                self.contacts.push(Contact { id: id.clone(), phones, cf: Values::new() });
            }
            kind::TICKET if new => self.tickets.push(Ticket {
                id: id.clone(),
                contact: named("contactId").unwrap_or_default(),
                department: named("departmentId").unwrap_or_default(),
                open: true,
                modified: "2026-11-19T09:02:00.000Z".to_owned(),
                cf: Values::new(),
            }),
            _ => {}
        }
        id
    }
}
