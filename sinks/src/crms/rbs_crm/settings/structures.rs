//! What this customer's RBS CRM calls its structures, their fields and its values. Its configurator lets every customer
//! rename them, and only some are public: the defaults are those of the README's tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kit::names::{Name, Optional, names};

names! {
    /// Counterparties.
    Companies {
        /// The structure.
        structure: Name = "references.companies",
        /// What it is called.
        name: Name = "name",
        /// Where the number of a new one is written.
        phone: Name = "phone",
        /// Which fields hold a number to find one by.
        phones: Vec<Name> = &["phone", "phone_work", "phone_mobile"],
        /// The responsible user.
        manager: Name = "manager",
        /// 1: shown, 0: removed.
        visible: Optional = "visible",
    }
    /// Contact persons of counterparties.
    Persons {
        /// The structure.
        structure: Name = "references.contacts",
        /// The counterparty.
        owner: Name = "owner",
        /// Which fields hold a number to find one by.
        phones: Vec<Name> = &["phone"],
        /// 1: shown, 0: removed.
        visible: Optional = "visible",
    }
    /// The document "Contact by calls".
    Contacts {
        /// The structure.
        structure: Name = "documents.contacts",
        /// The counterparty.
        owner: Name = "owner",
        /// When the call began.
        date: Name = "date",
        /// What kind of contact it is.
        r#type: Optional = "type",
        /// The value for a call.
        call: String = "call",
        /// Which way the call went.
        direction: Optional = "direction",
        /// The value for a call of the client.
        incoming: String = "in",
        /// The value for a call to the client.
        outgoing: String = "out",
        /// The client's number.
        phone: Optional = "phone",
        /// The responsible user.
        responsible: Name = "responsible",
        /// Free text.
        description: Name = "description",
        /// Where the recording is.
        record_url: Optional = "record_url",
        /// Seconds of talk; the public samples name no such field.
        duration: Optional = "",
        /// Our id of the call, to find the document by; without such a field a mark ends the description.
        external_id: Optional = "external_id",
        /// Set to 1 on every new row.
        visible: Optional = "visible",
    }
    /// Deals.
    Deals {
        /// The structure.
        structure: Name = "documents.deals",
        /// The counterparty.
        owner: Name = "owner",
        /// Where the deal stands.
        status: Name = "status",
        /// The value of an active one.
        active: String = "1",
        /// By which the last one is told.
        date: Name = "date",
    }
    /// The history of deals.
    History {
        /// The structure.
        structure: Name = "documents.deals_history",
        /// The deal.
        owner: Name = "owner",
        /// When the call began.
        date: Name = "date",
        /// Free text.
        text: Name = "text",
        /// Where the recording is.
        record_url: Name = "record_url",
    }
    /// Tasks.
    Tasks {
        /// The structure.
        structure: Name = "documents.tasks",
        /// The counterparty.
        owner: Name = "owner",
        /// When the call was over.
        date: Name = "date",
        /// Until when it is to be done.
        deadline: Optional = "deadline",
        /// The responsible user.
        responsible: Name = "responsible",
        /// The title.
        name: Name = "name",
        /// Free text.
        description: Name = "description",
        /// Whether it is done.
        status: Name = "status",
        /// The value of one to do.
        open: String = "1",
        /// The value of one that is done.
        done: String = "2",
        /// Set to 1 on every new row.
        visible: Optional = "visible",
    }
    /// Notices shown to a user at once.
    Notifications {
        /// The structure.
        structure: Name = "services.notifications",
        /// The user.
        user: Name = "user",
        /// Free text.
        text: Name = "text",
        /// When.
        date: Name = "date",
    }
    /// Users of the CRM.
    Users {
        /// The structure.
        structure: Name = "references.users",
        /// What they are called.
        name: Name = "name",
        /// 1: works there, 0: no longer; the public samples name no such field.
        visible: Optional = "",
    }
    /// The words of a list request.
    Operations {
        /// A field has a value.
        equals: String = "=",
        /// A field contains a text.
        like: String = "like",
        /// How that text is written, `{}` standing for it: `%{}%` where the CRM wants wildcards.
        pattern: String = "{}",
        /// The last first.
        descending: String = "desc",
    }
}

/// Every structure that Ringfold reads or writes, and the words it is asked with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Structures {
    /// Counterparties.
    pub companies: Companies,
    /// Contact persons.
    pub persons: Persons,
    /// Documents "Contact by calls".
    pub contacts: Contacts,
    /// Deals.
    pub deals: Deals,
    /// Their history.
    pub history: History,
    /// Tasks.
    pub tasks: Tasks,
    /// Notices.
    pub notifications: Notifications,
    /// Users.
    pub users: Users,
    /// The words of a list request.
    pub operations: Operations,
}
