//! The store's ledger, there or not yet.

use std::time::Duration;

use backbone::Fut;
use backbone::ledger::{
    Claim, Delivery, DeliveryFilter, Ending, Entry, Ledger, Limits, Skip, Standing, Status, Step, Tally, Waiting,
    Wanted,
};
use schemas::{CallId, ConnectionId, Timestamp};

use super::LaterStore;

impl Ledger for LaterStore {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        Box::pin(async move { self.0.get()?.ledger.want(wanted, now).await })
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration, max: u32) -> Fut<'a, Vec<Claim>> {
        Box::pin(async move { self.0.get()?.ledger.claim(limits, now, lease, max).await })
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.extend(claim, until).await })
    }

    fn write<'a>(&'a self, claim: &'a Claim, entries: &'a [Entry]) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.write(claim, entries).await })
    }

    fn release<'a>(&'a self, claim: &'a Claim, ending: Ending, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.release(claim, ending, now).await })
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.ledger.retry(wanted, now).await })
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        Box::pin(async move { self.0.get()?.ledger.next_due(limits).await })
    }

    fn end_leases(&self) -> Fut<'_, ()> {
        Box::pin(async move { self.0.get()?.ledger.end_leases().await })
    }

    fn delivery<'a>(
        &'a self,
        connection: &'a ConnectionId,
        call: &'a CallId,
    ) -> Fut<'a, Option<(Delivery, Vec<Step>)>> {
        Box::pin(async move { self.0.get()?.ledger.delivery(connection, call).await })
    }

    fn list<'a>(&'a self, filter: &'a DeliveryFilter) -> Fut<'a, Vec<Delivery>> {
        Box::pin(async move { self.0.get()?.ledger.list(filter).await })
    }

    fn reopen<'a>(
        &'a self,
        wanted: &'a [(Wanted, Timestamp)],
        replay: &'a str,
        waiting: Waiting,
        now: Timestamp,
    ) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.reopen(wanted, replay, waiting, now).await })
    }

    fn hold<'a>(&'a self, replay: &'a str, held: bool) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.hold(replay, held).await })
    }

    fn skip<'a>(&'a self, which: &'a Skip, note: &'a str, now: Timestamp, max: u32) -> Fut<'a, u64> {
        Box::pin(async move { self.0.get()?.ledger.skip(which, note, now, max).await })
    }

    fn standing<'a>(&'a self, connection: &'a ConnectionId, calls: &'a [CallId]) -> Fut<'a, Vec<Option<Standing>>> {
        Box::pin(async move { self.0.get()?.ledger.standing(connection, calls).await })
    }

    fn waits<'a>(&'a self, replay: &'a str) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.ledger.waits(replay).await })
    }

    fn progress<'a>(&'a self, replay: &'a str) -> Fut<'a, Vec<(Status, u64)>> {
        Box::pin(async move { self.0.get()?.ledger.progress(replay).await })
    }

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        Box::pin(async move { self.0.get()?.ledger.tally().await })
    }
}
