//! What simulated PBXs say of whole calls, read and folded: it must amount to what the scenario says happened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod listed;
mod ringostat;
mod told;
mod uis;
