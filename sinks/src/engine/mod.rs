//! The delivery engine: takes finished calls into the ledger, and from the ledger into CRMs. Knows no CRM: what is to be
//! made is the connector's plan, when and how often it is tried is decided here.

mod breaker;
mod connections;
mod deliver;
mod early;
mod hear;
mod intake;
mod judge;
pub mod metrics;
mod notices;
mod open;
pub mod outage;
mod pace;
mod peers;
mod places;
mod proof;
mod queue;
mod request;
pub mod retry;
mod role;
mod settling;
mod steps;

pub use metrics::SinkMetrics;
pub use role::Sink;
