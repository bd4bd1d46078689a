//! The sink role of one CRM: intake, deliveries and notices, side by side.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::ledger::Claim;
use backbone::{Backbone, Error};
use schemas::{Clock, ConnectionId, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::connections::{Connections, claimable};
use super::deliver::Deliverer;
use super::intake::Intake;
use super::metrics::SinkMetrics;
use super::notices::Notices;
use super::open::Open;
use super::peers::Peers;
use super::queue::{SWEEP, announce, listen};
use crate::connector::Connector;

/// Looks at the ledger at most so often: what is freed meanwhile is claimed together.
const GATHER: Duration = Duration::from_millis(3);
/// Deliveries of one claim at most.
const CLAIM: u32 = 128;
/// Deliveries in hand at most.
const IN_HAND: usize = 8192;
/// A lease to begin with; it is made to fit the connection's own deadline before the first request.
const LEASE: Duration = Duration::from_mins(1);
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
    /// Since when this process runs. Of the time before nobody knows whether anybody tried: it does not count against
    /// [`Limits::retry_for`](crate::connector::Limits::retry_for).
    pub since: Timestamp,
}

impl Sink {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let Self { connector, backbone, clock, metrics, since } = self;
        let kind = connector.kind();
        let wake = Arc::new(Notify::new());
        let peers = Peers::new(kind, &backbone.memos);
        let connections = Connections::new(connector, &backbone, metrics.clone(), &clock, peers.part(), &wake);
        let connections = Arc::new(connections);
        let intake = Intake {
            kind,
            backbone: backbone.clone(),
            clock: Arc::clone(&clock),
            connections: Arc::clone(&connections),
        };
        let notices = Notices::new(kind, backbone.clone(), &clock, &connections, metrics.clone());
        let deliverer = Arc::new(Deliverer { backbone, clock, metrics, since, wake: Arc::clone(&wake) });
        let (running, told) = (JoinSet::new(), Arc::default());
        let deliveries = Deliveries { kind, deliverer, connections, running, told, wake, last: None };
        // It counts among the others until its last request is over.
        let over = CancellationToken::new();
        let counted = AbortOnDropHandle::new(tokio::spawn(peers.run(over.clone())));
        tokio::try_join!(intake.run(stop.clone()), notices.run(stop.clone()), deliveries.run(stop))?;
        over.cancel();
        let _ = counted.await;
        Ok(())
    }
}

/// Claims what is due and delivers it, as many at once as the connections allow.
struct Deliveries {
    kind: &'static str,
    deliverer: Arc<Deliverer>,
    connections: Arc<Connections>,
    running: JoinSet<()>,
    /// There may be something to claim: the queue said so.
    told: Arc<Notify>,
    /// There may be more to claim: a delivery came to its end.
    wake: Arc<Notify>,
    last: Option<ConnectionId>,
}

impl Deliveries {
    async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let queue = Arc::clone(&self.deliverer.backbone.queue);
        let listening = AbortOnDropHandle::new(tokio::spawn(listen(queue, self.kind, Arc::clone(&self.told))));
        let mut hurried = false;
        while !stop.is_cancelled() {
            while self.running.try_join_next().is_some_and(|ended| log_panic(&ended)) {}
            let gathered = tokio::time::sleep(GATHER);
            match self.next().await {
                Ok(true) => {}
                Ok(false) => tokio::select! {
                    () = self.wait() => {}
                    () = stop.cancelled() => {}
                },
                Err(why) => {
                    tracing::warn!(kind = self.kind, error = %why, "the ledger cannot be read, looking again");
                    tokio::time::sleep(SWEEP).await;
                }
            }
            // What is new is not kept waiting for what is freed; of many words at once only the first counts so.
            hurried = tokio::select! {
                () = gathered => false,
                () = self.told.notified(), if !hurried => true,
            };
        }
        drop(listening);
        self.drain().await;
        Ok(())
    }

    /// Lets what is in progress come to its end. Others are told of each lane and place that becomes free.
    async fn drain(&mut self) {
        let (running, deliverer, kind) = (&mut self.running, &self.deliverer, self.kind);
        let drained = tokio::time::timeout(DRAIN, async {
            while running.join_next().await.is_some() {
                announce(&*deliverer.backbone.queue, kind, 1).await;
            }
        });
        if drained.await.is_err() {
            tracing::warn!(kind, left = self.running.len(), "deliveries in progress are resumed at the next start");
        }
    }

    /// Takes what there is and sets it going; false when there was nothing to take.
    async fn next(&mut self) -> Result<bool, Error> {
        let room = u32::try_from(IN_HAND.saturating_sub(self.running.len())).unwrap_or(u32::MAX).min(CLAIM);
        let open = self.connections.all().await?;
        let now = self.deliverer.clock.now();
        let limits = claimable(&open, self.last.as_ref(), now);
        if limits.is_empty() || room == 0 {
            return Ok(false);
        }
        let claims = self.deliverer.backbone.ledger.claim(&limits, now, LEASE, room).await?;
        let Some(last) = claims.last() else { return Ok(false) };
        self.last = Some(last.delivery.connection.clone());
        if claims.len() == room as usize {
            // There may be more than one worker can take.
            announce(&*self.deliverer.backbone.queue, self.kind, 1).await;
        }
        let open: HashMap<&ConnectionId, &Arc<Open>> = open.iter().map(|open| (&open.connection.id, open)).collect();
        for claim in claims {
            if let Some(open) = open.get(&claim.delivery.connection) {
                self.start(Arc::clone(open), claim);
            }
        }
        Ok(true)
    }

    fn start(&mut self, open: Arc<Open>, claim: Claim) {
        let (deliverer, wake) = (Arc::clone(&self.deliverer), Arc::clone(&self.wake));
        let (hand, turn) = (open.places.take(&claim), open.watch.begin(deliverer.clock.now()));
        self.running.spawn(async move {
            deliverer.deliver(&open, claim, hand, turn).await;
            // A place, and perhaps a lane, is free.
            wake.notify_one();
        });
    }

    /// Until something is freed or announced, or becomes due; then it may be the sweep's turn.
    async fn wait(&self) {
        let due = if self.running.is_empty() { self.next_due().await } else { SWEEP };
        let woken = async {
            tokio::select! {
                () = self.told.notified() => {}
                () = self.wake.notified() => {}
            }
        };
        let _ = tokio::time::timeout(due.min(SWEEP), woken).await;
    }

    async fn next_due(&self) -> Duration {
        let asked = async {
            let limits = claimable(&self.connections.all().await?, None, self.deliverer.clock.now());
            self.deliverer.backbone.ledger.next_due(&limits).await
        };
        let now = self.deliverer.clock.now();
        match asked.await {
            // What is due by now waits for a lane or a place.
            Ok(Some(due)) if due > now => Duration::try_from(due.duration_since(now)).unwrap_or(SWEEP),
            _ => SWEEP,
        }
    }
}

/// A connector that panics loses its claim when the lease is over; the others go on. Always true: one was joined.
fn log_panic(ended: &Result<(), tokio::task::JoinError>) -> bool {
    if let Err(why) = ended {
        tracing::error!(error = %why, "a delivery broke off, it is tried again when its lease is over");
    }
    true
}
