//! One delivery: what its plan asks for, step by step, until the CRM holds it or something stands in the way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::ledger::{Claim, Release, Step, StepStatus};
use backbone::{Backbone, Error};
use schemas::time::later;
use schemas::{Call, Clock, Timestamp};

use super::connections::Open;
use super::metrics::SinkMetrics;
use super::retry::{Tried, Verdict, hold, verdict};
use super::steps;
use crate::connector::{Known, Next, Put};
use crate::failure::Failure;

/// A plan that asks for more than this does not come to an end.
const MOST_ASKED: u32 = 100;
/// A lease lasts this much longer than the request it covers.
const MARGIN: Duration = Duration::from_secs(30);
/// Requests in progress wait at most so long for a CRM that asks for it; the deliveries themselves wait as long as it asks.
const LONGEST_HOLD: Duration = Duration::from_mins(1);
/// Notes are for people: a few sentences.
const NOTE_CHARS: usize = 1000;

/// Delivers.
pub struct Deliverer {
    /// The backbone.
    pub backbone: Backbone,
    /// The clock.
    pub clock: Arc<Clock>,
    /// The counters.
    pub metrics: SinkMetrics,
}

/// Why a delivery stopped.
enum Stop {
    /// The CRM.
    Failure(Failure),
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
struct Work<'a> {
    open: &'a Open,
    claim: Claim,
    steps: BTreeMap<String, Step>,
    leased_until: Timestamp,
}

impl Deliverer {
    /// Delivers what was claimed, and gives it back.
    pub async fn deliver(&self, open: &Open, claim: Claim) {
        let connection = claim.delivery.connection.to_string();
        let call = claim.delivery.call.to_string();
        let steps = claim.steps.iter().map(|step| (step.name.clone(), step.clone())).collect();
        let leased_until = claim.delivery.leased_until.unwrap_or(Timestamp::MIN);
        let mut work = Work { open, claim, steps, leased_until };
        let result = self.carry_out(&mut work).await;
        let (release, outcome) = self.judge(&work, result).await;
        self.metrics.tried(&connection, outcome);
        let Some(release) = release else {
            tracing::warn!(connection, call, "left to whoever has the lease now, or to the next try");
            return;
        };
        tracing::info!(connection, call, outcome, "delivery tried");
        if let Err(why) = self.backbone.ledger.release(&work.claim, release, self.clock.now()).await {
            tracing::warn!(connection, call, error = %why, "the delivery was not given back, its lease will end");
        }
    }

