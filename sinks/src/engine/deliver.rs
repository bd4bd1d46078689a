//! One delivery: what its plan asks for, step by step, until the CRM holds it or something stands in the way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::ledger::{Claim, Ending, Entry, Release, Step, StepStatus};
use backbone::{Backbone, Error};
use schemas::time::later;
use schemas::{Call, Clock, Timestamp};
use tokio::sync::Notify;

use super::early;
use super::metrics::SinkMetrics;
use super::open::Open;
use super::outage::Turn;
use super::places::{Hand, Place};
use super::steps;
use crate::connector::{Known, Next};
use crate::failure::Failure;
use crate::kit::trace;

/// A plan that asks for more than this does not come to an end.
const MOST_ASKED: u32 = 100;

/// Delivers.
pub struct Deliverer {
    /// The backbone.
    pub backbone: Backbone,
    /// The clock.
    pub clock: Arc<Clock>,
    /// The counters.
    pub metrics: SinkMetrics,
    /// See [`Sink::since`](super::Sink::since).
    pub since: Timestamp,
    /// There may be more to claim.
    pub wake: Arc<Notify>,
}

/// Why a delivery stopped.
pub enum Stop {
    /// The CRM.
    Failure(Failure),
    /// The connection is no longer active.
    Parked,
    /// Nobody is left whose place it could have, or this worker may send nothing for now.
    NoPlace,
    /// The CRM does not answer, and this is not the delivery that finds out whether it does again.
    Held,
    /// Whether a record was made is not known yet; look again then.
    NotYetKnown(Timestamp, String),
    /// The backbone.
    Backbone(Error),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Backbone(error)
    }
}

/// A delivery in hand.
pub(super) struct Work<'a> {
    pub open: &'a Open,
    pub claim: Claim,
    pub hand: Hand,
    /// While it is with the CRM.
    pub place: Option<Place>,
    /// Its part in finding out whether the CRM answers.
    pub turn: Turn,
    /// Whether the last request was answered; nothing: none was sent.
    pub answered: Option<bool>,
    pub steps: BTreeMap<String, Step>,
    /// What is known and not written down yet: it goes with the next write, and before the next request.
    pub unwritten: Vec<Entry>,
    pub leased_until: Timestamp,
    /// The call goes on: what becomes of this try does not count.
    pub early: bool,
}

impl Deliverer {
    /// Delivers what was claimed, and gives it back.
    pub async fn deliver(&self, open: &Open, claim: Claim, hand: Hand, turn: Turn) {
        let steps = claim.steps.iter().map(|step| (step.name.clone(), step.clone())).collect();
        let leased_until = claim.delivery.leased_until.unwrap_or(Timestamp::MIN);
        let (place, answered, unwritten, early) = (None, None, Vec::new(), false);
        let mut work = Work { open, claim, hand, place, turn, answered, steps, unwritten, leased_until, early };
        let (result, requests) = trace::recorded(&open.masks, self.carry_out(&mut work)).await;
        self.hear(&mut work, &result);
        let routine = matches!(result, Ok(_) | Err(Stop::NoPlace | Stop::Held));
        let (release, outcome) = self.judge(&work, result).await;
        let (connection, call) = (&work.claim.delivery.connection, &work.claim.delivery.call);
        self.metrics.tried(connection.as_str(), outcome);
        let Some(release) = release else {
            tracing::warn!(%connection, %call, "left to whoever has the lease now, or to the next try");
            return open.watch.write(&*self.backbone.memos, &open.connection.id).await;
        };
        // One line for what goes well would be thousands a second; the ledger has them.
        if routine {
            tracing::debug!(%connection, %call, outcome, "delivery tried");
        } else {
            tracing::info!(%connection, %call, outcome, "delivery tried");
        }
        self.give_back(work, release, &requests).await;
        open.watch.write(&*self.backbone.memos, &open.connection.id).await;
    }

    async fn give_back(&self, mut work: Work<'_>, release: Release, requests: &[String]) {
        drop(work.place.take());
        let heir = work.hand.leave();
        let trace = trace::appended(&work.claim.delivery.trace, requests);
        let ending = Ending { last: std::mem::take(&mut work.unwritten), release, heir: heir.clone(), trace };
        if let Err(why) = self.backbone.ledger.release(&work.claim, ending, self.clock.now()).await {
            let (connection, call) = (&work.claim.delivery.connection, &work.claim.delivery.call);
            tracing::warn!(%connection, %call, error = %why, "the delivery was not given back, its lease will end");
            if let Some(heir) = heir {
                work.hand.not_left(heir);
            }
        }
    }

