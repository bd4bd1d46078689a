//! A call explained: what the PBX said word for word, what was read from it, what that changed in the call, and what every
//! connection made of it.

use std::collections::HashMap;

use backbone::Topic;
use backbone::ledger::DeliveryFilter;
use processor::explain;
use processor::rebuild::Difference;
use schemas::{Call, Event, EventId};

use super::calls::client_name;
use super::deliveries;
use super::fault::Fault;
use crate::state::Console;
use crate::wire::{CallView, DeliveryView, EventView, FieldChanged, Receipt};

/// More connections than an account has.
const CONNECTIONS_MAX: u32 = 200;

/// Everything known of a call.
pub async fn call(console: &Console, call: Call) -> Result<CallView, Fault> {
    let mut receipts = receipts(console, &call).await?;
    let changed = |one: Difference| FieldChanged { field: one.field, before: one.is, after: one.should_be };
    let event = |((heard, revision), step): ((&schemas::Heard, u32), Vec<Difference>)| EventView {
        id: heard.id,
        at: heard.at,
        offset_seconds: heard.at.duration_since(call.started_at).as_secs(),
        origin: heard.origin,
        said: heard.said.clone(),
        revision,
        changed: step.into_iter().map(changed).collect(),
        receipts: receipts.remove(&heard.id).unwrap_or_default(),
    };
    let events = call.events.iter().zip(1..).zip(explain::steps(&call)).map(event).collect();
    let deliveries = deliveries_of(console, &call).await?;
    Ok(CallView { client_name: client_name(&call), events, deliveries, call })
}

/// The bodies of the session that the log still keeps, by what they said.
async fn receipts(console: &Console, call: &Call) -> Result<HashMap<EventId, Vec<Receipt>>, Fault> {
    let kept = console.backbone().log.history(Topic::Raw, &call.key().to_string(), call.started_at).await?;
    let mut receipts: HashMap<EventId, Vec<Receipt>> = HashMap::new();
    for stored in kept {
        match serde_json::from_slice::<Event>(&stored.record.value) {
            Ok(Event { id, receipt, received_at, body, .. }) => {
                let of = receipts.entry(id).or_default();
                of.push(Receipt { receipt, received_at, repeated: !of.is_empty(), body });
            }
            Err(why) => tracing::warn!(key = %stored.record.key, error = %why, "an event cannot be read, not shown"),
        }
    }
    Ok(receipts)
}

async fn deliveries_of(console: &Console, call: &Call) -> Result<Vec<DeliveryView>, Fault> {
    let ledger = &console.backbone().ledger;
    let filter = DeliveryFilter { call: Some(call.id.clone()), limit: CONNECTIONS_MAX, ..DeliveryFilter::default() };
    let connections = deliveries::connections(console).await?;
    let now = console.parts.clock.now();
    let mut views = Vec::new();
    for row in ledger.list(&filter).await? {
        if let Some((delivery, steps)) = ledger.delivery(&row.connection, &row.call).await? {
            views.push(deliveries::view(&delivery, &steps, &connections, now));
        }
    }
    views.sort_by(|a, b| a.row.connection.cmp(&b.row.connection));
    Ok(views)
}
