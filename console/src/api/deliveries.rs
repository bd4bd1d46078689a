//! `/deliveries`: the ledger. What is pending by the ledger is shown as in progress while a worker holds it, and as parked
//! while its connection is not active.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use backbone::ledger::{Delivery, DeliveryFilter, Rank, Skip, Status, Step, StepStatus, Wanted};
use schemas::{CallId, Connection, ConnectionId, ConnectionStatus, Timestamp};
use sinks::kit::links;

use super::fault::Fault;
use super::input::{Asked, Given, limit};
use crate::state::Console;
use crate::wire::{
    DeliveriesPage, DeliveryQuery, DeliveryRow, DeliveryState, DeliveryView, MAX_LIMIT, SkipAsked, StepView,
};

/// More than a connection may have in progress at once: so many rows at most are left out of a page of pending ones.
const IN_PROGRESS_MAX: u32 = 64;

/// Of a note.
const NOTE_CHARS_MAX: usize = 300;

/// Every connection: by their status pending is told from parked, by their settings where records are seen.
pub type Connections = BTreeMap<ConnectionId, Connection>;

/// `GET /deliveries`
pub async fn list(
    State(console): State<Console>,
    Asked(query): Asked<DeliveryQuery>,
) -> Result<Json<DeliveriesPage>, Fault> {
    let limit = limit(query.limit)?;
    let connections = connections(&console).await?;
    if let Some(id) = query.connection.as_ref().filter(|id| !connections.contains_key(*id)) {
        return Err(Fault::none("connection", id, "connections list"));
    }
    let now = console.parts.clock.now();
    let (mut rows, mut more) = (Vec::new(), false);
    for filter in filters(&query, &connections, limit) {
        let found = console.backbone().ledger.list(&filter).await?;
        more |= found.len() >= usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let shown = found.iter().map(|delivery| row(delivery, &connections, now));
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
fn filters(query: &DeliveryQuery, connections: &Connections, limit: u32) -> Vec<DeliveryFilter> {
    let plain = DeliveryFilter {
        connection: query.connection.clone(),
        call: query.call.clone(),
        status: None,
        since: query.since,
        // One more than shown tells whether there are more.
        limit: limit + 1,
        ..DeliveryFilter::default()
    };
    let pending = |wanted: fn(ConnectionStatus) -> bool, limit: u32| {
        let asked = |id: &ConnectionId| query.connection.as_ref().is_none_or(|only| only == id);
        let fitting = connections.iter().filter(|(id, one)| wanted(one.status) && asked(id));
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
        Fault::not_found(detail, "see `ringfold deliveries list`")
    };
    let id: ConnectionId = connection.parse().map_err(|_| missing())?;
    let found = console.backbone().ledger.delivery(&id, &CallId(call.clone())).await?;
    let (delivery, steps) = found.ok_or_else(missing)?;
    let connections = connections(&console).await?;
    Ok(Json(view(&delivery, &steps, &connections, console.parts.clock.now())))
}

/// `POST /deliveries/{connection}/{call}`: tries it again, with the call as it now is.
pub async fn retry(
    State(console): State<Console>,
    Path((connection, call)): Path<(String, String)>,
) -> Result<Json<DeliveryView>, Fault> {
    let Json(before) = show(State(console.clone()), Path((connection.clone(), call.clone()))).await?;
    let refused =
        |why: &str, todo: &str| Err(Fault::conflict(format!("the delivery {connection}/{call} is {why}"), todo));
    let start =
        format!("start the connection first: `ringfold connections show {connection}` says why it is not active");
    match before.row.status {
        DeliveryState::Done => return refused("done already", "nothing needs to be done"),
        DeliveryState::InProgress => return refused("being tried now", "wait for what comes of it"),
        DeliveryState::Parked => return refused("parked: its connection is not active", &start),
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
        lane: now_is.lane(),
        revision: if now_is.ended() { now_is.revision } else { 0 },
        body,
        rank: Rank::Live,
    };
    console.backbone().ledger.retry(&wanted, console.parts.clock.now()).await?;
    // Without the word, workers find the work when they look.
    let _ = console.backbone().queue.announce(&wanted.kind, 1).await;
    tracing::info!(connection, call, "a delivery is tried again at a person's wish");
    show(State(console), Path((connection, call))).await
}

/// `POST /deliveries/skip`: not to be tried any more, until a person has it tried again.
pub async fn skip(
    State(console): State<Console>,
    Given(SkipAsked { connection, call, reason }): Given<SkipAsked>,
) -> Result<Json<DeliveryView>, Fault> {
    let path = || Path((connection.to_string(), call.to_string()));
    let note = match reason.trim() {
        "" => "skipped at a person's wish".to_owned(),
        reason => format!("skipped: {}", reason.chars().take(NOTE_CHARS_MAX).collect::<String>()),
    };
    let which = Skip::One(connection.clone(), call.clone());
    let skipped = console.backbone().ledger.skip(&which, &note, console.parts.clock.now(), 1).await?;
    let shown = show(State(console), path()).await?;
    if skipped == 0 && shown.row.status != DeliveryState::Skipped {
        let detail = format!("the delivery {connection}/{call} is {} now", shown.row.status.word());
        let todo =
            "one that is done cannot be skipped; one in progress, or of which a record may be there, can be later";
        return Err(Fault::conflict(detail, todo));
    }
    tracing::info!(%connection, %call, "a delivery is skipped at a person's wish");
    Ok(shown)
}

/// Every connection.
pub async fn connections(console: &Console) -> Result<Connections, Fault> {
    let accounts = console.backbone().directory.load().await?;
    Ok(accounts.connections.into_iter().map(|entry| (entry.connection.id.clone(), entry.connection)).collect())
}

/// A delivery with its steps.
pub fn view(delivery: &Delivery, steps: &[Step], connections: &Connections, now: Timestamp) -> DeliveryView {
    let connection = connections.get(&delivery.connection);
    DeliveryView {
        row: row(delivery, connections, now),
        steps: steps.iter().map(|one| step(one, connection)).collect(),
        requests: delivery.trace.lines().map(str::to_owned).collect(),
    }
}

fn row(delivery: &Delivery, connections: &Connections, now: Timestamp) -> DeliveryRow {
    let status = state(delivery, connections, now);
    DeliveryRow {
        rank: delivery.rank.word().to_owned(),
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

fn state(delivery: &Delivery, connections: &Connections, now: Timestamp) -> DeliveryState {
    match delivery.status {
        Status::Done => DeliveryState::Done,
        Status::Skipped => DeliveryState::Skipped,
        Status::Dead => DeliveryState::Dead,
        Status::Pending if delivery.leased_until.is_some_and(|until| until > now) => DeliveryState::InProgress,
        Status::Pending => match connections.get(&delivery.connection).map(|connection| connection.status) {
            Some(ConnectionStatus::Active) => DeliveryState::Pending,
            _ => DeliveryState::Parked,
        },
    }
}

fn step(step: &Step, connection: Option<&Connection>) -> StepView {
    let text = |value: Option<&serde_json::Value>| Some(value?.as_str()?.to_owned());
    let by_settings =
        || links::by_settings(&connection?.settings, &text(step.content.get("record"))?, step.crm_id.as_ref()?);
    let status = match step.status {
        StepStatus::Trying => "trying",
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
    };
    StepView {
        name: step.name.clone(),
        status: status.to_owned(),
        crm_id: step.crm_id.clone(),
        link: text(step.held.get("link")).or_else(by_settings),
        content: step.content.clone(),
        note: step.note.clone(),
        at: step.at,
    }
}
