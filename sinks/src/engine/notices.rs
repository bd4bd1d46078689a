//! Live notices: from `calls.state` to the CRM while the phone rings. They leave no record, so they are sent at most once,
//! dropped when late, and never wait behind deliveries but for a turn of the connection's pace.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backbone::follow::{Follower, follow};
use backbone::log::{Start, Stored};
use backbone::{Backbone, Consumer, Error, Fut, Topic};
use schemas::time::later;
use schemas::{Call, CallState, Clock, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connections::Connections;
use super::early;
use super::metrics::SinkMetrics;
use super::open::Open;
use super::queue::announce;
use crate::connector::{Known, Notice};
use crate::failure::Failure;

const BATCH: usize = 200;
const IDLE: Duration = Duration::from_secs(1);
/// A notice later than this after the employee was rung is of no use.
const DEADLINE: Duration = Duration::from_secs(15);
/// A plan of notices asks for few look-ups.
const MOST_ASKED: u32 = 20;
/// Calls whose sent notices are remembered.
const REMEMBERED: usize = 10_000;

/// Sends the notices of one CRM.
pub struct Notices {
    kind: &'static str,
    backbone: Backbone,
    connections: Arc<Connections>,
    sender: Arc<Sender>,
}

struct Sender {
    clock: Arc<Clock>,
    metrics: SinkMetrics,
    /// Per connection and call: when it began to ring, and the notices sent.
    sent: std::sync::Mutex<HashMap<String, (Timestamp, Vec<String>)>>,
}

impl Notices {
    /// Of one kind.
    pub fn new(
        kind: &'static str,
        backbone: Backbone,
        clock: &Arc<Clock>,
        connections: &Arc<Connections>,
        metrics: SinkMetrics,
    ) -> Self {
        let sender = Arc::new(Sender { clock: Arc::clone(clock), metrics, sent: std::sync::Mutex::default() });
        let connections = Arc::clone(connections);
        Self { kind, backbone, connections, sender }
    }

    /// Runs until `stop`.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let group = format!("notices-{}", self.kind);
        // From the oldest, for what rings while this starts; what is late by now is passed over.
        let mut reader = self.backbone.log.consumer(&group, Topic::State, Start::Oldest).await?;
        follow(&mut self, reader.as_mut(), &stop).await;
        Ok(())
    }

    /// Opens the deliveries of calls that go on. Before it is noted as read: done twice it is done once.
    async fn early(&self, records: &[Stored]) -> Result<(), Error> {
        let (open, now) = (self.connections.all().await?, self.sender.clock.now());
        if !open.iter().any(|open| open.session.early()) {
            return Ok(());
        }
        let mut wanted = Vec::new();
        for Stored { record, .. } in records {
            let Ok(call) = serde_json::from_slice::<Call>(&record.value) else { continue };
            wanted.extend(open.iter().filter_map(|open| early::of(open, &call, &record.value, now)));
        }
        if !wanted.is_empty() {
            let due = self.backbone.ledger.want(&wanted, now).await?;
            announce(&*self.backbone.queue, self.kind, due).await;
        }
        Ok(())
    }

    fn start(&self, open: &Arc<Open>, call: Call, deadline: Timestamp) {
        // It would only be one more that hangs, or that is refused.
        if open.watch.is_open() || !open.pace.held_for().is_zero() {
            self.sender.metrics.noticed(open.connection.id.as_str(), "held");
            return;
        }
        let Ok(place) = Arc::clone(&open.notices).try_acquire_owned() else {
            self.sender.metrics.noticed(open.connection.id.as_str(), "dropped");
            return;
        };
        let (sender, open) = (Arc::clone(&self.sender), Arc::clone(open));
        let directory = Arc::clone(&self.backbone.directory);
        tokio::spawn(async move {
            let left = deadline.duration_since(sender.clock.now()).unsigned_abs();
            let by = Instant::now() + left;
            let outcome = match tokio::time::timeout_at(by, sender.send(&open, &call, by)).await {
                Ok(Ok(0)) => return,
                Ok(Ok(_)) => "sent",
                Ok(Err(Unsent::Failure(failure))) => {
                    if let Failure::TokenDead(_) = failure {
                        open.mark_broken(&*directory, &failure.to_string(), sender.clock.now()).await;
                    }
                    failure.kind()
                }
                Ok(Err(Unsent::Late)) | Err(_) => "late",
            };
            sender.metrics.noticed(open.connection.id.as_str(), outcome);
            drop(place);
        });
    }
}

