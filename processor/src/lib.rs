//! The processor: [`fold()`] makes calls of events and is pure; [`run`] is the exactly-once loop around it, which reads
//! `calls.raw` and writes `calls.state` and `calls.finished`. Knows no PBX and no CRM.

pub mod audit;
pub mod batch;
pub mod end;
pub mod explain;
pub mod fold;
pub mod known;
pub mod metrics;
pub mod rebuild;
pub mod run;
mod sources;

pub use fold::{Change, Set, fold};
pub use known::Known;
pub use metrics::ProcessorMetrics;
pub use run::Processor;
