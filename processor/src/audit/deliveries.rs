//! Finished calls against the ledger: by calls, not revisions.

use std::collections::BTreeSet;

use backbone::ledger::{Delivery, Status};
use schemas::{Call, CallId, Connection, ConnectionId, ConnectionStatus};

/// How a finished call stands in a connection that is to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The CRM holds it.
    Done,
    /// To be tried.
    Pending,
    /// Kept, because the connection is not active.
    Parked,
    /// Not to be tried, so decided.
    Skipped,
    /// Given up.
    Dead,
    /// The ledger knows an older revision of the call, which would be corrected if it knew the newest.
    Behind,
    /// The ledger has no delivery of it.
    Missing,
}

/// A connection that is to have a call, and how the call stands there.
pub type Found<'a> = (&'a ConnectionId, Stand);

/// How a finished call stands in each connection that wants it, and in each that was told to get it, as by a replay.
pub fn stand<'a>(call: &Call, connections: &'a [Connection], deliveries: &'a [Delivery]) -> Vec<Found<'a>> {
    let of = |id: &ConnectionId| deliveries.iter().find(|delivery| delivery.connection == *id);
    let active =
        |id: &ConnectionId| connections.iter().any(|one| one.id == *id && one.status == ConnectionStatus::Active);
    let missing = connections.iter().filter(|one| one.wants(call) && of(&one.id).is_none());
    let missing = missing.map(|one| (&one.id, Stand::Missing));
    let there = deliveries.iter().filter(|delivery| delivery.call == call.id).map(|delivery| {
        let stand = match delivery.status {
            Status::Done | Status::Pending if delivery.wanted < call.revision => Stand::Behind,
            Status::Done => Stand::Done,
            Status::Pending if active(&delivery.connection) => Stand::Pending,
            Status::Pending => Stand::Parked,
            Status::Skipped => Stand::Skipped,
            Status::Dead => Stand::Dead,
        };
        (&delivery.connection, stand)
    });
    missing.chain(there).collect()
}

/// The deliveries of calls that are not among those known.
pub fn strangers<'a>(deliveries: &'a [Delivery], known: &BTreeSet<CallId>) -> Vec<&'a Delivery> {
    deliveries.iter().filter(|delivery| !known.contains(&delivery.call)).collect()
}

/// The books of one connection and hour of the calls' start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Finished calls that it is to have.
    pub calls: u64,
    /// Those that the CRM holds.
    pub done: u64,
    /// Those to be tried.
    pub pending: u64,
    /// Those kept, because the connection is not active.
    pub parked: u64,
    /// Those not to be tried.
    pub skipped: u64,
    /// Those given up.
    pub dead: u64,
    /// Those that the ledger may not have been told of yet.
    pub on_the_way: u64,
}

impl Deliveries {
    /// Counts a call in its column; one that the ledger does not know, unless it may be under way, only as a call.
    pub fn add(&mut self, stand: Stand, under_way: bool) {
        self.calls += 1;
        match stand {
            Stand::Done => self.done += 1,
            Stand::Pending => self.pending += 1,
            Stand::Parked => self.parked += 1,
            Stand::Skipped => self.skipped += 1,
            Stand::Dead => self.dead += 1,
            Stand::Behind | Stand::Missing if under_way => self.on_the_way += 1,
            Stand::Behind | Stand::Missing => {}
        }
    }

    /// Every call is in one column.
    pub fn balance(&self) -> bool {
        let Self { calls, done, pending, parked, skipped, dead, on_the_way } = *self;
        calls == done + pending + parked + skipped + dead + on_the_way
    }
}
