//! `/connections`: how CRM accounts fare, and whether they take what we send.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use backbone::ledger::{DeliveryFilter, Status, Tally};
use backbone::store::{ConnectionEntry, Credentials};
use schemas::{Connection, ConnectionStatus};
use sinks::engine::outage::{self, outages};

use super::checks::ask_crm;
use super::fault::Fault;
use super::input::Given;
use crate::state::Console;
use crate::wire::{Backlog, ConnectionList, ConnectionRow, ConnectionView, CredentialView, Outage, Pause};

/// How far back the last error is looked for.
const LAST: u32 = 20;
const REASON_CHARS_MAX: usize = 500;

/// `GET /connections`
pub async fn list(State(console): State<Console>) -> Result<Json<ConnectionList>, Fault> {
    let accounts = console.backbone().directory.load().await?;
    let facts = Facts::of(&console).await?;
    let mut connections = Vec::with_capacity(accounts.connections.len());
    for entry in &accounts.connections {
        connections.push(row(&console, &entry.connection, &facts).await?);
    }
    connections.sort_by(|a, b| (&a.account, &a.id).cmp(&(&b.account, &b.id)));
    Ok(Json(ConnectionList { connections }))
}

/// `GET /connections/{id}`
pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<ConnectionView>, Fault> {
    let ConnectionEntry { connection, credentials } = entry(&console, &id).await?;
    let row = row(&console, &connection, &Facts::of(&console).await?).await?;
    let title =
        sinks::registry::connector(&connection.kind).map_or(row.kind.as_str(), |known| known.title()).to_owned();
    Ok(Json(ConnectionView {
        row,
        title,
        sources: connection.sources,
        base_url: connection.base_url,
        timezone: connection.timezone,
        settings: connection.settings,
        credentials: shown(&credentials),
        employees: connection.employees,
        created_at: connection.created_at,
        version: connection.version,
    }))
}

/// `POST /connections/{id}/pause`
pub async fn pause(
    State(console): State<Console>,
    Path(id): Path<String>,
    Given(Pause { reason }): Given<Pause>,
) -> Result<Json<ConnectionRow>, Fault> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Fault::invalid("no reason was given", "say why in 1 to 500 characters"));
    }
    let connection = entry(&console, &id).await?.connection;
    let status = connection.status;
    if !matches!(status, ConnectionStatus::Active | ConnectionStatus::Paused) {
        let detail = format!("connection {id} is {}: nothing is sent to it already", status.word());
        return Err(Fault::conflict(detail, "nothing needs to be done to hold its deliveries"));
    }
    Ok(Json(set(&console, &connection, ConnectionStatus::Paused, reason).await?))
}

