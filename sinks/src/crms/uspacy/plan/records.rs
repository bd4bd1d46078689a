//! The records themselves, field by field, in the CRM's own names.

pub mod activity;
pub mod call;
pub mod lead;

/// The kinds of record, as [`Put::record`](crate::connector::Put::record) names them.
pub mod kind {
    /// A lead.
    pub const LEAD: &str = "lead";
    /// A call.
    pub const CALL: &str = "call";
    /// An activity ("Справа").
    pub const ACTIVITY: &str = "activity";
    /// Those that people see.
    pub const SEEN: &[&str] = &[LEAD, CALL, ACTIVITY];
}
