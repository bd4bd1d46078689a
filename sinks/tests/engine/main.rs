//! The engine on a backbone that is not as it should be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod accounts;
mod breaker;
mod crm;
mod early;
mod many;
mod no_queue;
mod pause;
mod shared;
mod site;
mod slow_ledger;
