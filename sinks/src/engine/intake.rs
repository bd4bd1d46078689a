//! From `calls.finished` into the ledger.

use std::sync::Arc;
use std::time::Duration;

use backbone::follow::{Follower, follow};
use backbone::ledger::{Rank, Wanted};
use backbone::log::Start;
use backbone::{Backbone, Consumer, Error, Fut, Topic};
use schemas::time::later;
use schemas::{Call, Clock, Connection};
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::queue::announce;

const BATCH: usize = 500;
const IDLE: Duration = Duration::from_secs(1);
/// What was heard longer ago is no longer live: it came with a backlog, and goes after those that are.
const LIVE: Duration = Duration::from_mins(10);

/// Opens a delivery for every finished call and every connection that wants it.
pub struct Intake {
    /// Which CRM.
    pub kind: &'static str,
    /// The backbone.
    pub backbone: Backbone,
    /// The clock.
    pub clock: Arc<Clock>,
    /// The connections.
    pub connections: Arc<Connections>,
}

impl Intake {
    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let group = format!("sink-{}", self.kind);
        let mut reader = self.backbone.log.consumer(&group, Topic::Finished, Start::Oldest).await?;
        follow(&mut self, reader.as_mut(), &stop).await;
        Ok(())
    }

    fn wanted(&self, known: &[Connection], call: &Call, body: &[u8]) -> Vec<Wanted> {
        let old = later(call.last_heard_at, LIVE) < self.clock.now();
        let rank = if old { Rank::Later } else { Rank::Live };
        let of_it = known.iter().filter(|connection| connection.wants(call));
        of_it.map(|connection| Wanted::of(connection, call, body, rank)).collect()
    }
}

impl Follower for Intake {
    fn doing(&self) -> String {
        format!("taking in finished calls for {}", self.kind)
    }

    /// The ledger first, then how far was read: after a crash between the two the ledger is told again, and knows.
    fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()> {
        Box::pin(async move {
            let batch = reader.poll(BATCH, IDLE).await?;
            if batch.records.is_empty() {
                return Ok(());
            }
            let known = self.connections.known().await?;
            let mut wanted = Vec::new();
            for stored in &batch.records {
                match serde_json::from_slice::<Call>(&stored.record.value) {
                    Ok(call) => wanted.extend(self.wanted(&known, &call, &stored.record.value)),
                    Err(why) => {
                        tracing::error!(key = %stored.record.key, error = %why, "a finished call cannot be read, passed over");
                    }
                }
            }
            let due = self.backbone.ledger.want(&wanted, self.clock.now()).await?;
            announce(&*self.backbone.queue, self.kind, due).await;
            reader.commit(Vec::new()).await
        })
    }
}
