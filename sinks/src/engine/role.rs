//! The sink role of one CRM: intake, deliveries and notices, side by side.

use std::sync::Arc;
use std::time::Duration;

use backbone::{Backbone, Error};
use schemas::{Clock, ConnectionId};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::connections::{Connections, claimable};
use super::deliver::Deliverer;
use super::intake::Intake;
use super::metrics::SinkMetrics;
use super::notices::Notices;
use crate::connector::Connector;

/// Looks at the ledger at least so often: a word of the queue may be lost.
const SWEEP: Duration = Duration::from_secs(1);
/// What is in progress at the end gets so long to come to an end of its own; what does not is resumed at the next start.
const DRAIN: Duration = Duration::from_secs(20);

/// The sink role of one CRM.
pub struct Sink {
    /// Which CRM.
    pub connector: &'static dyn Connector,
    /// The backbone.
    pub backbone: Backbone,
    /// The clock.
    pub clock: Arc<Clock>,
    /// The counters.
    pub metrics: SinkMetrics,
}

impl Sink {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let Self { connector, backbone, clock, metrics } = self;
        let kind = connector.kind();
        let connections = Arc::new(Connections::new(connector, Arc::clone(&backbone.directory)));
        let intake = Intake {
            kind,
            backbone: backbone.clone(),
            clock: Arc::clone(&clock),
            connections: Arc::clone(&connections),
        };
        let notices = Notices::new(kind, backbone.clone(), &clock, &connections, metrics.clone());
        let deliverer = Arc::new(Deliverer { backbone, clock, metrics });
        let deliveries = Deliveries { kind, deliverer, connections, running: JoinSet::new() };
        tokio::try_join!(intake.run(stop.clone()), notices.run(stop.clone()), deliveries.run(stop))?;
        Ok(())
    }
}

/// Claims what is due and delivers it, as many at once as the connections allow.
struct Deliveries {
    kind: &'static str,
    deliverer: Arc<Deliverer>,
    connections: Arc<Connections>,
    running: JoinSet<()>,
}

impl Deliveries {
    async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let mut last = None;
        while !stop.is_cancelled() {
            while self.running.try_join_next().is_some_and(|ended| log_panic(&ended)) {}
            match self.next(&mut last).await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = self.wait() => {}
                        () = stop.cancelled() => {}
                    }
                }
                Err(why) => {
                    tracing::warn!(kind = self.kind, error = %why, "the ledger cannot be read, looking again");
                    tokio::time::sleep(SWEEP).await;
                }
            }
        }
        let drained = tokio::time::timeout(DRAIN, async { while self.running.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            tracing::warn!(
                kind = self.kind,
                left = self.running.len(),
                "deliveries in progress are resumed at the next start"
            );
        }
        Ok(())
    }

    /// Takes one delivery and sets it going; false when there is none to take.
    async fn next(&mut self, last: &mut Option<ConnectionId>) -> Result<bool, Error> {
        let open = self.connections.all().await?;
        let limits = claimable(&open, last.as_ref());
        let now = self.deliverer.clock.now();
        // The lease is made to fit the connection's own deadline before the first request.
        let Some(claim) = self.deliverer.backbone.ledger.claim(&limits, now, Duration::from_mins(1)).await? else {
            return Ok(false);
        };
        *last = Some(claim.delivery.connection.clone());
        let Some(open) = open.into_iter().find(|open| open.connection.id == claim.delivery.connection) else {
            return Ok(true);
        };
        let (deliverer, kind) = (Arc::clone(&self.deliverer), self.kind);
        self.running.spawn(async move {
            deliverer.deliver(&open, claim).await;
            // A place, and perhaps a lane, is free.
            if let Err(why) = deliverer.backbone.queue.announce(kind, 1).await {
                tracing::debug!(kind, error = %why, "the queue was not told, the sweep will see");
            }
        });
        Ok(true)
    }

    async fn wait(&self) {
        let _ = self.deliverer.backbone.queue.wait(self.kind, SWEEP).await;
    }
}

/// A connector that panics loses its claim when the lease is over; the others go on. Always true: one was joined.
fn log_panic(ended: &Result<(), tokio::task::JoinError>) -> bool {
    if let Err(why) = ended {
        tracing::error!(error = %why, "a delivery broke off, it is tried again when its lease is over");
    }
    true
}
