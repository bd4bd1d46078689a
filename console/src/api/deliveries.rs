//! `/deliveries`: the ledger. What is pending by the ledger is shown as in progress while a worker holds it, and as parked
//! while its connection is not active.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use backbone::ledger::{Delivery, DeliveryFilter, Status, Step, StepStatus, Wanted};
use schemas::{CallId, ConnectionId, ConnectionStatus, Timestamp};

use super::fault::Fault;
use super::input::{Asked, limit};
use crate::state::Console;
use crate::wire::{DeliveriesPage, DeliveryQuery, DeliveryRow, DeliveryState, DeliveryView, MAX_LIMIT, StepView};

/// More than a connection may have in progress at once: so many rows at most are left out of a page of pending ones.
const IN_PROGRESS_MAX: u32 = 64;

/// The status of every connection, by which pending is told from parked.
pub type Statuses = BTreeMap<ConnectionId, ConnectionStatus>;

/// `GET /deliveries`
pub async fn list(
    State(console): State<Console>,
    Asked(query): Asked<DeliveryQuery>,
) -> Result<Json<DeliveriesPage>, Fault> {
    let limit = limit(query.limit)?;
    let statuses = statuses(&console).await?;
    if let Some(id) = query.connection.as_ref().filter(|id| !statuses.contains_key(*id)) {
        return Err(Fault::not_found(format!("there is no connection {id}"), "see the list at /api/v1/connections"));
    }
    let now = console.parts.clock.now();
    let (mut rows, mut more) = (Vec::new(), false);
    for filter in filters(&query, &statuses, limit) {
        let found = console.backbone().ledger.list(&filter).await?;
        more |= found.len() >= usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let shown = found.iter().map(|delivery| row(delivery, &statuses, now));
        rows.extend(shown.filter(|row| query.status.is_none_or(|wanted| wanted == row.status)));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if query.connection.is_none() && rows.len() > limit {
        // Of several lists, each newest first, the newest.
        rows.sort_by_key(|row| std::cmp::Reverse(row.done_at.max(Some(row.since))));
    }
    more |= rows.len() > limit;
    rows.truncate(limit);
    Ok(Json(DeliveriesPage { deliveries: rows, more }))
}

/// What to ask the ledger: it knows nothing of in progress and parked, so these are asked for as pending, connection by
/// connection, and told apart afterwards.
fn filters(query: &DeliveryQuery, statuses: &Statuses, limit: u32) -> Vec<DeliveryFilter> {
    let plain = DeliveryFilter {
        connection: query.connection.clone(),
        call: query.call.clone(),
        status: None,
        since: query.since,
        // One more than shown tells whether there are more.
        limit: limit + 1,
    };
    let pending = |wanted: fn(ConnectionStatus) -> bool, limit: u32| {
        let asked = |id: &ConnectionId| query.connection.as_ref().is_none_or(|only| only == id);
        let fitting = statuses.iter().filter(|(id, status)| wanted(**status) && asked(id));
        let of = |(id, _): (&ConnectionId, _)| DeliveryFilter {
            connection: Some(id.clone()),
            status: Some(Status::Pending),
            limit,
            ..plain.clone()
        };
        fitting.map(of).collect()
    };
    let one = |status| vec![DeliveryFilter { status, ..plain.clone() }];
    match query.status {
        None => one(None),
        Some(DeliveryState::Done) => one(Some(Status::Done)),
        Some(DeliveryState::Skipped) => one(Some(Status::Skipped)),
        Some(DeliveryState::Dead) => one(Some(Status::Dead)),
        Some(DeliveryState::Pending) => {
            pending(|status| status == ConnectionStatus::Active, limit + 1 + IN_PROGRESS_MAX)
        }
        Some(DeliveryState::Parked) => {
            pending(|status| status != ConnectionStatus::Active, limit + 1 + IN_PROGRESS_MAX)
        }
        Some(DeliveryState::InProgress) => pending(|_| true, MAX_LIMIT),
    }
}

/// `GET /deliveries/{connection}/{call}`
pub async fn show(
    State(console): State<Console>,
    Path((connection, call)): Path<(String, String)>,
) -> Result<Json<DeliveryView>, Fault> {
    let missing = || {
        let detail = format!("connection {connection} has no delivery of call {call}");
        Fault::not_found(detail, "see the list at /api/v1/deliveries")
    };
    let id: ConnectionId = connection.parse().map_err(|_| missing())?;
    let found = console.backbone().ledger.delivery(&id, &CallId(call.clone())).await?;
    let (delivery, steps) = found.ok_or_else(missing)?;
    let statuses = statuses(&console).await?;
    Ok(Json(view(&delivery, &steps, &statuses, console.parts.clock.now())))
}

/// `POST /deliveries/{connection}/{call}`: tries it again, with the call as it now is.
pub async fn retry(
    State(console): State<Console>,
    Path((connection, call)): Path<(String, String)>,
) -> Result<Json<DeliveryView>, Fault> {
    let Json(before) = show(State(console.clone()), Path((connection.clone(), call.clone()))).await?;
    let refused = |why: &str, todo| Err(Fault::conflict(format!("the delivery {connection}/{call} is {why}"), todo));
    match before.row.status {
        DeliveryState::Done => return refused("done already", "nothing needs to be done"),
        DeliveryState::InProgress => return refused("being tried now", "wait for what comes of it"),
        DeliveryState::Parked => return refused("parked: its connection is not active", "resume the connection first"),
        DeliveryState::Pending | DeliveryState::Dead | DeliveryState::Skipped => {}
    }
    let Some(now_is) = console.backbone().journal.call(&before.row.call).await? else {
        return refused("of a call that the journal does not have", "look at the log of the process");
    };
    let body = serde_json::to_vec(&now_is).map_err(|why| backbone::Error::Invalid(why.to_string()))?;
    let wanted = Wanted {
        connection: before.row.connection.clone(),
        kind: before.row.kind.clone(),
        call: before.row.call.clone(),
        lane: sinks::engine::lane(&now_is),
        revision: if now_is.ended() { now_is.revision } else { 0 },
        body,
    };
    console.backbone().ledger.retry(&wanted, console.parts.clock.now()).await?;
    // Without the word, workers find the work when they look.
    let _ = console.backbone().queue.announce(&wanted.kind, 1).await;
    tracing::info!(connection, call, "a delivery is tried again at a person's wish");
    show(State(console), Path((connection, call))).await
}

/// The status of every connection.
pub async fn statuses(console: &Console) -> Result<Statuses, Fault> {
    let accounts = console.backbone().directory.load().await?;
    Ok(accounts.connections.into_iter().map(|entry| (entry.connection.id, entry.connection.status)).collect())
}

/// A delivery with its steps.
pub fn view(delivery: &Delivery, steps: &[Step], statuses: &Statuses, now: Timestamp) -> DeliveryView {
    DeliveryView { row: row(delivery, statuses, now), steps: steps.iter().map(step).collect() }
}

fn row(delivery: &Delivery, statuses: &Statuses, now: Timestamp) -> DeliveryRow {
    let status = state(delivery, statuses, now);
    DeliveryRow {
        connection: delivery.connection.clone(),
        kind: delivery.kind.clone(),
        call: delivery.call.clone(),
        status,
        wanted: delivery.wanted,
        done: delivery.done,
        attempts: delivery.attempts,
        created_at: delivery.created_at,
        since: delivery.since,
        next_try_at: (status == DeliveryState::Pending).then_some(delivery.due_at),
        done_at: delivery.done_at,
        note: delivery.note.clone(),
        uncertain: delivery.uncertain,
    }
}

fn state(delivery: &Delivery, statuses: &Statuses, now: Timestamp) -> DeliveryState {
    match delivery.status {
        Status::Done => DeliveryState::Done,
        Status::Skipped => DeliveryState::Skipped,
        Status::Dead => DeliveryState::Dead,
        Status::Pending if delivery.leased_until.is_some_and(|until| until > now) => DeliveryState::InProgress,
        Status::Pending if statuses.get(&delivery.connection) == Some(&ConnectionStatus::Active) => {
            DeliveryState::Pending
        }
        Status::Pending => DeliveryState::Parked,
    }
}

fn step(step: &Step) -> StepView {
    let status = match step.status {
        StepStatus::Trying => "trying",
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
    };
    StepView {
        name: step.name.clone(),
        status: status.to_owned(),
        crm_id: step.crm_id.clone(),
        content: step.content.clone(),
        note: step.note.clone(),
        at: step.at,
    }
}
