//! What alerts are decided from: as it stands in the backbone now.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use backbone::ledger::{Limit, Status, Tally};
use backbone::log::Start;
use backbone::{Backbone, Cursor, Error, Topic};
use schemas::time::earlier;
use schemas::{Connection, ConnectionId, ConnectionStatus, Rejected, Source, SourceId, Timestamp};
use sinks::engine::outage::{Outage, outages};

use super::quiet::Quiet;

/// Rejected bodies are looked for so far back.
const REJECTED: Duration = Duration::from_mins(10);
/// So many of them at most.
const REJECTED_MAX: usize = 500;
/// Sources are looked at so often.
const SOURCES_EVERY: Duration = Duration::from_mins(1);

/// What could not be read of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The first of the last minutes.
    pub since: Timestamp,
    /// How many in them.
    pub count: u64,
    /// Why the last one could not; holds no phone numbers.
    pub reason: String,
}

/// What there is to know.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Every connection.
    pub connections: Vec<Connection>,
    /// Every source.
    pub sources: Vec<Source>,
    /// CRMs that do not answer.
    pub outages: BTreeMap<String, Outage>,
    /// Of active connections whose CRM answers: when the delivery that is due longest was due.
    pub due: HashMap<ConnectionId, Timestamp>,
    /// Dead deliveries of each connection that has any.
    pub dead: HashMap<ConnectionId, u64>,
    /// What could not be read lately.
    pub unread: HashMap<SourceId, Unread>,
    /// Sources that are silent, and since when.
    pub silent: HashMap<SourceId, Timestamp>,
    /// The oldest event that waits in this process's spool.
    pub spooled: Option<Timestamp>,
}

/// Looks, and remembers of the sources what needs not be asked each time.
#[derive(Default)]
pub struct Looker {
    quiet: Quiet,
    silent: HashMap<SourceId, Timestamp>,
    sources_at: Option<Timestamp>,
}

impl Looker {
    /// All of it.
    pub async fn look(&mut self, backbone: &Backbone, now: Timestamp) -> Result<Facts, Error> {
        let accounts = backbone.directory.load().await?;
        let connections: Vec<Connection> = accounts.connections.into_iter().map(|entry| entry.connection).collect();
        let sources: Vec<Source> = accounts.sources.into_iter().map(|entry| entry.source).collect();
        let (outages, tally) = (outages(&*backbone.memos).await?, backbone.ledger.tally().await?);
        let due = due(backbone, &connections, &outages, &tally).await?;
        let dead = tally.iter().filter(|one| one.status == Status::Dead);
        let dead = dead.map(|one| (one.connection.clone(), one.count)).collect();
        if self.sources_at.is_none_or(|at| earlier(now, SOURCES_EVERY) >= at) {
            self.silent = self.quiet.look(backbone, &sources, now).await?;
            self.sources_at = Some(now);
        }
        let unread = unread(backbone, now).await?;
        Ok(Facts { connections, sources, outages, due, dead, unread, silent: self.silent.clone(), spooled: None })
    }
}

async fn due(
    backbone: &Backbone,
    connections: &[Connection],
    outages: &BTreeMap<String, Outage>,
    tally: &[Tally],
) -> Result<HashMap<ConnectionId, Timestamp>, Error> {
    let waits = |id: &ConnectionId| tally.iter().any(|one| one.connection == *id && one.status == Status::Pending);
    let mut due = HashMap::new();
    for connection in connections {
        let id = &connection.id;
        if connection.status == ConnectionStatus::Active && waits(id) && !outages.contains_key(id.as_str()) {
            let limit = Limit { connection: id.clone(), places: 1, ahead: 0, reserve: 0 };
            if let Some(at) = backbone.ledger.next_due(&vec![limit]).await? {
                due.insert(id.clone(), at);
            }
        }
    }
    Ok(due)
}

async fn unread(backbone: &Backbone, now: Timestamp) -> Result<HashMap<SourceId, Unread>, Error> {
    let start = Start::Time(earlier(now, REJECTED));
    let records = backbone.log.read(Topic::Rejected, start, &Cursor::default(), REJECTED_MAX).await?;
    let mut unread: HashMap<SourceId, Unread> = HashMap::new();
    for stored in records {
        let Ok(body) = serde_json::from_slice::<Rejected>(&stored.record.value) else { continue };
        // What is about something else than calls is as it should be.
        if body.reason.starts_with(ingest::ABOUT_NO_CALL) {
            continue;
        }
        let entry = unread.entry(body.source);
        let one = entry.or_insert_with(|| Unread { since: body.received_at, count: 0, reason: String::new() });
        one.count += 1;
        one.reason = body.reason;
    }
    Ok(unread)
}