/// `POST /connections/{id}/resume`: ends a pause. A broken one is asked first, so that nothing is let go into a refusal.
pub async fn resume(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<ConnectionRow>, Fault> {
    let entry = entry(&console, &id).await?;
    let connection = &entry.connection;
    match connection.status {
        ConnectionStatus::Active | ConnectionStatus::Paused => {}
        ConnectionStatus::Broken => {
            let checked = ask_crm(&console, &entry).await;
            if !checked.connected {
                return Err(Fault::conflict(
                    format!("connection {id} is still broken: {}", checked.said),
                    checked.todo,
                ));
            }
        }
        ConnectionStatus::Off => {
            let todo = "set status = \"active\" in the accounts file and apply it";
            return Err(Fault::conflict(format!("connection {id} is off"), todo));
        }
    }
    let resumed = set(&console, connection, ConnectionStatus::Active, "").await?;
    // Without the word, workers find the work when they look.
    let _ = console.backbone().queue.announce(&connection.kind, 1).await;
    Ok(Json(resumed))
}

/// Sets its status, if nobody else has set it meanwhile.
pub async fn set(
    console: &Console,
    connection: &Connection,
    to: ConnectionStatus,
    reason: &str,
) -> Result<ConnectionRow, Fault> {
    let (id, from) = (&connection.id, connection.status);
    // An accounts file that is being applied would write the status over.
    let _alone = console.applying.lock().await;
    if !console.backbone().directory.set_status(id, Some(from), to, reason, console.parts.clock.now()).await? {
        let detail = format!("connection {id} is no longer {}: somebody else changed it", from.word());
        return Err(Fault::conflict(detail, "look at it again and decide anew"));
    }
    tracing::info!(connection = %id, from = from.word(), to = to.word(), "status of a connection changed by a person");
    current_row(console, id.as_str()).await
}

/// A connection as it is now.
pub async fn current_row(console: &Console, id: &str) -> Result<ConnectionRow, Fault> {
    let connection = entry(console, id).await?.connection;
    row(console, &connection, &Facts::of(console).await?).await
}

/// One connection.
pub async fn entry(console: &Console, id: &str) -> Result<ConnectionEntry, Fault> {
    let accounts = console.backbone().directory.load().await?;
    let found = accounts.connections.into_iter().find(|entry| entry.connection.id.as_str() == id);
    found.ok_or_else(|| Fault::none("connection", &id, "connections list"))
}

/// Which credentials are set.
pub fn shown(credentials: &Credentials) -> Vec<CredentialView> {
    credentials.iter().map(|(name, it)| CredentialView { name: name.clone(), from: it.from.clone() }).collect()
}

/// What is said of every connection at once: read once, for however many rows.
struct Facts {
    tally: Vec<Tally>,
    outages: BTreeMap<String, outage::Outage>,
}

impl Facts {
    async fn of(console: &Console) -> Result<Self, Fault> {
        let backbone = console.backbone();
        Ok(Self { tally: backbone.ledger.tally().await?, outages: outages(&*backbone.memos).await? })
    }
}

async fn row(console: &Console, connection: &Connection, facts: &Facts) -> Result<ConnectionRow, Fault> {
    let backlog = backlog(connection, &facts.tally);
    let outage = facts.outages.get(connection.id.as_str());
    let outage = outage.filter(|_| connection.status == ConnectionStatus::Active);
    Ok(ConnectionRow {
        id: connection.id.clone(),
        account: connection.account.clone(),
        kind: connection.kind.clone(),
        status: connection.status,
        reason: connection.reason.clone(),
        last_error: last_error(console, connection, &backlog).await?,
        backlog,
        outage: outage.map(|outage| Outage { since: outage.since, said: outage.said.clone() }),
    })
}

fn backlog(connection: &Connection, tally: &[Tally]) -> Backlog {
    let mut backlog = Backlog::default();
    for one in tally.iter().filter(|one| one.connection == connection.id) {
        match one.status {
            Status::Pending => {
                backlog.oldest = one.oldest;
                let active = connection.status == ConnectionStatus::Active;
                *(if active { &mut backlog.pending } else { &mut backlog.parked }) = one.count;
            }
            Status::Done => backlog.done = one.count,
            Status::Skipped => backlog.skipped = one.count,
            Status::Dead => backlog.dead = one.count,
        }
    }
    backlog
}

async fn last_error(console: &Console, connection: &Connection, backlog: &Backlog) -> Result<String, Fault> {
    let waiting = backlog.pending + backlog.parked;
    for (status, count) in [(Status::Pending, waiting), (Status::Dead, backlog.dead)] {
        if count > 0 {
            let connection = Some(connection.id.clone());
            let filter = DeliveryFilter { connection, status: Some(status), limit: LAST, ..DeliveryFilter::default() };
            let rows = console.backbone().ledger.list(&filter).await?;
            let tried = |row: &backbone::ledger::Delivery| row.attempts > 0 || status == Status::Dead;
            if let Some(failed) = rows.into_iter().find(|row| tried(row) && !row.note.is_empty()) {
                return Ok(failed.note);
            }
        }
    }
    Ok(String::new())
}
