//! The CRMs, one folder each.

pub mod asteril;
pub mod rbs_crm;
pub mod sitniks;
pub mod uspacy;
pub mod zoho_desk;
