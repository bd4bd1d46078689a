//! What the plan asks the client to look up, and what it is told: the two sides of a look-up, and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "find", rename_all = "snake_case")]
pub enum Query {
    /// The agents who can be given records: see `kit::people`.
    Users,
    /// The fields of the modules: [`Fields`].
    Fields,
    /// Contacts with one of these texts as phone or mobile: a list of [`Contact`].
    Contacts {
        /// How the number may be written.
        spellings: Vec<String>,
    },
    /// A contact by its id: [`Contact`], or null where there is none any more.
    Contact {
        /// Its id.
        id: String,
    },
    /// The open tickets of a contact: a list of [`Ticket`].
    Tickets {
        /// The contact.
        contact: String,
    },
    /// A ticket by its id: [`Ticket`], or null where there is none any more.
    Ticket {
        /// Its id.
        id: String,
    },
}

/// The values of custom fields that are not blank, by API name.
pub type Values = BTreeMap<String, String>;

/// A contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The CRM's id.
    pub id: String,
    /// Phone and mobile, as the CRM holds them.
    pub phones: Vec<String>,
    /// Its custom fields; only of one asked for by its id.
    #[serde(default)]
    pub cf: Values,
}

/// A ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The CRM's id.
    pub id: String,
    /// Whose it is.
    pub contact: String,
    /// In which department.
    pub department: String,
    /// Its status is one of the open ones.
    pub open: bool,
    /// When it was changed last, in the CRM's own form, which sorts as text.
    #[serde(default)]
    pub modified: String,
    /// Its custom fields; only of one asked for by its id.
    #[serde(default)]
    pub cf: Values,
}

/// A field of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What people call it.
    pub label: String,
    /// Made by the customer, not by Zoho.
    pub custom: bool,
    /// Its type, in Zoho's word: `Text` is a single line.
    pub kind: String,
    /// Characters it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
}

impl Field {
    /// Z6: only these may be chosen.
    pub fn is_single_line(&self) -> bool {
        self.custom && self.kind == "Text"
    }
}

/// The fields of a module, by API name.
pub type Module = BTreeMap<String, Field>;

/// The fields of every module that we write to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Of contacts.
    #[serde(default)]
    pub contacts: Module,
    /// Of tickets.
    #[serde(default)]
    pub tickets: Module,
    /// Of calls.
    #[serde(default)]
    pub calls: Module,
    /// Of tasks.
    #[serde(default)]
    pub tasks: Module,
}
