//! Which parts of a process are able to work. They say so of themselves; `/readyz` tells.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which parts a process needs to be ready; of the others it only tells.
#[derive(Debug, Clone, Copy)]
enum Needs {
    AllBut(&'static str),
    Only(&'static str),
}

/// The parts of a process; clones are the same ones.
#[derive(Debug, Clone)]
pub struct Readiness {
    parts: Arc<Mutex<BTreeMap<String, Option<String>>>>,
    needs: Needs,
}

/// A part that is not able to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub part: String,
    /// In words.
    pub why: String,
    /// The process is not ready because of it.
    pub needed: bool,
}

impl Readiness {
    /// Ready when every part is, but for one that the process can do without.
    pub fn all_but(part: &'static str) -> Self {
        Self { parts: Arc::default(), needs: Needs::AllBut(part) }
    }

    /// Ready when this part is, whatever the others do.
    pub fn only(part: &'static str) -> Self {
        Self { parts: Arc::default(), needs: Needs::Only(part) }
    }

    /// A part that has not said yet that it is able to work.
    pub fn expect(&self, part: &str) {
        self.parts().entry(part.to_owned()).or_insert_with(|| Some("is starting".to_owned()));
    }

    /// The part is able to work.
    pub fn ready(&self, part: &str) {
        self.set(part, None);
    }

    /// The part is not able to work, and why.
    pub fn not_ready(&self, part: &str, why: impl Into<String>) {
        self.set(part, Some(why.into()));
    }

    /// Whether this part is able to work.
    pub fn is_ready(&self, part: &str) -> bool {
        self.parts().get(part).is_none_or(Option::is_none)
    }

    /// The parts that are not able to work.
    pub fn waiting(&self) -> Vec<Waiting> {
        let waiting = |(part, why): (&String, &Option<String>)| {
            let needed = match self.needs {
                Needs::AllBut(other) => part != other,
                Needs::Only(one) => part == one,
            };
            Some(Waiting { part: part.clone(), why: why.clone()?, needed })
        };
        self.parts().iter().filter_map(waiting).collect()
    }

    fn set(&self, part: &str, why: Option<String>) {
        let mut parts = self.parts();
        match parts.get_mut(part) {
            Some(said) => *said = why,
            None => drop(parts.insert(part.to_owned(), why)),
        }
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<String, Option<String>>> {
        // Whoever held the lock when it broke wrote one entry or none.
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(readiness: &Readiness) -> Vec<(String, String)> {
        let waiting = readiness.waiting().into_iter().filter(|waiting| waiting.needed);
        waiting.map(|waiting| (waiting.part, waiting.why)).collect()
    }

    #[test]
    fn a_process_is_ready_when_each_of_its_parts_is() {
        let readiness = Readiness::all_but("queue");
        readiness.expect("processor");
        assert_eq!(needed(&readiness), [("processor".to_owned(), "is starting".to_owned())]);
        readiness.ready("processor");
        readiness.expect("processor");
        assert!(readiness.waiting().is_empty() && readiness.is_ready("processor"));
        readiness.not_ready("processor", "the log is away");
        assert_eq!(needed(&readiness), [("processor".to_owned(), "the log is away".to_owned())]);
    }

    #[test]
    fn what_it_can_do_without_is_only_told() {
        let readiness = Readiness::all_but("queue");
        readiness.not_ready("queue", "refused");
        assert!(needed(&readiness).is_empty() && readiness.waiting().len() == 1);
        let ingest = Readiness::only("ingest");
        ingest.not_ready("log", "away");
        assert!(needed(&ingest).is_empty() && ingest.waiting().len() == 1);
        ingest.not_ready("ingest", "no space left");
        assert_eq!(needed(&ingest).len(), 1);
    }
}
