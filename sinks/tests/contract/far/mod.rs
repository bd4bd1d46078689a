//! The far sides: each CRM's simulator, as the suite sees it. The suite knows no CRM; what is one's own is said here.

pub mod asteril;
pub mod rbs_crm;
pub mod sitniks;
pub mod uspacy;
pub mod zoho_desk;

use std::pin::Pin;

use backbone::store::ConnectionEntry;
use serde_json::Value;
use simulators::faults::Faults;

/// What a record is for the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A client's card.
    Card,
    /// The record of a call.
    Call,
    /// Something for an employee to do.
    Task,
    /// Anything else: a lead, a ticket, an entry in a history.
    Other,
}

/// A record as the CRM holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What it is.
    pub role: Role,
    /// The simulator's table.
    pub table: &'static str,
    /// The CRM's id.
    pub id: u64,
    /// Its fields.
    pub fields: Value,
}

/// A running, simulated CRM with two employees: the first has the extension 101 and the SIP account `acme_ivan`, the second 102
/// and `acme_olena`.
pub trait Far: Send + Sync {
    /// The connection: everything that can be made is made, `search_lag` 1s, `request_timeout` 1s, source `acme-pbx`, time zone
    /// Europe/Kyiv, created in 2020; whoever is responsible by default is the first employee.
    fn entry(&self) -> ConnectionEntry;

    /// The CRM's ids of the two employees.
    fn users(&self) -> [String; 2];

    /// Whether the record of a call belongs to a user, by the mapping.
    fn assigns_calls(&self) -> bool {
        true
    }

    /// Whether the CRM says of a record where people see it.
    fn links_records(&self) -> bool {
        false
    }

    /// A client that the CRM knows already, by full digits, with what a known client has (an open lead, an active deal).
    fn know(&self, number: &str);

    /// Everything it holds but users, in the order made.
    fn records(&self) -> Vec<Held>;

    /// Its faults.
    fn faults(&self) -> Faults;

    /// How many requests came so far, log-ins too.
    fn requests(&self) -> usize;

    /// How often tokens were asked for, where the CRM gives such.
    fn log_ins(&self) -> usize {
        0
    }

    /// Every token that was given is over, and new ones are given; whether the CRM gives such.
    fn expire_tokens(&self) -> bool {
        false
    }

    /// From now on the credentials are refused, those already in use too.
    fn refuse_credentials(&self);

    /// F13: whether records of calls are refused for a field that they lack.
    fn demand_field(&self, demanded: bool);

    /// F11: the user no longer works there and can be given nothing.
    fn dismiss(&self, user: &str);

    /// F10: a person deletes a record.
    fn delete(&self, held: &Held);

    /// What must never be seen: the credentials and the tokens they gave.
    fn secrets(&self) -> Vec<String>;

    /// The machine goes away.
    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// And is there again.
    fn restart(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}
