//! The CRMs, one folder each.

pub mod rbs_crm;