    async fn carry_out(&self, work: &mut Work<'_>) -> Result<String, Stop> {
        let call: Call = serde_json::from_slice(&work.claim.body)
            .map_err(|why| Error::Unreadable(format!("the call of the delivery: {why}")))?;
        self.settle(work).await?;
        let delivery = &work.claim.delivery;
        let remembered = self.backbone.ledger.remembered(&delivery.connection, &delivery.lane).await?;
        let mut known = Known { remembered: remembered.into_iter().collect(), ..Known::default() };
        known.made = work.steps.values().filter_map(|step| Some((step.name.clone(), steps::made(step)?))).collect();
        for _ in 0..MOST_ASKED {
            match work.open.session.plan(&call, &known) {
                Next::Done { note } => return Ok(note),
                Next::Look(look) => {
                    self.before_request(work).await?;
                    let found = work.open.session.look(&look).await?;
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
            if let Some(crm_id) = work.open.session.find(&put).await? {
                step.note = format!("{} · no answer came, and it was found in the CRM", put.why);
                self.made(work, step, crm_id, remember.as_deref()).await?;
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
            self.write(work, step).await?;
            // Made again at the next try, which counts: a CRM that fails every time is not asked faster than by schedule.
            return Err(Failure::Unavailable("it did not answer, and has not made the record".to_owned()).into());
        }
        Ok(())
    }

    /// Makes sure that the record is there with its content.
    async fn put(&self, work: &mut Work<'_>, put: &Put) -> Result<crate::connector::Made, Stop> {
        let before = work.steps.get(&put.name).cloned();
        let made = before.as_ref().and_then(steps::made);
        if let Some(made) = made.as_ref().filter(|made| made.content == put.content) {
            return Ok(made.clone());
        }
        self.before_request(work).await?;
        let now = self.clock.now();
        let mut step = steps::trying(put, before.as_ref(), now, later(now, work.open.limits.request_timeout));
        // Written down before it is sent: whatever happens now, the next try knows that it may be there.
        self.write(work, step.clone()).await?;
        let answer = match &made {
            Some(made) => {
                work.open.session.change(put, &made.crm_id, &made.content).await.map(|()| made.crm_id.clone())
            }
            None => work.open.session.make(put).await,
        };
        match answer {
            Ok(crm_id) | Err(Failure::AlreadyThere { crm_id }) => {
                self.made(work, step, crm_id.clone(), put.remember).await?;
                Ok(crate::connector::Made { crm_id, content: put.content.clone() })
            }
            Err(failure) => {
                // A change is only made again, so nothing hangs on whether it was carried out.
                let failure = match failure {
                    Failure::OutcomeUnknown(why) if made.is_some() => Failure::Unavailable(why),
                    failure => failure,
                };
                if !matches!(failure, Failure::OutcomeUnknown(_)) {
                    step.status = StepStatus::Failed;
                    step.note = format!("{} · {failure}", put.why);
                    self.write(work, step).await?;
                }
                Err(failure.into())
            }
        }
    }

    /// The CRM has the record. What is remembered for the number is written first: a crash between the two leaves the
    /// step to be found again, never a second client.
    async fn made(
        &self,
        work: &mut Work<'_>,
        mut step: Step,
        crm_id: String,
        remember: Option<&str>,
    ) -> Result<(), Stop> {
        if let Some(word) = remember {
            self.backbone.ledger.remember(&work.claim, word, &crm_id).await?;
        }
        step.status = StepStatus::Done;
        step.held = step.content.clone();
        step.crm_id = Some(crm_id);
        step.at = self.clock.now();
        self.write(work, step).await
    }

    async fn write(&self, work: &mut Work<'_>, step: Step) -> Result<(), Stop> {
        self.backbone.ledger.write_step(&work.claim, &step).await?;
        work.steps.insert(step.name.clone(), step);
        Ok(())
    }

    /// The connection's pace, and before it is waited for a lease that outlasts the wait and the request's deadline.
    async fn before_request(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let turn = work.open.pace.reserve().await;
        let wait = turn.saturating_duration_since(tokio::time::Instant::now());
        let needed = later(self.clock.now(), wait + work.open.limits.request_timeout + MARGIN / 2);
        if work.leased_until < needed {
            let until = later(needed, MARGIN);
            self.backbone.ledger.extend(&work.claim, until).await?;
            work.leased_until = until;
        }
        tokio::time::sleep_until(turn).await;
        Ok(())
    }

    /// What becomes of the delivery, and the word for it in metrics. Nothing: the lease is left to end.
    async fn judge(&self, work: &Work<'_>, result: Result<String, Stop>) -> (Option<Release>, &'static str) {
        let uncertain = work.steps.values().any(steps::is_unknown);
        let again = |due, counted, note: &str| Release::Again { due, counted, uncertain, note: short(note) };
        let failure = match result {
            Ok(note) => return (Some(Release::Done { note: short(&note) }), "done"),
            Err(Stop::Backbone(why)) => {
                tracing::warn!(call = %work.claim.delivery.call, error = %why, "the delivery was interrupted");
                let due = later(self.clock.now(), Duration::from_secs(5));
                let lost = matches!(why, Error::LeaseLost(_));
                return ((!lost).then(|| again(due, false, &why.to_string())), "interrupted");
            }
            Err(Stop::NotYetKnown(due, note)) => return (Some(again(due, false, &note)), "not_yet_known"),
            Err(Stop::Failure(failure)) => failure,
        };
        let now = self.clock.now();
        let delivery = &work.claim.delivery;
        let tried = Tried { attempts: delivery.attempts, since: delivery.since, retry_for: work.open.limits.retry_for };
        let note = failure.to_string();
        if let Failure::Quota { retry_after, .. } = &failure {
            work.open.pace.hold(hold(*retry_after).min(LONGEST_HOLD)).await;
        }
        match verdict(&failure, tried, now, fastrand::f64()) {
            Verdict::Again { due, counted } => (Some(again(due, counted, &note)), failure.kind()),
            // What may be there is found out first, however long it takes.
            Verdict::Dead if uncertain => {
                (Some(again(later(now, Duration::from_mins(1)), true, &note)), failure.kind())
            }
            Verdict::Dead => (Some(Release::Dead { note: short(&note) }), "dead"),
            Verdict::Broken => {
                work.open.mark_broken(&*self.backbone.directory, &short(&note), now).await;
                (Some(again(now, false, &note)), failure.kind())
            }
        }
    }
}

fn short(note: &str) -> String {
    note.chars().take(NOTE_CHARS).collect()
}
