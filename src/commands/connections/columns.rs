//! The columns of connections.

use crate::output::{Column, Show};

pub const LIST: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("ACCOUNT", "/account", Show::Whole),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("PENDING", "/backlog/pending", Show::Number),
    Column::new("PARKED", "/backlog/parked", Show::Number),
    Column::new("DONE", "/backlog/done", Show::Number),
    Column::new("DEAD", "/backlog/dead", Show::Number),
    Column::wide("/backlog/skipped"),
    Column::new("OLDEST", "/backlog/oldest", Show::Time),
    Column::new("REASON", "/reason", Show::Text),
    Column::new("CRM AWAY SINCE", "/outage/since", Show::Time),
    Column::new("LAST ERROR", "/last_error", Show::Text),
];

pub const ONE: &[Column] = &[
    Column::new("ID", "/id", Show::Whole),
    Column::new("ACCOUNT", "/account", Show::Whole),
    Column::new("CRM", "/title", Show::Text),
    Column::new("KIND", "/kind", Show::Text),
    Column::new("STATUS", "/status", Show::Word),
    Column::new("REASON", "/reason", Show::Whole),
    Column::new("SOURCES", "/sources", Show::Whole),
    Column::new("BASE URL", "/base_url", Show::Whole),
    Column::new("TIME ZONE", "/timezone", Show::Text),
    Column::new("CREATED", "/created_at", Show::Time),
    Column::new("VERSION", "/version", Show::Number),
    Column::new("PENDING", "/backlog/pending", Show::Number),
    Column::new("PARKED", "/backlog/parked", Show::Number),
    Column::new("DONE", "/backlog/done", Show::Number),
    Column::new("SKIPPED", "/backlog/skipped", Show::Number),
    Column::new("DEAD", "/backlog/dead", Show::Number),
    Column::new("OLDEST", "/backlog/oldest", Show::Time),
    Column::new("CRM AWAY SINCE", "/outage/since", Show::Time),
    Column::new("CRM AWAY", "/outage/said", Show::Whole),
    Column::new("LAST ERROR", "/last_error", Show::Whole),
];

pub const CHECKED: &[Column] = &[
    Column::new("CONNECTED", "/connected", Show::Text),
    Column::new("SAID", "/said", Show::Whole),
    Column::wide("/account"),
    Column::wide("/todo"),
];

pub const EMPLOYEES: &[Column] = &[
    Column::new("CRM USER", "/crm_user", Show::Whole),
    Column::new("EXTENSION", "/extension", Show::Whole),
    Column::new("SIP", "/sip", Show::Whole),
    Column::new("PHONE", "/phone", Show::Whole),
    Column::new("PBX ID", "/pbx_id", Show::Whole),
    Column::new("SOURCE", "/source", Show::Whole),
];

pub const REACTIVATED: &[Column] = &[
    Column::new("ID", "/connection/id", Show::Whole),
    Column::new("STATUS", "/connection/status", Show::Word),
    Column::new("CRM SAYS", "/said", Show::Text),
    Column::new("SKIPPED", "/skipped", Show::Number),
    Column::new("REPLAY", "/replay/id", Show::Whole),
    Column::new("CALLS SINCE", "/replay/since", Show::Time),
];