impl Follower for Notices {
    fn doing(&self) -> String {
        format!("reading the state of calls for {}", self.kind)
    }

    fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()> {
        Box::pin(async move {
            let batch = reader.poll(BATCH, IDLE).await?;
            if batch.records.is_empty() {
                return Ok(());
            }
            self.early(&batch.records).await?;
            // Noted as read before it is sent: a notice is rather not sent than sent twice.
            reader.commit(Vec::new()).await?;
            let open = self.connections.all().await?;
            for stored in batch.records.iter().filter(|stored| !stored.record.value.is_empty()) {
                let Ok(call) = serde_json::from_slice::<Call>(&stored.record.value) else { continue };
                let Some(deadline) = deadline(&call).filter(|deadline| self.sender.clock.now() < *deadline) else {
                    continue;
                };
                for open in open.iter().filter(|open| open.ready() && open.connection.wants(&call)) {
                    self.start(open, call.clone(), deadline);
                }
            }
            Ok(())
        })
    }
}

/// What a request says of the credentials it went with.
fn heard<T>(open: &Open, said: Result<T, Failure>) -> Result<T, Failure> {
    open.proof.learn(&said);
    said
}

/// Why a notice was not sent.
enum Unsent {
    /// It would have been of no use any more.
    Late,
    /// The CRM.
    Failure(Failure),
}

impl From<Failure> for Unsent {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// It counts with what else the connection is asked, as a live call; but where its turn would come too late it takes none.
async fn turn(open: &Open, by: Instant) -> Result<(), Unsent> {
    loop {
        let asked = open.pace.reserve_by(by);
        if open.pace.when(asked) > by {
            return Err(Unsent::Late);
        }
        if open.pace.come(asked).await {
            return Ok(());
        }
    }
}

/// Until when a notice of this call is of use; nothing if nobody is being rung.
fn deadline(call: &Call) -> Option<Timestamp> {
    if call.state != CallState::Ringing {
        return None;
    }
    let rang = call.legs.iter().filter_map(|leg| leg.rang_at).max().unwrap_or(call.started_at);
    Some(later(rang, DEADLINE))
}

impl Sender {
    /// Sends what was not sent before; says how many, or the last failure. That one user cannot be told keeps nothing from
    /// the others.
    async fn send(&self, open: &Open, call: &Call, by: Instant) -> Result<usize, Unsent> {
        let ahead = open.notice_ahead.lock().await;
        // Those that waited go side by side.
        let _ahead = (!open.proof.is_fresh()).then_some(ahead);
        let mut known = Known::default();
        for _ in 0..MOST_ASKED {
            if open.refused.load(Ordering::Relaxed) {
                return Err(Failure::TokenDead("it refused them a moment ago".to_owned()).into());
            }
            match open.session.notice(call, &known) {
                Notice::Look(look) => {
                    turn(open, by).await?;
                    let found = heard(open, open.session.look(&look).await)?;
                    known.found.insert(look.name, found);
                }
                Notice::Send(puts) => {
                    let mut told = Ok(0);
                    for put in puts.iter().filter(|put| self.first(open, call, &put.name)) {
                        turn(open, by).await?;
                        match heard(open, open.session.make(put).await) {
                            Ok(_) => told = told.map(|count| count + 1),
                            Err(failure) => told = Err(failure.into()),
                        }
                    }
                    return told;
                }
            }
        }
        Err(Failure::NotUnderstood("the plan of notices does not come to an end".to_owned()).into())
    }

    /// Whether this notice was not sent yet; from now on it was.
    fn first(&self, open: &Open, call: &Call, name: &str) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if sent.len() >= REMEMBERED {
            let now = self.clock.now();
            sent.retain(|_, (at, _)| later(*at, DEADLINE * 4) > now);
            if sent.len() >= REMEMBERED {
                sent.clear();
            }
        }
        let key = format!("{}:{}", open.connection.id, call.id);
        let names = &mut sent.entry(key).or_insert_with(|| (call.last_heard_at, Vec::new())).1;
        let first = names.iter().all(|known| known != name);
        if first {
            names.push(name.to_owned());
        }
        first
    }
}
