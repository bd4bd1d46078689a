//! What happens, told as it happens: calls from `calls.state`; what was made of each, and why, from the ledger.

use std::collections::BTreeMap;

use backbone::ledger::{DeliveryFilter, Status};
use backbone::log::Start;
use backbone::{Backbone, Cursor, Error, Topic};
use schemas::{Call, CallId, ConnectionId, Timestamp};

use super::company::connection;
use super::crms::Crm;
use super::words::{self, Told};
use crate::exit::Exit;
use crate::output::clean;

const BATCH: usize = 500;
/// Deliveries looked at in one turn.
const DELIVERIES: u32 = 200;

/// The teller.
pub struct Story {
    backbone: Backbone,
    connections: Vec<(ConnectionId, &'static str)>,
    calls: BTreeMap<CallId, Tale>,
    cursor: Cursor,
}

/// What was told of a call.
#[derive(Default)]
struct Tale {
    number: usize,
    told: Told,
    /// Of each CRM, the last note that was told.
    notes: BTreeMap<&'static str, String>,
}

impl Story {
    /// Begins to listen.
    pub fn new(backbone: Backbone, crms: &[Box<dyn Crm>]) -> Result<Self, Exit> {
        let named = |crm: &dyn Crm| {
            let id = connection(crm.kind()).parse();
            id.map(|id| (id, crm.kind())).map_err(|why| Exit::failed(format!("a connection of the demo: {why}")))
        };
        let connections = crms.iter().map(|crm| named(crm.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { backbone, connections, calls: BTreeMap::new(), cursor: Cursor::default() })
    }

    /// A call is about to begin.
    pub fn expect(&mut self, source: &str, session: &str, number: usize) {
        self.calls.insert(CallId(format!("{source}/{session}")), Tale { number, ..Tale::default() });
    }

    /// Calls that have not ended, as far as was told.
    pub fn open(&self) -> usize {
        self.calls.values().filter(|tale| tale.told.is_open()).count()
    }

    /// What happened to calls since the last time; empty: nothing was read.
    pub async fn calls(&mut self) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        loop {
            let batch = self.backbone.log.read(Topic::State, Start::Oldest, &self.cursor, BATCH).await?;
            for stored in &batch {
                self.cursor.pass(stored.position);
                let Ok(call) = serde_json::from_slice::<Call>(&stored.record.value) else { continue };
                let tale = self.calls.entry(call.id.clone()).or_default();
                let news = words::news(&mut tale.told, &call);
                lines.extend(news.into_iter().map(|news| tagged(tale.number, "call", &news)));
            }
            if batch.len() < BATCH {
                return Ok(lines);
            }
        }
    }

    /// Which live notices were shown since the last time.
    pub fn notices(crms: &[Box<dyn Crm>]) -> Vec<String> {
        crms.iter().flat_map(|crm| crm.notices()).map(|text| tagged(0, "notice", &text)).collect()
    }

    /// What deliveries made since the last time, and why.
    pub async fn deliveries(&mut self) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        for (connection, kind) in &self.connections {
            for status in [Status::Done, Status::Dead] {
                let (connection, status) = (Some(connection.clone()), Some(status));
                let filter = DeliveryFilter { connection, status, limit: DELIVERIES, ..DeliveryFilter::default() };
                // The last changed is first; a story goes the other way.
                for delivery in self.backbone.ledger.list(&filter).await?.into_iter().rev() {
                    let tale = self.calls.entry(delivery.call).or_default();
                    let note = clean(&delivery.note);
                    if tale.notes.get(kind).is_some_and(|told| *told == note) {
                        continue;
                    }
                    let given_up = if status == Some(Status::Dead) { "given up: " } else { "" };
                    lines.push(tagged(tale.number, kind, &format!("{given_up}{note}")));
                    tale.notes.insert(kind, note);
                }
            }
        }
        Ok(lines)
    }
}

/// A line of the story; number 0: of no call.
fn tagged(number: usize, what: &str, text: &str) -> String {
    let at = Timestamp::now().strftime("%H:%M:%S");
    let number = if number == 0 { String::new() } else { format!("#{number}") };
    format!("{at}  {number:<5} {what:<9} {text}\n")
}
