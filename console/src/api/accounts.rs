//! `/accounts`: the accounts file, applied and exported.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;

use super::fault::Fault;
use super::input::Given;
use crate::accounts::{ApplyError, apply, export};
use crate::state::Console;
use crate::wire::{Applied, Apply, Change, ChangeKind, What};

/// `PUT /accounts`
pub async fn put(State(console): State<Console>, Given(request): Given<Apply>) -> Result<Json<Applied>, Fault> {
    let _turn = console.applying.lock().await;
    let now = console.parts.clock.now();
    let applied = apply(&*console.backbone().directory, sinks::registry::CONNECTORS, &request, now).await;
    let applied = applied.map_err(|why| match why {
        ApplyError::Refused(refused) => Fault::refused(&request.file_name, refused),
        ApplyError::Backbone(why) => why.into(),
    })?;
    let changed = applied.changes.iter().filter(|change| change.change != ChangeKind::Unchanged);
    if !applied.dry_run {
        let mut any = false;
        for change in changed {
            tracing::info!(%change, "accounts file applied");
            any |= change.what == What::Connection;
        }
        if any {
            wake(&console, &applied.changes).await;
        }
    }
    Ok(Json(applied))
}

/// Workers look again by themselves; a word only makes it sooner, so its failing is no failure.
async fn wake(console: &Console, changes: &[Change]) {
    let Ok(accounts) = console.backbone().directory.load().await else { return };
    for change in changes.iter().filter(|change| change.what == What::Connection) {
        let entry = accounts.connections.iter().find(|entry| entry.connection.id.as_str() == change.id);
        if let Some(entry) = entry {
            let _ = console.backbone().queue.announce(&entry.connection.kind, 1).await;
        }
    }
}

/// `GET /accounts`
pub async fn get(State(console): State<Console>) -> Result<impl IntoResponse, Fault> {
    let accounts = console.backbone().directory.load().await?;
    let kind = HeaderValue::from_static("application/toml; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], export(&accounts)))
}
