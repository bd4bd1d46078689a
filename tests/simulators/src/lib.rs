//! Simulated PBXs and CRMs, strict as the real ones and breakable at will.
//!
//! They are the far side of the tests and demos: written from what the vendors' interfaces are known to do, sharing no
//! types with the product, so that a misreading on our side is refused here instead of being confirmed.

pub mod asteril;
pub mod faults;
mod listener;
pub mod pbx;
pub mod rbs;
pub mod rest;
pub mod ringostat;
mod server;
pub mod sitniks;
pub mod uis;
pub mod uspacy;
pub mod zoho;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks without giving up after a panic elsewhere: a failed assertion in one test task must not hide the others.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