    async fn carry_out(&self, work: &mut Work<'_>) -> Result<String, Stop> {
        let call: Call = serde_json::from_slice(&work.claim.body)
            .map_err(|why| Error::Unreadable(format!("the call of the delivery: {why}")))?;
        work.early = !call.ended();
        self.settle(work).await?;
        if work.early && early::is_late(&call, self.clock.now()) {
            return Ok("it was too late for a record of a call that goes on".to_owned());
        }
        let remembered = std::mem::take(&mut work.claim.remembered).into_iter().collect();
        let mut known = Known { remembered, ..Known::default() };
        known.made = work.steps.values().filter_map(|step| Some((step.name.clone(), steps::made(step)?))).collect();
        for _ in 0..MOST_ASKED {
            match work.open.session.plan(&call, &known) {
                Next::Done { note } => return Ok(note),
                Next::Look(look) => {
                    self.before_request(work).await?;
                    let found = self.heard(work.open, work.open.session.look(&look).await);
                    let found = work.heard(found)?;
                    known.found.insert(look.name, found);
                }
                Next::Put(put) => {
                    let made = self.put(work, &put).await?;
                    if let Some(word) = put.remember {
                        known.remembered.insert(word.to_owned(), made.crm_id.clone());
                    }
                    known.made.insert(put.name, made);
                }
            }
        }
        Err(Failure::NotUnderstood("the plan does not come to an end".to_owned()).into())
    }

    /// Finds out what became of records whose making was never answered, before anything else is decided.
    async fn settle(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let unknown: Vec<Step> = work.steps.values().filter(|step| steps::is_unknown(step)).cloned().collect();
        for mut step in unknown {
            let (put, remember) = steps::put_of(&step)?;
            self.before_request(work).await?;
            let found = self.heard(work.open, work.open.session.find(&put).await);
            if let Some(crm_id) = work.heard(found)? {
                step.note = format!("{} · no answer came, and it was found in the CRM", put.why);
                self.made(work, step, crm_id, remember.as_deref());
                continue;
            }
            let now = self.clock.now();
            let certain = later(step.deadline.unwrap_or(now), work.open.limits.search_lag);
            if now < certain {
                let next = later(now, Duration::from_secs(2)).min(later(certain, Duration::from_millis(10)));
                return Err(Stop::NotYetKnown(next, format!("whether {} was made is not known yet", step.name)));
            }
            step.status = StepStatus::Failed;
            step.at = now;
            step.note = format!("{} · no answer came, and it is not in the CRM", put.why);
            work.note(step.into());
            // Made again at the next try, which counts: a CRM that fails every time is not asked faster than by schedule.
            return Err(Failure::Unavailable("it did not answer, and has not made the record".to_owned()).into());
        }
        Ok(())
    }

    /// What a request says of the credentials it went with.
    pub(super) fn heard<T>(&self, open: &Open, said: Result<T, Failure>) -> Result<T, Failure> {
        if open.proof.learn(&said) {
            self.wake.notify_one();
        }
        said
    }

    /// The CRM has the record. It and what is remembered for the number are written down together: a crash before that
    /// leaves the step to be found again, never a second client.
    pub(super) fn made(&self, work: &mut Work<'_>, mut step: Step, crm_id: String, remember: Option<&str>) {
        let remember = remember.map(|word| (word.to_owned(), crm_id.clone()));
        step.status = StepStatus::Done;
        let record = step.content.get("record").and_then(serde_json::Value::as_str).unwrap_or_default();
        step.held = steps::held(&step, work.open.session.link(record, &crm_id));
        step.crm_id = Some(crm_id);
        step.at = self.clock.now();
        work.note(Entry { step, remember });
    }

    /// Writes down what is known.
    pub(super) async fn write(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        if !work.unwritten.is_empty() {
            let written = self.backbone.ledger.write(&work.claim, &work.unwritten).await;
            // What cannot be kept would also keep the delivery from being given back.
            if matches!(written, Ok(()) | Err(Error::Invalid(_))) {
                work.unwritten.clear();
            }
            written?;
        }
        Ok(())
    }
}

impl Work<'_> {
    /// To be written with the next write; a step once, as it is by now.
    pub(super) fn note(&mut self, entry: Entry) {
        self.steps.insert(entry.step.name.clone(), entry.step.clone());
        self.unwritten.retain(|known| known.step.name != entry.step.name);
        self.unwritten.push(entry);
    }
}
