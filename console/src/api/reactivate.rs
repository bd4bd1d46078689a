//! `/connections/{id}/reactivate`: a connection whose credentials were refused, or that was held or off, starts again; what it missed
//! is sent or skipped, as asked (Z2 of the features).

use axum::Json;
use axum::extract::{Path, State};
use backbone::ledger::{Skip, Waiting};
use schemas::{Connection, ConnectionStatus, Timestamp};

use super::checks::ask_crm;
use super::connections::{entry, set};
use super::fault::Fault;
use super::input::Given;
use super::replays;
use crate::replay::{Books, Which, Window, window};
use crate::state::Console;
use crate::wire::{Reactivate, Reactivated};

/// `POST /connections/{id}/reactivate`. Each of its parts can be done twice: pressed again, it goes on where it was.
pub async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    Given(Reactivate { resend }): Given<Reactivate>,
) -> Result<Json<Reactivated>, Fault> {
    let entry = entry(&console, &id).await?;
    let connection = &entry.connection;
    let current = Books(&*console.backbone().memos).of(&connection.id).await?.current().cloned();
    let active = connection.status == ConnectionStatus::Active;
    if active && !(resend && current.is_some()) {
        return Err(Fault::conflict(
            format!("connection {id} is active"),
            "nothing needs to be started; `ringfold replay start` sends a window again",
        ));
    }
    let checked = ask_crm(&console, &entry).await;
    if !checked.connected {
        return Err(Fault::conflict(format!("connection {id} stays as it is: {}", checked.said), checked.todo));
    }
    let now = console.parts.clock.now();
    let of_now =
        window(now, &connection.timezone).map_err(|why| Fault::invalid(why, "correct the connection's timezone"))?;
    let (mut skipped, mut replay) = (0, None);
    if resend {
        let (id, sources) = (connection.id.clone(), connection.sources.clone());
        let Window { since, until } = of_now;
        let which = Which { connection: id, sources, since, until, call: None, waiting: Waiting::Taken };
        let begun = replays::begin(&console, which, true).await?;
        if !active {
            let note = format!("begun before the replay window, which began at {}", begun.which.since);
            skipped = skip(&console, connection, begun.which.since, &note).await?;
        }
        replay = Some(begun);
    } else {
        let note = "of the time the connection was not active: not sent, as asked when it was started again";
        skipped = skip(&console, connection, now, note).await?;
    }
    let row = if active {
        super::connections::current_row(&console, &id).await?
    } else {
        set(&console, connection, ConnectionStatus::Active, "").await?
    };
    // Without the word, workers find the work when they look.
    let _ = console.backbone().queue.announce(&connection.kind, 1).await;
    let replay = match replay {
        Some(replay) => Some(replays::view(&console, &replay).await?),
        None => None,
    };
    Ok(Json(Reactivated { connection: row, said: checked.said, replay, skipped }))
}

/// Skips what waits of calls begun before; what has made a record is finished.
async fn skip(console: &Console, connection: &Connection, before: Timestamp, note: &str) -> Result<u64, Fault> {
    let which = Skip::Before(connection.id.clone(), before);
    replays::skip_all(console, &connection.id, &which, note).await
}
