//! Ringfold's HTTP API: health, metrics, accounts, journal and ledger. Knows the backbone's interfaces and the connectors'
//! list; holds no state of its own but what it shows.

pub mod accounts;
pub mod alerts;
mod api;
pub mod backfill;
pub mod journal;
mod metrics;
mod pbx;
mod readiness;
pub mod replay;
mod state;
pub mod wire;

pub use api::{health, router};
pub use readiness::{Readiness, Waiting};
pub use state::{Console, Health, Parts};
