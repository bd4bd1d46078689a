//! The store's ledger, there or not yet.

use std::time::Duration;

use backbone::Fut;
use backbone::ledger::{Claim, Delivery, DeliveryFilter, Ledger, Limits, Release, Step, Tally, Wanted};
use schemas::{CallId, ConnectionId, Timestamp};

use super::LaterStore;

impl Ledger for LaterStore {
    fn want<'a>(&'a self, wanted: &'a [Wanted], now: Timestamp) -> Fut<'a, u32> {
        Box::pin(async move { self.0.get()?.ledger.want(wanted, now).await })
    }

    fn claim<'a>(&'a self, limits: &'a Limits, now: Timestamp, lease: Duration) -> Fut<'a, Option<Claim>> {
        Box::pin(async move { self.0.get()?.ledger.claim(limits, now, lease).await })
    }

    fn extend<'a>(&'a self, claim: &'a Claim, until: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.extend(claim, until).await })
    }

    fn write_step<'a>(&'a self, claim: &'a Claim, step: &'a Step) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.write_step(claim, step).await })
    }

    fn release<'a>(&'a self, claim: &'a Claim, release: Release, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.release(claim, release, now).await })
    }

    fn retry<'a>(&'a self, wanted: &'a Wanted, now: Timestamp) -> Fut<'a, bool> {
        Box::pin(async move { self.0.get()?.ledger.retry(wanted, now).await })
    }

    fn next_due<'a>(&'a self, limits: &'a Limits) -> Fut<'a, Option<Timestamp>> {
        Box::pin(async move { self.0.get()?.ledger.next_due(limits).await })
    }

    fn begin_again(&self, now: Timestamp) -> Fut<'_, ()> {
        Box::pin(async move { self.0.get()?.ledger.begin_again(now).await })
    }

    fn remembered<'a>(&'a self, connection: &'a ConnectionId, lane: &'a str) -> Fut<'a, Vec<(String, String)>> {
        Box::pin(async move { self.0.get()?.ledger.remembered(connection, lane).await })
    }

    fn remember<'a>(&'a self, claim: &'a Claim, what: &'a str, crm_id: &'a str) -> Fut<'a, ()> {
        Box::pin(async move { self.0.get()?.ledger.remember(claim, what, crm_id).await })
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

    fn tally(&self) -> Fut<'_, Vec<Tally>> {
        Box::pin(async move { self.0.get()?.ledger.tally().await })
    }
}
