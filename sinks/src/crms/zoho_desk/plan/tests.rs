//! The rows of the scenarios as tests: a call, what the CRM holds, and what is there afterwards.

mod clients;
mod early;
mod fields;
mod owners;
mod rows;

use schemas::{CallId, CallState, Direction, Leg, Marketing, Outcome, Phone, Recording, Talk, Timestamp, Who};
use serde_json::json;

use super::*;
use crate::connector::{Made, Put};
use crate::crms::zoho_desk::found::{Contact, Field, Module, Ticket, Values};

const CLIENT: &str = "380671112233";
const SENIOR: &str = "900";
const DEPARTMENT: &str = "201";

fn at(time: &str) -> Timestamp {
    format!("2026-11-19T{time}Z").parse().unwrap()
}

fn talk(extension: &str) -> Talk {
    Talk { who: Who::extension(extension), began_at: at("09:00:10") }
}

/// An ended incoming call from [`CLIENT`] that 101 answered.
fn answered() -> Call {
    let leg = Leg { who: Who::extension("101"), rang_at: Some(at("09:00:00")), answered_at: Some(at("09:00:10")) };
    Call {
        id: CallId("acme-pbx/77".to_owned()),
        account: "acme".parse().unwrap(),
        source: "acme-pbx".parse().unwrap(),
        session: "77".into(),
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(CLIENT, "UA")),
        line: Some(Phone::read("380442223344", "UA")),
        legs: vec![leg],
        talks: vec![talk("101")],
        recordings: Vec::new(),
        marketing: Marketing::default(),
        started_at: at("09:00:00"),
        answered_at: Some(at("09:00:10")),
        ended_at: Some(at("09:01:15")),
        talk_seconds: Some(65),
        wait_seconds: Some(10),
        last_heard_at: at("09:01:15"),
        anomalies: Vec::new(),
        events: Vec::new(),
    }
}

fn missed() -> Call {
    let leg = Leg { who: Who::extension("101"), rang_at: Some(at("09:00:00")), answered_at: None };
    let outcome = Some(Outcome::Missed);
    Call { outcome, legs: vec![leg], talks: Vec::new(), answered_at: None, talk_seconds: None, ..answered() }
}

fn ringing() -> Call {
    Call { state: CallState::Ringing, outcome: None, ended_at: None, wait_seconds: None, ..missed() }
}

fn outgoing(call: Call) -> Call {
    Call { direction: Direction::Outgoing, ..call }
}

fn from(said: &str, call: Call) -> Call {
    Call { client: Some(Phone::read(said, "UA")), ..call }
}

fn recorded(urls: &[&str], call: Call) -> Call {
    let recording = |url: &&str| Recording { url: (*url).to_owned(), heard_at: at("09:02:00") };
    Call { recordings: urls.iter().map(recording).collect(), ..call }
}

fn marked(marks: &[(&str, &str)], call: Call) -> Call {
    let marks = marks.iter().map(|(mark, value)| ((*mark).to_owned(), (*value).to_owned())).collect();
    Call { marketing: Marketing { marks }, ..call }
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

/// A Zoho Desk in a few lines, and a delivery that is carried out in it.
struct Desk {
    contacts: Vec<Contact>,
    tickets: Vec<Ticket>,
    fields: Fields,
    agents: Vec<&'static str>,
    known: Known,
    /// Every record made or changed, in order.
    puts: Vec<Put>,
    /// The names of look-ups, in order.
    looks: Vec<String>,
}

impl Default for Desk {
    fn default() -> Self {
        let fields = Fields { contacts: single(&[]), tickets: single(&[]), calls: single(&[]), tasks: single(&[]) };
        let (contacts, tickets, known) = (Vec::new(), Vec::new(), Known::default());
        Self { contacts, tickets, fields, agents: vec!["17", "18", SENIOR], known, puts: Vec::new(), looks: Vec::new() }
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

    fn remembers(mut self, what: &str, id: &str) -> Self {
        self.known.remembered.insert(what.to_owned(), id.to_owned());
        self
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

    /// Carries a call out; the note at the end. What was found is asked for anew each time, what was made is kept.
    fn deliver(&mut self, rules: &Rules, call: &Call) -> String {
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
        panic!("the plan does not come to an end: {:?}", self.looks);
    }

    fn put(&mut self, put: Put) {
        let made = self.known.made.get(&put.name).map(|made| made.crm_id.clone());
        let new = made.is_none();
        let marks = text(&put.content, "id").map(str::to_owned);
        let crm_id = made.or(marks).unwrap_or_else(|| (1000 + self.puts.len()).to_string());
        let named = |field: &str| text(&put.content, field).unwrap_or_default().to_owned();
        match put.record.as_str() {
            kind::CONTACT if new => {
                self.contacts.push(Contact { id: crm_id.clone(), phones: vec![named("phone")], cf: Values::new() });
            }
            kind::TICKET if new => self.tickets.push(Ticket {
                id: crm_id.clone(),
                contact: named("contactId"),
                department: named("departmentId"),
                open: true,
                modified: "2026-11-19T09:02:00.000Z".to_owned(),
                cf: Values::new(),
            }),
            _ => {}
        }
        if let Some(word) = put.remember {
            self.known.remembered.insert(word.to_owned(), crm_id.clone());
        }
        let in_content =
            put.content.values().any(|value| value.as_str().is_some_and(|text| text.contains(&put.marker)));
        assert!(!put.marker.is_empty() && in_content, "{put:?} does not hold its marker");
        self.known.made.insert(put.name.clone(), Made { crm_id, content: put.content.clone() });
        self.puts.push(put);
    }

    /// The names of the records made or changed, in order.
    fn names(&self) -> Vec<&str> {
        self.puts.iter().map(|put| put.name.as_str()).collect()
    }

    /// The id of a record; empty: there is none.
    fn id(&self, name: &str) -> &str {
        self.known.made.get(name).map(|made| made.crm_id.as_str()).unwrap_or_default()
    }

    /// A field of a record as the CRM holds it.
    fn held(&self, name: &str, field: &str) -> &str {
        self.known.made.get(name).and_then(|made| text(&made.content, field)).unwrap_or("(none)")
    }
}
