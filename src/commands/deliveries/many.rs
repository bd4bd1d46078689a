//! Several deliveries at once, by their ids or by how they stand.

use console::wire;
use schemas::{CallId, ConnectionId, Timestamp};
use serde::Serialize;

use super::columns::COLUMNS;
use crate::cli::Globals;
use crate::client::Client;
use crate::exit::{Exit, Status};
use crate::output;

/// A connection and a call: there is one delivery of both at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryId {
    /// Into which connection.
    pub connection: ConnectionId,
    /// Of which call.
    pub call: String,
}

impl DeliveryId {
    /// Reads `CONNECTION/CALL`.
    pub fn read(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').filter(|(_, call)| call.contains('/'));
        let (connection, call) = parts.ok_or("write CONNECTION/CALL: acme-rbs/acme-uis/123456789")?;
        let connection = connection.parse().map_err(|error: schemas::IdError| error.to_string())?;
        Ok(Self { connection, call: call.to_owned() })
    }
}

/// What the API says, and the id that `show` takes.
#[derive(Serialize)]
pub struct Named<T> {
    id: String,
    /// The delivery.
    #[serde(flatten)]
    pub delivery: T,
}

/// With its id.
pub fn named<T>(row: &wire::DeliveryRow, delivery: T) -> Named<T> {
    Named { id: format!("{}/{}", row.connection, row.call), delivery }
}

/// Those of a connection that stand so, as many as a list gives.
pub async fn standing(
    client: &Client,
    connection: ConnectionId,
    status: Option<&str>,
    since: Option<Timestamp>,
) -> Result<Vec<DeliveryId>, Exit> {
    let status = status.and_then(wire::DeliveryState::from_word);
    let (connection, limit) = (Some(connection), Some(wire::MAX_LIMIT));
    let query = wire::DeliveryQuery { connection, status, since, call: None, limit };
    let page: wire::DeliveriesPage = client.get(&["deliveries"], &query).await?;
    if page.more {
        output::tell(&format!("there are more: these are {}; run it again for the rest", page.deliveries.len()));
    }
    let id = |row: wire::DeliveryRow| DeliveryId { connection: row.connection, call: row.call.to_string() };
    Ok(page.deliveries.into_iter().map(id).collect())
}

/// Tries them again, now.
pub async fn retry(client: &Client, ids: &[DeliveryId], globals: &Globals) -> Result<(), Exit> {
    let ask = async |id: &DeliveryId| client.post(&["deliveries", id.connection.as_str(), &id.call], &()).await;
    each(ids, ask, globals).await
}

/// Tries them no more.
pub async fn skip(client: &Client, ids: &[DeliveryId], reason: &str, globals: &Globals) -> Result<(), Exit> {
    let ask = async |id: &DeliveryId| {
        let (connection, call, reason) = (id.connection.clone(), CallId(id.call.clone()), reason.to_owned());
        client.post(&["deliveries", "skip"], &wire::SkipAsked { connection, call, reason }).await
    };
    each(ids, ask, globals).await
}

/// Each by itself: that one is refused keeps nothing from the others.
async fn each(
    ids: &[DeliveryId],
    ask: impl AsyncFn(&DeliveryId) -> Result<wire::DeliveryView, Exit>,
    globals: &Globals,
) -> Result<(), Exit> {
    let (mut rows, mut last) = (Vec::new(), None);
    for id in ids {
        match ask(id).await {
            Ok(view) => rows.push(named(&view.row.clone(), view.row)),
            Err(exit) => {
                output::tell(&format!("{}/{}: {}", id.connection, id.call, exit.message));
                last = Some(exit.status);
            }
        }
    }
    output::rows(globals.output, COLUMNS, &rows)?;
    match last {
        None => Ok(()),
        Some(_) if !rows.is_empty() => Err(Exit::new(Status::Partly, "")),
        Some(status) => Err(Exit::new(status, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_named_by_its_connection_and_its_call() {
        let id = DeliveryId::read("acme-rbs/acme-uis/12/3~2").unwrap();
        assert_eq!((id.connection.as_str(), id.call.as_str()), ("acme-rbs", "acme-uis/12/3~2"));
        for wrong in ["acme-rbs", "acme-rbs/123", "Acme/acme-uis/1", ""] {
            assert!(DeliveryId::read(wrong).is_err(), "{wrong}");
        }
    }
}
