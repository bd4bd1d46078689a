//! The delivery engine: takes finished calls into the ledger, and from the ledger into CRMs. Knows no CRM: what is to be
//! made is the connector's plan, when and how often it is tried is decided here.

mod connections;
mod deliver;
mod intake;
mod judge;
pub mod metrics;
mod notices;
mod pace;
mod places;
mod queue;
mod request;
pub mod retry;
mod role;
mod steps;

pub use intake::lane;
pub use metrics::SinkMetrics;
pub use role::Sink;
