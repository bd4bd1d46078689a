//! What happens, told as it happens: calls from `calls.state`, records as the CRM got them, and why, from the ledger.

mod made;

use std::collections::BTreeMap;

use backbone::ledger::{DeliveryFilter, Status};
use backbone::log::Start;
use backbone::{Backbone, Cursor, Error, Topic};
use schemas::{Call, CallId, ConnectionId, Timestamp};
use simulators::rbs::{RbsCrm, RowChange, Table};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use super::company::{CONNECTION, Company, SOURCE};
use super::words::{self, Told};
use crate::exit::Exit;
use crate::output::clean;

const BATCH: usize = 500;
/// Deliveries looked at in one turn.
const DELIVERIES: u32 = 100;
/// Rows kept until a delivery says why they were made.
const ROWS_MAX: usize = 10_000;

/// The teller.
pub struct Story {
    backbone: Backbone,
    connection: ConnectionId,
    company: Company,
    names: BTreeMap<u64, String>,
    changes: Receiver<RowChange>,
    /// Changed and not told yet, by id.
    rows: BTreeMap<u64, RowChange>,
    calls: BTreeMap<CallId, Tale>,
    cursor: Cursor,
}

/// What was told of a call.
#[derive(Default)]
struct Tale {
    number: usize,
    told: Told,
    /// The revision whose delivery was told.
    delivered: u32,
    left_out: bool,
    given_up: bool,
}

impl Story {
    /// Begins to listen.
    pub fn new(backbone: Backbone, crm: &RbsCrm, company: Company) -> Result<Self, Exit> {
        let connection = CONNECTION.parse().map_err(|why| Exit::failed(format!("the demo's connection: {why}")))?;
        let names = company.names.iter().cloned().collect();
        Ok(Self {
            backbone,
            connection,
            company,
            names,
            changes: crm.on_row(),
            rows: BTreeMap::new(),
            calls: BTreeMap::new(),
            cursor: Cursor::default(),
        })
    }

    /// A call is about to begin.
    pub fn expect(&mut self, session: &str, number: usize) {
        let id = CallId(format!("{SOURCE}/{session}"));
        self.calls.insert(id, Tale { number, ..Tale::default() });
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
                let news = words::news(&mut tale.told, &call, &self.company);
                lines.extend(news.into_iter().map(|news| tagged(tale.number, "call", &news)));
            }
            if batch.len() < BATCH {
                return Ok(lines);
            }
        }
    }

    /// Which live notices the CRM showed since the last time. Other rows wait for [`Story::deliveries`].
    pub fn notices(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let change = match self.changes.try_recv() {
                Ok(change) => change,
                // What was not heard of is not told; the summary does not depend on it.
                Err(TryRecvError::Lagged(_)) => continue,
                Err(_) => return lines,
            };
            match change.row.table {
                Table::Notifications => {
                    let user = made::named(&self.names, change.row.get("user"));
                    lines.push(tagged(0, "notice", &format!("{user} sees: {}", clean(change.row.get("text")))));
                }
                table => {
                    if table == Table::Companies {
                        self.names.insert(change.row.id, clean(change.row.get("name")));
                    }
                    if self.rows.len() >= ROWS_MAX {
                        self.rows.clear();
                    }
                    // A row added and then changed, all untold, is told as added.
                    match self.rows.entry(change.row.id) {
                        std::collections::btree_map::Entry::Vacant(new) => drop(new.insert(change)),
                        std::collections::btree_map::Entry::Occupied(mut old) => old.get_mut().row = change.row,
                    }
                }
            }
        }
    }

    /// What deliveries made since the last time, and why.
    pub async fn deliveries(&mut self) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        for status in [Status::Done, Status::Dead] {
            let connection = Some(self.connection.clone());
            let filter =
                DeliveryFilter { connection, status: Some(status), limit: DELIVERIES, ..DeliveryFilter::default() };
            let mut found = self.backbone.ledger.list(&filter).await?;
            // The last changed is first; a story goes the other way.
            found.reverse();
            for delivery in found {
                let tale = self.calls.entry(delivery.call.clone()).or_default();
                if status == Status::Dead && !tale.given_up {
                    tale.given_up = true;
                    lines.push(tagged(tale.number, "rbs-crm", &format!("given up: {}", clean(&delivery.note))));
                }
                if delivery.done <= tale.delivered {
                    continue;
                }
                let found = self.backbone.ledger.delivery(&self.connection, &delivery.call).await?;
                let Some((delivery, steps)) = found else { continue };
                tale.delivered = delivery.done;
                let ids = steps.iter().filter_map(|step| step.crm_id.as_ref()?.parse::<u64>().ok());
                let rows: Vec<RowChange> = ids.filter_map(|id| self.rows.remove(&id)).collect();
                let mut told = made::told(&rows, &delivery.note, &self.names);
                if let Some(left_out) = made::left_out(&delivery.note).filter(|_| !tale.left_out) {
                    tale.left_out = true;
                    told.push(left_out);
                }
                lines.extend(told.iter().map(|text| tagged(tale.number, "rbs-crm", text)));
            }
        }
        Ok(lines)
    }
}

/// A line of the story; number 0: of no call.
fn tagged(number: usize, what: &str, text: &str) -> String {
    let at = Timestamp::now().strftime("%H:%M:%S");
    let number = if number == 0 { String::new() } else { format!("#{number}") };
    format!("{at}  {number:<5} {what:<8} {text}\n")
}
