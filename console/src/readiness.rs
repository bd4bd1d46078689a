//! Which parts of the process are able to work. Roles say so of themselves; `/readyz` tells.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The parts of a process; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    parts: Arc<Mutex<BTreeMap<&'static str, Option<String>>>>,
}

impl Readiness {
    /// A part that must be ready before the process is.
    pub fn expect(&self, part: &'static str) {
        self.parts().entry(part).or_insert_with(|| Some("is starting".to_owned()));
    }

    /// The part is able to work.
    pub fn ready(&self, part: &'static str) {
        self.parts().insert(part, None);
    }

    /// The part is not able to work, and why.
    pub fn not_ready(&self, part: &'static str, why: impl Into<String>) {
        self.parts().insert(part, Some(why.into()));
    }

    /// The parts that are not ready, each with why.
    pub fn waiting(&self) -> Vec<(&'static str, String)> {
        self.parts().iter().filter_map(|(part, why)| Some((*part, why.clone()?))).collect()
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<&'static str, Option<String>>> {
        // Whoever held the lock when it broke wrote one entry or none.
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ready_when_each_of_its_parts_is() {
        let readiness = Readiness::default();
        readiness.expect("ingest");
        assert_eq!(readiness.waiting(), [("ingest", "is starting".to_owned())]);
        readiness.ready("ingest");
        readiness.expect("ingest");
        assert!(readiness.waiting().is_empty());
        readiness.not_ready("processor", "the log is away");
        assert_eq!(readiness.waiting(), [("processor", "the log is away".to_owned())]);
    }
}
