//! What the plan asks the client to look up, and what it is told: the two sides of a look-up, and nothing else.

use serde::{Deserialize, Serialize};

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "find", rename_all = "snake_case")]
pub enum Query {
    /// Counterparties and contact persons with a number that contains one of these texts: [`Holders`].
    Holders {
        /// How the end of the number may be written.
        spellings: Vec<String>,
    },
    /// Counterparties by their ids: [`Holders`] without persons.
    Companies {
        /// Their ids.
        ids: Vec<String>,
    },
    /// Who can be given records: what [`crate::kit::people::active`] reads.
    Users,
    /// The last active deal of a counterparty: [`Deals`].
    LastActiveDeal {
        /// The counterparty.
        owner: String,
    },
}

/// A counterparty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// The CRM's id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The responsible user, where set.
    pub manager: Option<String>,
    /// Each phone field that is filled, as the CRM holds it.
    pub phones: Vec<String>,
}

/// A contact person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The counterparty.
    pub owner: String,
    /// Each phone field that is filled, as the CRM holds it.
    pub phones: Vec<String>,
}

/// Who may have a number; what was removed in the CRM is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// Counterparties.
    #[serde(default)]
    pub companies: Vec<Company>,
    /// Contact persons.
    #[serde(default)]
    pub persons: Vec<Person>,
}

/// Deals, the last first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deals {
    /// The CRM's ids.
    #[serde(default)]
    pub ids: Vec<String>,
}
