//! Each finished call of the window against its deliveries, and back.

use std::collections::BTreeSet;

use backbone::ledger::{Delivery, DeliveryFilter};
use backbone::store::CallFilter;
use futures_util::future::try_join_all;
use processor::audit::{self, Stand, UnderWay, stand};
use schemas::{Call, CallId, CallKey, ConnectionId, SourceId, Timestamp};

use super::Scope;
use super::books::Books;
use super::read::Received;
use super::receipts::GROUPS;
use crate::api::fault::Fault;
use crate::state::Console;

/// Calls, or deliveries, read at once.
const PAGE: u32 = 200;
/// Questions under way at once.
const AT_ONCE: usize = 16;
/// Deliveries of a call.
const DELIVERIES_MAX: u32 = 1000;

/// A finished call of which a delivery is missing or behind.
pub struct Open {
    call: Call,
    /// When its last event was received.
    heard: Timestamp,
}

/// Counts the calls that fit; gives back the sessions that were not in the log, and the calls that do not fit.
pub async fn look(
    console: &Console,
    scope: &Scope,
    log: &Received,
    books: &mut Books,
) -> Result<(BTreeSet<CallKey>, Vec<Open>), Fault> {
    let (mut unseen, mut open) = (BTreeSet::new(), Vec::new());
    if scope.sources.as_ref().is_none_or(|sources| !sources.is_empty()) {
        let sources: Vec<SourceId> = scope.sources.iter().flatten().cloned().collect();
        let (since, until) = (Some(scope.window.start), Some(scope.window.end));
        let mut filter = CallFilter { sources, since, until, limit: PAGE, ..CallFilter::default() };
        loop {
            let calls = console.backbone().journal.list(&filter).await?;
            let Some(last) = calls.last() else { break };
            filter.after = Some((last.started_at, last.id.clone()));
            unseen.extend(calls.iter().map(Call::key).filter(|key| !log.sessions.contains_key(key)));
            for some in calls.chunks(AT_ONCE) {
                count(console, scope, some, books, &mut open).await?;
            }
        }
    }
    Ok((unseen, open))
}

async fn count(
    console: &Console,
    scope: &Scope,
    calls: &[Call],
    books: &mut Books,
    open: &mut Vec<Open>,
) -> Result<(), Fault> {
    let ended: Vec<&Call> = calls.iter().filter(|call| call.ended()).collect();
    let deliveries = try_join_all(ended.iter().map(|call| deliveries(console, scope, call))).await?;
    for (call, deliveries) in ended.into_iter().zip(deliveries) {
        let found = stand(call, &scope.connections, &deliveries);
        if found.iter().any(|(_, stand)| matches!(stand, Stand::Behind | Stand::Missing)) {
            let heard = call.events.iter().map(|event| event.at).max().unwrap_or(call.last_heard_at);
            // Of many such calls only what tells them is kept.
            let call = Call { events: Vec::new(), recordings: Vec::new(), legs: Vec::new(), ..call.clone() };
            open.push(Open { call, heard });
        } else {
            for (connection, stand) in found {
                books.delivery(call, connection, stand, false);
            }
        }
    }
    Ok(())
}

/// Looks again at what did not fit, and counts it as it is then.
pub async fn look_again(
    console: &Console,
    scope: &Scope,
    open: Vec<Open>,
    way: &UnderWay,
    books: &mut Books,
) -> Result<(), Fault> {
    for some in open.chunks(AT_ONCE) {
        let all = try_join_all(some.iter().map(|open| deliveries(console, scope, &open.call))).await?;
        for (Open { call, heard }, deliveries) in some.iter().zip(all) {
            for (id, stand) in stand(call, &scope.connections, &deliveries) {
                let kind = scope.connections.iter().find(|one| one.id == *id).map_or("", |one| one.kind.as_str());
                let under_way = way.may_be(*heard, call.last_heard_at, &[&format!("sink-{kind}")]);
                books.delivery(call, id, stand, under_way);
            }
        }
    }
    Ok(())
}

/// Names deliveries of calls that the journal does not have: of all that were first wanted in the window. The ledger says of which
/// connections, for one may be in the directory no more.
pub async fn strangers(console: &Console, scope: &Scope, way: &UnderWay, books: &mut Books) -> Result<(), Fault> {
    let ledger = &console.backbone().ledger;
    let known: BTreeSet<ConnectionId> = ledger.tally().await?.into_iter().map(|tally| tally.connection).collect();
    for connection in known.into_iter().filter(|id| scope.connection.as_ref().is_none_or(|only| only == id)) {
        let mut filter = DeliveryFilter {
            connection: Some(connection),
            since: Some(scope.window.start),
            until: Some(scope.window.end),
            oldest_first: true,
            limit: PAGE,
            ..DeliveryFilter::default()
        };
        loop {
            let page = ledger.list(&filter).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some((last.created_at, last.connection.clone(), last.call.clone()));
            name_strangers(console, scope, way, page, books).await?;
        }
    }
    Ok(())
}

async fn name_strangers(
    console: &Console,
    scope: &Scope,
    way: &UnderWay,
    mut page: Vec<Delivery>,
    books: &mut Books,
) -> Result<(), Fault> {
    page.retain(|delivery| {
        let at = delivery.created_at;
        !way.may_be(at, at, GROUPS) && of_scope(scope, &delivery.call)
    });
    let mut known = BTreeSet::new();
    for some in page.chunks(AT_ONCE) {
        let found = try_join_all(some.iter().map(|delivery| console.backbone().journal.call(&delivery.call))).await?;
        known.extend(found.into_iter().flatten().map(|call| call.id));
    }
    for delivery in audit::strangers(&page, &known) {
        books.stranger(delivery);
    }
    Ok(())
}

fn of_scope(scope: &Scope, call: &CallId) -> bool {
    CallKey::parse(call.as_str()).is_some_and(|key| scope.has(&key.source))
}

async fn deliveries(console: &Console, scope: &Scope, call: &Call) -> Result<Vec<Delivery>, Fault> {
    let (connection, id) = (scope.connection.clone(), call.id.clone());
    let filter = DeliveryFilter { connection, call: Some(id), limit: DELIVERIES_MAX, ..DeliveryFilter::default() };
    Ok(console.backbone().ledger.list(&filter).await?)
}
