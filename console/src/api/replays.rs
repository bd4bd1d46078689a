//! `/replays`: what one would do, and doing it.

mod plan;
mod view;

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use backbone::ledger::{Skip, Waiting};
use schemas::{Call, CallId, Connection, ConnectionId, SourceId, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use super::fault::Fault;
use super::input::Given;
use super::sources;
use crate::replay::{Books, Replay, State as Stands, Which, cancelled, window};
use crate::state::Console;
use crate::wire::{ReplayAsked, ReplayList, ReplayPlan, ReplayView};
pub use view::view;

/// Deliveries skipped at once.
const SKIPPED: u32 = 2000;
/// The skipping of one request; the rest is for the next.
const LONGEST: Duration = Duration::from_secs(25);

/// `POST /replays/plan`
pub async fn plan(State(console): State<Console>, Given(asked): Given<ReplayAsked>) -> Result<Json<ReplayPlan>, Fault> {
    let mut plan = ReplayPlan::default();
    for (connection, which) in which(&console, &asked).await? {
        plan.connections.push(plan::of(&console, &connection, &which).await?);
    }
    Ok(Json(plan))
}

/// `POST /replays`: one for each connection in question. The same asked for twice is one.
pub async fn start(
    State(console): State<Console>,
    Given(asked): Given<ReplayAsked>,
) -> Result<Json<ReplayList>, Fault> {
    let mut list = ReplayList::default();
    for (_, which) in which(&console, &asked).await? {
        let replay = begin(&console, which, asked.since.is_none()).await?;
        list.replays.push(view(&console, &replay).await?);
    }
    Ok(Json(list))
}

/// Begins a replay, or joins the one that goes on if it is the same: of the same calls, or, where the window is `of_now`, of the
/// window as it was when somebody asked for it before.
pub async fn begin(console: &Console, which: Which, of_now: bool) -> Result<Replay, Fault> {
    let now = console.parts.clock.now();
    let new = Replay::begin(Uuid::now_v7().to_string(), which, now);
    let connection = new.which.connection.clone();
    let books = Books(&*console.backbone().memos);
    end_cancelled(console, &connection).await?;
    let ((), book) = books.change(&connection, |book| book.begin(new.clone())).await?;
    let current = book.current().cloned().unwrap_or_else(|| new.clone());
    let (is, asked) = (&current.which, &new.which);
    let same = is.sources == asked.sources && is.call == asked.call;
    if !same || !(of_now || (is.since, is.until) == (asked.since, asked.until)) {
        let detail = format!("the replay {} of connection {connection} goes on", current.id);
        let todo = format!("wait until it is done, or run `ringfold replay cancel {}`", current.id);
        return Err(Fault::conflict(detail, todo));
    }
    if current.state == Stands::Paused {
        let detail = format!("the replay {} of connection {connection} is paused", current.id);
        let todo = format!("run `ringfold replay resume {}`, or cancel it, then the same again", current.id);
        return Err(Fault::conflict(detail, todo));
    }
    if current.id == new.id {
        tracing::info!(replay = new.id, %connection, since = %new.which.since, until = %new.which.until, "a replay begins");
    }
    Ok(current)
}

/// A replay that was cancelled stands in nobody's way: what of it nobody began is skipped at once; what somebody did is that delivery's
/// own affair.
async fn end_cancelled(console: &Console, connection: &ConnectionId) -> Result<(), Fault> {
    let books = Books(&*console.backbone().memos);
    let Some(old) = books.of(connection).await?.current().filter(|old| old.state == Stands::Cancelled).cloned() else {
        return Ok(());
    };
    skip_all(console, connection, &Skip::Replay(old.id.clone()), &cancelled(&old)).await?;
    let now = console.parts.clock.now();
    books.change(connection, |book| book.change(&old.id, |replay| replay.ended_at = Some(now))).await?;
    Ok(())
}

/// Skips all there is; says how much that was.
pub async fn skip_all(console: &Console, connection: &ConnectionId, which: &Skip, note: &str) -> Result<u64, Fault> {
    let (until, mut all) = (Instant::now() + LONGEST, 0);
    loop {
        let now = console.parts.clock.now();
        let skipped = console.backbone().ledger.skip(which, note, now, SKIPPED).await?;
        all += skipped;
        if skipped == 0 {
            return Ok(all);
        }
        if Instant::now() > until {
            let detail = format!("{all} deliveries of {connection} were skipped, and there are more");
            return Err(Fault::conflict(detail, "run the same again: it goes on"));
        }
    }
}

/// `GET /replays`
pub async fn list(State(console): State<Console>) -> Result<Json<ReplayList>, Fault> {
    let books = Books(&*console.backbone().memos).all().await?;
    let mut list = ReplayList::default();
    for replay in books.iter().flat_map(|book| &book.replays) {
        list.replays.push(view(&console, replay).await?);
    }
    Ok(Json(list))
}

/// `GET /replays/{id}`
pub async fn show(State(console): State<Console>, Path(id): Path<String>) -> Result<Json<ReplayView>, Fault> {
    Ok(Json(view(&console, &find(&console, &id).await?).await?))
}

/// `POST /replays/{id}/pause`
pub async fn pause(console: State<Console>, id: Path<String>) -> Result<Json<ReplayView>, Fault> {
    change(console, id, Stands::Paused).await
}

/// `POST /replays/{id}/resume`
pub async fn resume(console: State<Console>, id: Path<String>) -> Result<Json<ReplayView>, Fault> {
    change(console, id, Stands::Running).await
}

/// `POST /replays/{id}/cancel`
pub async fn cancel(console: State<Console>, id: Path<String>) -> Result<Json<ReplayView>, Fault> {
    change(console, id, Stands::Cancelled).await
}

async fn change(State(console): State<Console>, Path(id): Path<String>, to: Stands) -> Result<Json<ReplayView>, Fault> {
    let connection = find(&console, &id).await?.which.connection;
    let books = Books(&*console.backbone().memos);
    let to_it = |replay: &mut Replay| {
        // What is given up stays so.
        if replay.state != Stands::Cancelled {
            replay.state = to;
        }
    };
    let (known, book) = books.change(&connection, |book| book.change(&id, to_it)).await?;
    match book.current().filter(|replay| known && replay.state == to) {
        Some(replay) => Ok(Json(view(&console, replay).await?)),
        None => Err(Fault::conflict(format!("the replay {id} is over"), "nothing of it waits any more")),
    }
}

async fn find(console: &Console, id: &str) -> Result<Replay, Fault> {
    let books = Books(&*console.backbone().memos).all().await?;
    let found = books.into_iter().flat_map(|book| book.replays).find(|replay| replay.id == id);
    found.ok_or_else(|| Fault::none("replay", &id, "replay status"))
}

/// Which calls, of each connection in question.
async fn which(console: &Console, asked: &ReplayAsked) -> Result<Vec<(Connection, Which)>, Fault> {
    if asked.connection.is_none() && asked.source.is_none() && asked.call.is_none() {
        return Err(Fault::invalid("no calls are named", "name a connection, a source or a call"));
    }
    let call = match &asked.call {
        Some(id) => Some(one_call(console, id, asked).await?),
        None => None,
    };
    let source = call.as_ref().map_or(asked.source.as_ref(), |call| Some(&call.source));
    if let Some(id) = &asked.source {
        sources::entry(console, id.as_str()).await?;
    }
    let mut connections: Vec<Connection> =
        console.backbone().directory.load().await?.connections.into_iter().map(|entry| entry.connection).collect();
    if let Some(id) = &asked.connection {
        connections.retain(|one| *id == one.id);
        if connections.is_empty() {
            return Err(Fault::none("connection", id, "connections list"));
        }
    }
    connections.retain(|one| source.is_none_or(|id| one.sources.contains(id)));
    if connections.is_empty() {
        return Err(Fault::not_found(
            "no such connection gets the calls of that source",
            "see `ringfold connections list`",
        ));
    }
    let now = console.parts.clock.now();
    let begun = call.as_ref().map(|call| call.started_at).filter(|at| *at < now);
    connections.into_iter().map(|one| of_connection(asked, source, begun, now, one)).collect()
}

/// The call that is named; of the source that is named, if one is.
async fn one_call(console: &Console, id: &CallId, asked: &ReplayAsked) -> Result<Call, Fault> {
    let found = console.backbone().journal.call(id).await?.ok_or_else(|| Fault::none("call", id, "calls list"))?;
    match &asked.source {
        Some(source) if *source != found.source => {
            let detail = format!("the call {id} is of the source {}, not of {source}", found.source);
            Err(Fault::invalid(detail, "leave the source out"))
        }
        _ => Ok(found),
    }
}

/// A call that is named is sent whenever it was: where no window is, its own begins when the call did.
fn of_connection(
    asked: &ReplayAsked,
    source: Option<&SourceId>,
    begun: Option<Timestamp>,
    now: Timestamp,
    connection: Connection,
) -> Result<(Connection, Which), Fault> {
    let of_now =
        window(now, &connection.timezone).map_err(|why| Fault::invalid(why, "correct the connection's timezone"))?;
    let since = begun.unwrap_or(of_now.since);
    let (since, until) = (asked.since.unwrap_or(since), asked.until.unwrap_or(of_now.until));
    if until <= since {
        return Err(Fault::invalid("the window ends before it begins", "give a since that is before until"));
    }
    let sources = source.map_or_else(|| connection.sources.clone(), |only| vec![only.clone()]);
    let (call, waiting) = (asked.call.clone(), Waiting::Left);
    let which = Which { connection: connection.id.clone(), sources, since, until, call, waiting };
    Ok((connection, which))
}
