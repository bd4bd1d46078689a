//! Sinks: finished calls on their way into CRMs. [`engine`] delivers and knows no CRM; [`crms`] holds one folder a CRM;
//! [`kit`] is what they share; [`registry`] is the list of them.

pub mod connector;
pub mod crms;
pub mod engine;
pub mod failure;
pub mod identity;
pub mod kit;
pub mod registry;

pub use connector::{Connector, Session};
pub use engine::{Sink, SinkMetrics};
pub use failure::Failure;
