//! Early steps: records of calls that go on, for connectors that ask for them. They stand in the call's delivery and run in its
//! lane like all steps; they are dropped when late, and what becomes of them counts nothing against the call: its end opens
//! the delivery again.

use std::time::Duration;

use backbone::ledger::{Rank, Wanted};
use schemas::time::later;
use schemas::{Call, Timestamp};

use super::open::Open;

/// A record of a call that goes on is of no use later than this after the last word of it.
const DEADLINE: Duration = Duration::from_mins(1);

/// Whether it is too late for an early step: the end of the call will say what there is to make.
pub fn is_late(call: &Call, now: Timestamp) -> bool {
    later(call.last_heard_at, DEADLINE) < now
}

/// The delivery of a call that goes on, where the connection makes something of such. Parked connections get none.
pub fn of(open: &Open, call: &Call, body: &[u8], now: Timestamp) -> Option<Wanted> {
    let early = open.session.early() && open.active() && !call.ended() && !is_late(call, now);
    (early && open.connection.wants(call)).then(|| Wanted::of(&open.connection, call, body, Rank::Live))
}
