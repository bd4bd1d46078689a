//! The whole line, through the real binary: `ringfold up` as a child process, UIS and RBS CRM simulated in the test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod alerts;
mod audit;
mod backfill;
mod bad_input;
mod command;
mod crash;
mod demo;
mod faults_edge;
mod faults_sink;
mod harness;
mod line;
mod notices;
mod rebuild;
mod replay;
mod roles;
mod scaled;
