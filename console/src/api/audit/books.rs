//! The books while they are kept: columns by source or connection and hour, and what is amiss by name.

use std::collections::BTreeMap;
use std::ops::Range;

use backbone::ledger::Delivery;
use processor::audit::{Column, Deliveries, Receipts, Stand, Told, hour};
use schemas::{Call, CallKey, ConnectionId, Heard, SourceId, Timestamp};

use super::read::Other;
use crate::wire::{Amiss, AmissKind, Audit, DeliveryBooks, ReceiptBooks};

/// What is amiss, in one answer.
const NAMED_MAX: usize = 1000;

/// The books of a window.
pub struct Books {
    window: Range<Timestamp>,
    receipts: BTreeMap<(SourceId, Timestamp), Receipts>,
    deliveries: BTreeMap<(ConnectionId, Timestamp), Deliveries>,
    amiss: Vec<Amiss>,
    more: u64,
}

impl Books {
    /// Empty ones.
    pub fn new(window: Range<Timestamp>) -> Self {
        let (receipts, deliveries) = (BTreeMap::new(), BTreeMap::new());
        Self { window, receipts, deliveries, amiss: Vec::new(), more: 0 }
    }

    /// Counts what is of no call.
    pub fn other(&mut self, other: &Other) {
        let books = self.receipts.entry((other.source.clone(), hour(other.at))).or_default();
        books.received += 1;
        *(if other.rejected { &mut books.rejected } else { &mut books.ignored }) += 1;
    }

    /// Counts a receipt.
    pub fn receipt(&mut self, key: &CallKey, told: &Told, column: Column, under_way: bool) {
        self.receipts.entry((key.source.clone(), hour(told.at))).or_default().add(told, column, under_way);
        if column == Column::Missing && !under_way {
            let (what, call) = (AmissKind::EventInNoCall, key.to_string());
            let (receipt, event) = (Some(told.receipt), Some(told.event));
            self.name(Amiss { what, call, receipt, event, connection: None, at: told.at });
        }
    }

    /// Counts an event of a call that the log does not have.
    pub fn unsaid(&mut self, call: &Call, event: &Heard) {
        self.receipts.entry((call.source.clone(), hour(event.at))).or_default().unsaid += 1;
        let (what, event, at) = (AmissKind::EventNotInLog, Some(event.id), event.at);
        self.name(Amiss { what, call: call.id.to_string(), receipt: None, event, connection: None, at });
    }

    /// Counts a call of a connection.
    pub fn delivery(&mut self, call: &Call, connection: &ConnectionId, stand: Stand, under_way: bool) {
        let at = call.started_at;
        self.deliveries.entry((connection.clone(), hour(at))).or_default().add(stand, under_way);
        let what = match stand {
            Stand::Missing if !under_way => AmissKind::NoDelivery,
            Stand::Behind if !under_way => AmissKind::DeliveryBehind,
            _ => return,
        };
        let (call, connection) = (call.id.to_string(), Some(connection.clone()));
        self.name(Amiss { what, call, receipt: None, event: None, connection, at });
    }

    /// A delivery of a call that the journal does not have.
    pub fn stranger(&mut self, delivery: &Delivery) {
        let (what, call) = (AmissKind::DeliveryWithoutCall, delivery.call.to_string());
        let connection = Some(delivery.connection.clone());
        self.name(Amiss { what, call, receipt: None, event: None, connection, at: delivery.created_at });
    }

    fn name(&mut self, amiss: Amiss) {
        if self.amiss.len() < NAMED_MAX { self.amiss.push(amiss) } else { self.more += 1 }
    }

    /// What they say.
    pub fn close(self) -> Audit {
        let Self { window, receipts, deliveries, amiss, more } = self;
        let sums = receipts.values().all(Receipts::balance) && deliveries.values().all(Deliveries::balance);
        Audit {
            since: window.start,
            until: window.end,
            next: None,
            balanced: sums && amiss.is_empty(),
            // An hour in which only Ringfold itself spoke has none.
            receipts: receipts.into_iter().filter(|(_, books)| *books != Receipts::default()).map(received).collect(),
            deliveries: deliveries.into_iter().map(delivered).collect(),
            amiss,
            more,
        }
    }
}

fn received(((source, hour), books): ((SourceId, Timestamp), Receipts)) -> ReceiptBooks {
    let Receipts { received, folded, repeated, ignored, rejected, on_the_way, unsaid } = books;
    ReceiptBooks { source, hour, received, folded, repeated, ignored, rejected, on_the_way, unsaid }
}

fn delivered(((connection, hour), books): ((ConnectionId, Timestamp), Deliveries)) -> DeliveryBooks {
    let Deliveries { calls, done, pending, parked, skipped, dead, on_the_way } = books;
    DeliveryBooks { connection, hour, calls, done, pending, parked, skipped, dead, on_the_way }
}
