//! From what is wrong now to alerts that are raised and cleared. Pure.
//!
//! An alert is raised when it has been so for a time, and cleared when it has not been so for a time: what comes and goes is one
//! alert (F17). What was raised and cleared is kept, so that it is said once, whoever looks next; since when something has been
//! seen is only remembered, so after a restart an alert is cleared a little later.

use std::collections::{BTreeMap, HashMap};

use schemas::time::{earlier, later};
use schemas::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

use super::findings::Finding;
use super::kinds::{clear_after, raise_after, todo};
use crate::wire::{AlertKind, AlertRow, AlertState};

/// Which alert.
pub type Key = (AlertKind, String);

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What.
    pub kind: AlertKind,
    /// With what.
    pub subject: String,
    /// Whose.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Whether it is so.
    pub state: AlertState,
    /// Since when it was.
    pub since: Timestamp,
    /// When it was raised or cleared.
    pub changed_at: Timestamp,
    /// In words.
    pub text: String,
    /// Of what is counted: how many were told of.
    #[serde(default)]
    pub count: u64,
    /// What is still to be told.
    #[serde(default)]
    pub untold: Option<Untold>,
}

/// A message that its receiver has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Its id.
    pub id: String,
    /// Times that it was sent.
    pub tries: u32,
    /// When it is sent next.
    pub due: Timestamp,
}

impl Kept {
    /// As it is shown.
    pub fn row(&self) -> AlertRow {
        AlertRow {
            kind: self.kind,
            subject: self.subject.clone(),
            account: self.account.clone(),
            state: self.state,
            since: self.since,
            changed_at: self.changed_at,
            text: self.text.clone(),
            todo: todo(self.kind, &self.subject),
        }
    }

    /// Whether it is so.
    pub fn is_raised(&self) -> bool {
        self.state == AlertState::Raised
    }
}

/// The alerts that are kept, each with its version.
#[derive(Debug, Clone, Default)]
pub struct Book(pub BTreeMap<Key, (Kept, i64)>);

impl Book {
    /// How many were told of.
    pub fn count(&self, kind: AlertKind, subject: &str) -> u64 {
        self.0.get(&(kind, subject.to_owned())).map_or(0, |(kept, _)| kept.count)
    }
}

/// What is to be written of one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As it is from now on.
    pub kept: Kept,
    /// It was raised or cleared: to be told.
    pub tell: bool,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    first: Timestamp,
    last: Timestamp,
}

/// Remembers when what was seen.
#[derive(Debug, Default)]
pub struct Watcher {
    seen: HashMap<Key, Seen>,
}

impl Watcher {
    /// What changes by what is wrong now.
    pub fn changes(&mut self, book: &Book, found: &[Finding], now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        for finding in found {
            let key = (finding.kind, finding.subject.clone());
            let seen = self.seen.entry(key.clone()).or_insert(Seen { first: finding.since, last: now });
            seen.first = seen.first.min(finding.since);
            seen.last = now;
            let kept = book.0.get(&key).map(|(kept, _)| kept);
            if kept.is_some_and(Kept::is_raised) {
                let more = kept.filter(|kept| finding.count > kept.count);
                changes.extend(more.map(|kept| Change { kept: grown(kept, finding), tell: false }));
            } else if now >= later(seen.first, raise_after(finding.kind)) {
                changes.push(Change { kept: raised(finding, seen.first, now), tell: true });
            }
        }
        for (key, (kept, _)) in book.0.iter().filter(|(_, (kept, _))| kept.is_raised()) {
            let seen = self.seen.entry(key.clone()).or_insert(Seen { first: kept.since, last: now });
            if seen.last <= earlier(now, clear_after(kept.kind)) {
                changes.push(Change { kept: cleared(kept, now), tell: true });
            }
        }
        self.seen.retain(|(kind, _), seen| seen.last > earlier(now, clear_after(*kind)));
        changes
    }

    /// Somebody else has the turn, and sees for us.
    pub fn forget(&mut self) {
        self.seen.clear();
    }
}

fn raised(finding: &Finding, since: Timestamp, now: Timestamp) -> Kept {
    Kept {
        kind: finding.kind,
        subject: finding.subject.clone(),
        account: finding.account.clone(),
        state: AlertState::Raised,
        since,
        changed_at: now,
        text: finding.text.clone(),
        count: finding.count,
        untold: None,
    }
}

/// There are more of what is counted: it is the same alert, and says how many there are now.
fn grown(kept: &Kept, finding: &Finding) -> Kept {
    let Finding { account, text, count, .. } = finding.clone();
    Kept { account, text, count, ..kept.clone() }
}

fn cleared(kept: &Kept, now: Timestamp) -> Kept {
    Kept { state: AlertState::Cleared, changed_at: now, untold: None, ..kept.clone() }
}
