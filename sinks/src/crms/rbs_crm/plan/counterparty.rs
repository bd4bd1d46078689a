//! Which counterparty a call belongs to. Only whole numbers match: an extension, a short number or a hidden caller is
//! nobody's (A16), and of several counterparties with one number the oldest is taken, which the note says.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use schemas::{Call, Phone};

use super::{Rules, spellings};
use crate::connector::{Known, Look};
use crate::crms::rbs_crm::found::{Company, Holders, Query};
use crate::kit::ids::age;
use crate::kit::phones::{self, among};
use crate::kit::plan;

/// The look-up of the client's number.
const BY_NUMBER: &str = "counterparty";
/// How many owners of matching contact persons are looked at.
const OWNERS_MAX: usize = 10;

/// What the number led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// There is no number to look by; why.
    NoNumber(&'static str),
    /// The CRM has this counterparty.
    Found {
        /// The CRM's id.
        id: String,
        /// What it is called.
        name: String,
        /// The responsible user, where set.
        manager: Option<String>,
        /// It has the number itself, not only a contact person of it.
        own_phone: bool,
        /// How many have the number.
        of: usize,
    },
    /// This delivery has made it.
    Ours {
        /// The CRM's id.
        id: String,
    },
    /// Nobody has the number.
    Unknown,
}

impl Matched {
    /// The counterparty's id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Found { id, .. } | Self::Ours { id } => Some(id),
            Self::NoNumber(_) | Self::Unknown => None,
        }
    }

    /// The responsible of the counterparty found.
    pub fn manager(&self) -> Option<&str> {
        if let Self::Found { manager, .. } = self { manager.as_deref() } else { None }
    }

    /// The counterparty's id, if it has the number itself (R5).
    pub fn by_its_own_phone(&self) -> Option<&str> {
        match self {
            Self::Found { id, own_phone: true, .. } | Self::Ours { id } => Some(id),
            _ => None,
        }
    }

    /// For people.
    pub fn note(&self) -> String {
        match self {
            Self::NoNumber(why) => format!("no counterparty: {why}"),
            Self::Found { id, own_phone, of, .. } => {
                let how = if *own_phone { "" } else { " (through a contact person)" };
                let others = match of {
                    0 | 1 => String::new(),
                    of => format!("; {of} counterparties have this number, the oldest was taken"),
                };
                format!("counterparty {id}{how}{others}")
            }
            Self::Ours { id } => format!("counterparty {id}, made for this number"),
            Self::Unknown => "no counterparty has this number".to_owned(),
        }
    }
}

/// Finds it. `bound` is the counterparty that this call's contact has already: it stays while it exists, so that a
/// correction does not move the contact; gone (merged, removed), the number decides again.
pub fn find(rules: &Rules, call: &Call, known: &Known, bound: Option<&str>) -> ControlFlow<Look, Matched> {
    let client = match phones::number(call) {
        Ok(client) => client,
        Err(why) => return ControlFlow::Continue(Matched::NoNumber(why)),
    };
    let made = known.made.get("company").map(|made| made.crm_id.as_str());
    // Once the number has decided, it has for this try: what is made and bound meanwhile is so by it.
    if !known.found.contains_key(BY_NUMBER) {
        if bound.is_some() && bound == rules.settings.fixed_counterparty_id.as_deref() {
            return ControlFlow::Continue(Matched::Unknown);
        }
        let remembered = known.remembered.get("company").map(String::as_str);
        if let Some(id) = bound.or(made).or(remembered) {
            let query = Query::Companies { ids: vec![id.to_owned()] };
            let why = "the counterparty this number had before";
            let holders: Holders = plan::found(known, "known-counterparty", &query, why)?;
            if let Some(company) = holders.companies.into_iter().find(|company| company.id == id) {
                let own_phone = among(&company.phones, client);
                // One made for the number may have been given another number since; then the number decides again.
                if own_phone || bound.is_some() {
                    return ControlFlow::Continue(found(company, own_phone, 1));
                }
            }
        }
    }
    match (search(known, client)?, made) {
        (Matched::Unknown, Some(id)) if bound.is_none_or(|bound| bound == id) => {
            ControlFlow::Continue(Matched::Ours { id: id.to_owned() })
        }
        (matched, _) => ControlFlow::Continue(matched),
    }
}

fn search(known: &Known, client: &Phone) -> ControlFlow<Look, Matched> {
    let query = Query::Holders { spellings: spellings(client) };
    let all: Holders = plan::found(known, BY_NUMBER, &query, "who has the client's number")?;
    let own: Vec<Company> = all.companies.into_iter().filter(|company| among(&company.phones, client)).collect();
    let persons = all.persons.into_iter().filter(|person| among(&person.phones, client));
    let owners: BTreeSet<String> = persons.map(|person| person.owner).filter(|owner| real(owner)).collect();
    let count = own.iter().map(|company| &company.id).chain(&owners).collect::<BTreeSet<_>>().len();
    if let Some(company) = oldest(own) {
        return ControlFlow::Continue(found(company, true, count));
    }
    if owners.is_empty() {
        return ControlFlow::Continue(Matched::Unknown);
    }
    let query = Query::Companies { ids: owners.iter().take(OWNERS_MAX).cloned().collect() };
    let why = "the counterparties of the contact persons with this number";
    let all: Holders = plan::found(known, "owners", &query, why)?;
    let companies: Vec<Company> = all.companies.into_iter().filter(|company| owners.contains(&company.id)).collect();
    let count = companies.len();
    ControlFlow::Continue(oldest(companies).map_or(Matched::Unknown, |company| found(company, false, count)))
}

fn found(company: Company, own_phone: bool, of: usize) -> Matched {
    let manager = company.manager.filter(|manager| real(manager));
    Matched::Found { id: company.id, name: company.name, manager, own_phone, of }
}

fn oldest(companies: Vec<Company>) -> Option<Company> {
    companies.into_iter().min_by_key(|company| age(&company.id))
}

/// An unset reference may be empty or 0.
fn real(id: &str) -> bool {
    !id.is_empty() && id != "0"
}
