//! The spool before a log that is away, hangs, fails or panics, on disks that are full, torn, rotten or broken.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod away;
mod bench;
mod disks;
mod fakes;
mod order;
mod process;
mod torn;
