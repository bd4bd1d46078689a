//! The modules and their standard fields.

use jiff::Timestamp;

use super::fields::{Field, Holds};

/// A module.
#[derive(Debug)]
pub struct Module {
    /// Its name in addresses, and the table of its records.
    pub name: &'static str,
    /// What a body may have, besides `cf`.
    pub fields: &'static [Field],
    /// What its search may be asked for, besides `limit`, `from`, `sortBy`, time ranges and custom fields.
    pub search: &'static [&'static str],
}

const fn may(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: false }
}

const fn must(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, required: true }
}

const AGENT: Holds = Holds::Id("agents");
const CONTACT: Holds = Holds::Id("contacts");
const TICKET: Holds = Holds::Id("tickets");
const SHORT: Holds = Holds::Text(255);
const LONG: Holds = Holds::Text(65_535);
const CALL_STATUS: &[&str] = &["Completed", "Scheduled", "Missed", "Canceled", "In Progress"];
const TASK_STATUS: &[&str] = &["Not Started", "In Progress", "Completed", "Deferred", "Waiting On Someone Else"];
const PRIORITY: Holds = Holds::Word(&["High", "Highest", "Normal", "Medium", "Low", "Lowest"]);

/// Every module.
pub const MODULES: &[Module] = &[
    Module {
        name: "contacts",
        fields: &[
            must("lastName", Holds::Text(200)),
            may("firstName", Holds::Text(40)),
            may("email", SHORT),
            may("secondaryEmail", SHORT),
            may("phone", Holds::Text(50)),
            may("mobile", Holds::Text(50)),
            may("ownerId", AGENT),
            may("accountId", Holds::AnyId),
            may("type", Holds::Text(100)),
            may("title", Holds::Text(100)),
            may("description", LONG),
            may("street", SHORT),
            may("city", Holds::Text(100)),
            may("state", Holds::Text(100)),
            may("zip", Holds::Text(30)),
            may("country", Holds::Text(100)),
            may("twitter", SHORT),
            may("facebook", SHORT),
            may("language", Holds::Text(100)),
            may("layoutId", Holds::AnyId),
        ],
        search: &["phone", "mobile", "email", "firstName", "lastName", "fullName", "accountName", "_all", "id"],
    },
    Module {
        name: "tickets",
        fields: &[
            must("departmentId", Holds::Department),
            must("contactId", CONTACT),
            must("subject", Holds::Text(1000)),
            may("phone", Holds::Text(120)),
            may("email", SHORT),
            may("description", LONG),
            may("status", Holds::Text(120)),
            may("channel", Holds::Text(120)),
            may("priority", PRIORITY),
            may("classification", Holds::Text(120)),
            may("category", Holds::Text(300)),
            may("subCategory", Holds::Text(300)),
            may("assigneeId", AGENT),
            may("teamId", Holds::AnyId),
            may("productId", Holds::AnyId),
            may("dueDate", Holds::Time),
            may("resolution", LONG),
            may("language", Holds::Text(100)),
            may("layoutId", Holds::AnyId),
            may("isSpam", Holds::Bool),
        ],
        search: &[
            "phone",
            "email",
            "contactId",
            "assigneeId",
            "departmentId",
            "ticketNumber",
            "subject",
            "status",
            "channel",
            "_all",
            "id",
            "priority",
        ],
    },
    Module {
        name: "calls",
        fields: &[
            must("subject", Holds::Text(300)),
            must("departmentId", Holds::Department),
            must("startTime", Holds::Time),
            must("direction", Holds::Word(&["inbound", "outbound"])),
            must("status", Holds::Word(CALL_STATUS)),
            may("contactId", CONTACT),
            may("ticketId", TICKET),
            may("ownerId", AGENT),
            may("teamId", Holds::AnyId),
            may("duration", Holds::Number),
            may("recordingUrl", Holds::Text(2500)),
            may("description", LONG),
            may("priority", PRIORITY),
            may("layoutId", Holds::AnyId),
        ],
        search: &["assigneeId", "ticketNumber", "subject", "status", "departmentId", "_all", "id", "priority"],
    },
    Module {
        name: "tasks",
        fields: &[
            must("departmentId", Holds::Department),
            must("subject", Holds::Text(300)),
            may("contactId", CONTACT),
            may("ticketId", TICKET),
            may("ownerId", AGENT),
            may("teamId", Holds::AnyId),
            may("dueDate", Holds::Time),
            may("status", Holds::Word(TASK_STATUS)),
            may("priority", PRIORITY),
            may("category", Holds::Text(120)),
            may("description", LONG),
            may("layoutId", Holds::AnyId),
        ],
        search: &["assigneeId", "ticketNumber", "subject", "status", "departmentId", "_all", "id", "priority"],
    },
];

/// Of which type a status is.
pub fn status_type(status: &str) -> &'static str {
    match status {
        "Closed" | "Completed" | "Missed" | "Canceled" => "Closed",
        "On Hold" => "On Hold",
        _ => "Open",
    }
}

/// This instant as Zoho writes it.
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
