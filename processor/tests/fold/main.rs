//! The fold: by scenario, and by property over whole sessions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod asked;
mod batches;
mod books;
mod ends;
mod given;
mod people;
mod properties;
mod scenarios;
