//! The loop around the fold on the embedded backbone: exactly once through every crash, rebuilt from the log, ended by time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod behind;
mod bench;
mod crashes;
mod rebuilt;
mod remembered;
mod time;
