//! Where a call belongs: in an open lead of the client, or in a new one. Only whole numbers match: an extension, a short
//! number or a hidden caller is nobody's (A16).

use std::ops::ControlFlow;

use schemas::{Call, Phone};
use serde_json::Value;

use super::name;
use crate::connector::{Known, Look};
use crate::crms::uspacy::found::{Holder, Lead, Query};
use crate::kit::ids;
use crate::kit::phones::{self, among};
use crate::kit::plan::found;

/// Under this word a lead is remembered for its number.
pub const REMEMBERED: &str = "lead";

/// The names of the look-ups by the number.
const LEADS: &str = "leads";
const CONTACTS: &str = "contacts";
const REMEMBERED_LEAD: &str = "remembered-lead";

/// Where a call belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In no lead: there is no number to look by; why.
    NoNumber(&'static str),
    /// The call was put in this lead, and stays in it.
    Kept {
        /// The CRM's id.
        lead: String,
    },
    /// In a lead of the client that is being worked on.
    Open {
        /// The CRM's id.
        lead: String,
        /// Its responsible user, where set.
        owner: Option<String>,
        /// How many open leads have the number.
        of: usize,
    },
    /// In a new lead.
    New {
        /// The contact with the number; of several the oldest.
        contact: Option<String>,
        /// The company likewise.
        company: Option<String>,
        /// How many contacts and companies have it.
        of: (usize, usize),
    },
}

impl Place {
    /// For people.
    pub fn note(&self) -> String {
        match self {
            Self::NoNumber(why) => format!("no lead: {why}"),
            Self::Kept { lead } => format!("lead {lead}, as before"),
            Self::Open { lead, of: 0 | 1, .. } => format!("open lead {lead}"),
            Self::Open { lead, of, .. } => {
                format!("open lead {lead}; {of} open leads have this number, the newest was taken")
            }
            Self::New { contact: None, company: None, .. } => "no open lead has this number".to_owned(),
            Self::New { contact, company, of } => {
                let one = |what: &str, id: &Option<String>, of: usize| {
                    let others = if of > 1 { format!(" (the oldest of {of})") } else { String::new() };
                    id.as_ref().map(|id| format!("{what} {id}{others}"))
                };
                let known = [one("contact", contact, of.0), one("company", company, of.1)];
                let known = known.into_iter().flatten().collect::<Vec<_>>().join(" and ");
                format!("no open lead has this number, but {known} has")
            }
        }
    }
}

/// Finds it. A lead that this delivery has made was new, and is so each time that it is asked.
pub fn find(call: &Call, known: &Known) -> ControlFlow<Look, Place> {
    // Once the number has decided, it has for this try: the note tells how.
    let decided = [LEADS, CONTACTS, REMEMBERED_LEAD].iter().any(|name| known.found.contains_key(*name));
    if !decided && let Some(lead) = known.made.get(name::CALL).and_then(|made| id(made.content.get("lead_id")?)) {
        return ControlFlow::Continue(Place::Kept { lead });
    }
    let client = match phones::number(call) {
        Ok(client) => client,
        Err(why) => return ControlFlow::Continue(Place::NoNumber(why)),
    };
    if !known.made.contains_key(name::LEAD)
        && let Some((lead, of)) = open_lead(known, client)?
    {
        return ControlFlow::Continue(Place::Open { lead: lead.id, owner: lead.owner, of });
    }
    let number = client.e164.as_deref().unwrap_or_default().to_owned();
    let contacts = Query::Contacts { number: number.clone() };
    let contacts = holders(known, CONTACTS, &contacts, "whom a new lead is bound to", client)?;
    let companies = Query::Companies { number };
    let companies = holders(known, "companies", &companies, "whom a new lead is bound to", client)?;
    let of = (contacts.len(), companies.len());
    ControlFlow::Continue(Place::New { contact: oldest(contacts), company: oldest(companies), of })
}

/// The open lead of a number: the one we made for it earlier, else of all the newest, as it is what is being worked on.
fn open_lead(known: &Known, client: &Phone) -> ControlFlow<Look, Option<(Lead, usize)>> {
    let ours = |lead: &Lead| lead.open && among(&lead.phones, client);
    if let Some(id) = known.remembered.get(REMEMBERED) {
        let query = Query::Lead { id: id.clone() };
        let lead: Option<Lead> = found(known, REMEMBERED_LEAD, &query, "the lead that we made for this number")?;
        // Closed, deleted or given to another number meanwhile: then the number decides again (F10).
        if let Some(lead) = lead.filter(|lead| lead.id == *id && ours(lead)) {
            return ControlFlow::Continue(Some((lead, 1)));
        }
    }
    let query = Query::Leads { number: client.e164.as_deref().unwrap_or_default().to_owned() };
    let mut leads: Vec<Lead> = found(known, LEADS, &query, "U1: the client's open lead gets the call")?;
    leads.retain(ours);
    let of = leads.len();
    ControlFlow::Continue(leads.into_iter().max_by_key(|lead| ids::age(&lead.id)).map(|lead| (lead, of)))
}

fn holders(known: &Known, name: &str, query: &Query, why: &str, client: &Phone) -> ControlFlow<Look, Vec<Holder>> {
    let mut holders: Vec<Holder> = found(known, name, query, why)?;
    holders.retain(|holder| among(&holder.phones, client));
    ControlFlow::Continue(holders)
}

fn oldest(holders: Vec<Holder>) -> Option<String> {
    ids::oldest(holders.into_iter().map(|holder| holder.id))
}

/// An id in a record's content: a number, or what is none as a text.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}
