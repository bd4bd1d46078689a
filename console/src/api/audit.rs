//! `/audit`: the books of a window, from what log, journal and ledger hold. The log is read once, to a day past the window: what
//! a spool kept comes late. What does not fit is looked at again at the end, when it is known how far readers are.

mod books;
mod deliveries;
mod read;
mod receipts;

use std::ops::Range;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use backbone::Topic;
use processor::audit::UnderWay;
use schemas::time::earlier;
use schemas::{Connection, ConnectionId, SourceId, Timestamp};

use super::fault::Fault;
use super::input::Asked;
use crate::state::Console;
use crate::wire::{Audit, AuditQuery};
use books::Books;

/// What came so lately may be between two of those who write, and Kafka's lag may be as old as a few seconds.
const GRACE: Duration = Duration::from_secs(10);
/// Asked for without a beginning.
const WINDOW: Duration = Duration::from_hours(24);
/// What is about to expire may be half gone.
const MARGIN: Duration = Duration::from_hours(1);

/// What the books are to be of.
struct Scope {
    window: Range<Timestamp>,
    /// Only these; none: all.
    sources: Option<Vec<SourceId>>,
    connection: Option<ConnectionId>,
    /// Those in question.
    connections: Vec<Connection>,
}

impl Scope {
    fn has(&self, source: &SourceId) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.contains(source))
    }
}

/// `GET /audit`
pub async fn get(State(console): State<Console>, Asked(query): Asked<AuditQuery>) -> Result<Json<Audit>, Fault> {
    let now = console.parts.clock.now();
    let mut scope = scope(&console, query, now).await?;
    let log = read::read(&console, &scope).await?;
    let asked = std::mem::replace(&mut scope.window.end, log.until);
    let mut books = Books::new(scope.window.clone());
    for other in &log.others {
        books.other(other);
    }
    let mut unsure = receipts::look(&console, &scope, &log, &mut books).await?;
    let (unseen, open) = deliveries::look(&console, &scope, &log, &mut books).await?;
    unsure.extend(unseen.into_iter().map(|key| (key, Vec::new())));
    let way = UnderWay { since: earlier(now, GRACE), lags: console.backbone().log.lag().await? };
    receipts::look_again(&console, &scope, unsure, &way, &mut books).await?;
    deliveries::look_again(&console, &scope, open, &way, &mut books).await?;
    deliveries::strangers(&console, &scope, &way, &mut books).await?;
    let next = (log.until < asked).then_some(log.until);
    Ok(Json(Audit { next, ..books.close() }))
}

async fn scope(console: &Console, query: AuditQuery, now: Timestamp) -> Result<Scope, Fault> {
    let AuditQuery { since, until, source, connection } = query;
    let until = until.unwrap_or(now).min(now);
    let since = since.unwrap_or_else(|| earlier(until, WINDOW));
    if since >= until {
        return Err(Fault::invalid("the window is empty", "ask for a since that is before until and before now"));
    }
    let kept = Topic::Raw.retention().unwrap_or_default().saturating_sub(MARGIN);
    if since < earlier(now, kept) {
        let detail = "what was said is kept for 30 days: the books of what is older are closed";
        return Err(Fault::invalid(detail, "ask for a since of at most 29 days ago"));
    }
    let accounts = console.backbone().directory.load().await?;
    if let Some(id) = source.as_ref().filter(|id| accounts.sources.iter().all(|entry| entry.source.id != **id)) {
        return Err(Fault::none("source", id, "sources list"));
    }
    let all = accounts.connections.into_iter().map(|entry| entry.connection);
    let connections: Vec<Connection> = all.filter(|one| connection.as_ref().is_none_or(|id| *id == one.id)).collect();
    let mut sources = source.map(|source| vec![source]);
    if let Some(id) = &connection {
        let Some(only) = connections.first() else {
            return Err(Fault::none("connection", id, "connections list"));
        };
        let asked = |source: &&SourceId| sources.as_ref().is_none_or(|asked| asked.contains(source));
        sources = Some(only.sources.iter().filter(asked).cloned().collect());
    }
    Ok(Scope { window: since..until, sources, connection, connections })
}
