//! The fold: by scenario, and by property over whole sessions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod batches;
mod given;
mod properties;
mod scenarios;
