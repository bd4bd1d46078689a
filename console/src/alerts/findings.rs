//! What is wrong by the facts. Pure. No text holds a secret or a phone number.

use std::time::Duration;

use schemas::time::later;
use schemas::{AccountId, ConnectionStatus, Timestamp};

use super::facts::Facts;
use super::state::Book;
use crate::wire::AlertKind;

/// A delivery that could be tried and waits longer than this is late.
const LATE: Duration = Duration::from_mins(15);
/// What others said in a text of ours, characters.
const SAID_CHARS: usize = 300;
/// The subject of what is about the process itself.
const SPOOL: &str = "spool";

/// Something that is so now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: AlertKind,
    /// With what.
    pub subject: String,
    /// Whose.
    pub account: Option<AccountId>,
    /// Since when.
    pub since: Timestamp,
    /// In words.
    pub text: String,
    /// Of what is counted: how many there are now.
    pub count: u64,
}

/// Everything that is wrong now; `book` says how many dead deliveries were told of already.
pub fn findings(facts: &Facts, book: &Book, now: Timestamp) -> Vec<Finding> {
    let mut found = Vec::new();
    for connection in &facts.connections {
        let (id, account) = (connection.id.to_string(), Some(connection.account.clone()));
        let mut add = |kind, since, text, count| {
            found.push(Finding { kind, subject: id.clone(), account: account.clone(), since, text, count });
        };
        if connection.status == ConnectionStatus::Broken {
            let text = format!("connection {id} is broken, its deliveries wait: {}", said(&connection.reason));
            add(AlertKind::ConnectionBroken, now, text, 0);
        }
        if connection.status == ConnectionStatus::Active
            && let Some(outage) = facts.outages.get(&id)
        {
            let text =
                format!("the CRM of connection {id} does not answer, its deliveries wait: {}", said(&outage.said));
            add(AlertKind::CrmUnavailable, outage.since, text, 0);
        }
        if let Some(due) = facts.due.get(&connection.id)
            && later(*due, LATE) < now
        {
            let text = format!("a delivery of connection {id} could have been tried {LATE_WORDS} ago, and waits");
            add(AlertKind::DeliveriesLate, *due, text, 0);
        }
        let dead = facts.dead.get(&connection.id).copied().unwrap_or(0);
        let told = book.count(AlertKind::DeliveriesDead, &id);
        if dead > told {
            let text = format!(
                "{dead} deliveries of connection {id} are dead, {} of them new: what they were to make is not in the CRM",
                dead - told
            );
            add(AlertKind::DeliveriesDead, now, text, dead);
        }
    }
    for source in &facts.sources {
        let (id, account) = (source.id.to_string(), Some(source.account.clone()));
        let mut add = |kind, since, text| {
            found.push(Finding { kind, subject: id.clone(), account: account.clone(), since, text, count: 0 });
        };
        if let Some(since) = facts.silent.get(&source.id) {
            let text = format!("source {id} has said nothing since {since}; at this hour of the week it always did");
            add(AlertKind::SourceSilent, *since, text);
        }
        if let Some(unread) = facts.unread.get(&source.id) {
            let text = format!(
                "{} bodies of source {id} could not be read in 10 minutes, the last because: {}",
                unread.count,
                said(&unread.reason)
            );
            add(AlertKind::BodiesRejected, unread.since, text);
        }
    }
    if let Some(since) = facts.spooled {
        let text = "events wait on the disk, because the log does not take them".to_owned();
        found.push(Finding {
            kind: AlertKind::SpoolInUse,
            subject: SPOOL.to_owned(),
            account: None,
            since,
            text,
            count: 0,
        });
    }
    found
}

const LATE_WORDS: &str = "more than 15 minutes";

fn said(text: &str) -> String {
    schemas::phone::without_numbers(&text.chars().take(SAID_CHARS).collect::<String>())
}
