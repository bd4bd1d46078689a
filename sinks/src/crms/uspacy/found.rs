//! What the plan asks the client to look up, and what it is told: the two sides of a look-up, and nothing else.

use serde::{Deserialize, Serialize};

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "find", rename_all = "snake_case")]
pub enum Query {
    /// The users who can be given records: their ids.
    Users,
    /// A lead by its id: [`Lead`], or null where there is none any more.
    Lead {
        /// Its id.
        id: String,
    },
    /// Leads with a number: a list of [`Lead`].
    Leads {
        /// E.164, with its plus.
        number: String,
    },
    /// Contacts with a number: a list of [`Holder`].
    Contacts {
        /// E.164, with its plus.
        number: String,
    },
    /// Companies with a number: a list of [`Holder`].
    Companies {
        /// E.164, with its plus.
        number: String,
    },
    /// The codes of the fields that leads have, or null where the CRM does not say.
    LeadFields,
}

/// A lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The CRM's id.
    pub id: String,
    /// Its responsible user, where set.
    pub owner: Option<String>,
    /// It is being worked on.
    pub open: bool,
    /// Each phone number that it has, as the CRM holds it.
    pub phones: Vec<String>,
}

/// A contact or a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The CRM's id.
    pub id: String,
    /// Each phone number that it has, as the CRM holds it.
    pub phones: Vec<String>,
}
