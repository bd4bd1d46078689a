//! What stands before a request, and the making of a record.
//!
//! Before a request: what is known is written down, the delivery has a place with the CRM, it is the turn of the connection's
//! pace, and the lease outlasts the request. Those waits can be long, so all that depends on the time is looked at after them.

use std::time::Duration;

use backbone::ledger::{Rank, Step, StepStatus};
use schemas::time::later;
use tokio::time::Instant;

use super::deliver::{Deliverer, Stop, Work};
use super::steps;
use crate::connector::{Made, Put};
use crate::failure::Failure;

/// A lease lasts this much longer than the request it covers.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a record that is written down before there is a place for it may wait for one.
const READY: Duration = Duration::from_secs(5);
/// Times that a record is written down: each time the write, or the wait for a place, took too long.
const TRIES: u32 = 3;

impl Deliverer {
    /// All that stands before a request.
    pub(super) async fn before_request(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        self.write(work).await?;
        self.turn(work).await?;
        work.usable()
    }

    /// A place, and the connection's pace; before that is waited for a lease that outlasts the wait and the request.
    async fn turn(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        self.place(work).await?;
        let (live, timeout) = (work.claim.delivery.rank == Rank::Live, work.open.limits.request_timeout);
        loop {
            if let Some(left) = work.open.pace.held_long() {
                let said = "it asked for no more requests for now".to_owned();
                return Err(Failure::Quota { said, retry_after: Some(left) }.into());
            }
            if !work.open.pace.is_shared_out() {
                return Err(Stop::NoPlace);
            }
            let asked = if live { work.open.pace.reserve() } else { work.open.pace.left_over() };
            let wait = work.open.pace.when(asked).saturating_duration_since(Instant::now());
            self.lease(work, wait + timeout).await?;
            if work.open.pace.come(asked).await {
                return Ok(());
            }
            work.usable()?;
        }
    }

    /// Waits for a place, its lease kept meanwhile.
    async fn place(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        while work.place.is_none() {
            let left = work.leased_until.duration_since(self.clock.now());
            let soon = Duration::try_from(left).unwrap_or_default().saturating_sub(MARGIN / 2);
            tokio::select! {
                place = work.hand.place() => work.place = Some(place.ok_or(Stop::NoPlace)?),
                () = tokio::time::sleep(soon) => self.lease(work, MARGIN).await?,
            }
        }
        Ok(())
    }

    /// Makes the lease outlast what begins now and takes so long.
    async fn lease(&self, work: &mut Work<'_>, takes: Duration) -> Result<(), Stop> {
        let needed = later(self.clock.now(), takes + MARGIN / 2);
        if work.leased_until < needed {
            let until = later(needed, MARGIN);
            self.backbone.ledger.extend(&work.claim, until).await?;
            work.leased_until = until;
        }
        Ok(())
    }

    /// Makes sure that the record is there with its content.
    pub(super) async fn put(&self, work: &mut Work<'_>, put: &Put) -> Result<Made, Stop> {
        let before = work.steps.get(&put.name).cloned();
        let made = before.as_ref().and_then(steps::made);
        if let Some(made) = made.as_ref().filter(|made| made.content == put.content) {
            return Ok(made.clone());
        }
        if before.is_none()
            && work.claim.delivery.replay.is_some()
            && let Some(there) = self.there_already(work, put).await?
        {
            return Ok(there);
        }
        let (mut step, deadline) = self.ready(work, put, before.as_ref()).await?;
        let open = work.open;
        let request = async {
            match &made {
                Some(made) => open.session.change(put, &made.crm_id, &made.content).await.map(|()| made.crm_id.clone()),
                None => open.session.make(put).await,
            }
        };
        // It is given up when it was said to be: later than that nobody counts on it any more.
        let answer = tokio::time::timeout_at(deadline, request).await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::OutcomeUnknown("no answer by its deadline".to_owned())));
        match work.heard(self.heard(open, answer)) {
            Ok(crm_id) | Err(Failure::AlreadyThere { crm_id }) => {
                self.made(work, step, crm_id.clone(), put.remember);
                Ok(Made { crm_id, content: put.content.clone() })
            }
            // What people deleted is not made again behind their backs, and not asked for again and again (F10).
            Err(Failure::Gone(why)) if let Some(made) = &made => {
                step.note = format!("{} · the CRM no longer has it, it is left so: {why}", put.why);
                self.made(work, step, made.crm_id.clone(), None);
                Ok(Made { crm_id: made.crm_id.clone(), content: put.content.clone() })
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
                    work.note(step.into());
                }
                Err(failure.into())
            }
        }
    }

    /// What is sent again may be there from before: an earlier Ringfold, or another integration, made it with the same mark (G9). It is
    /// taken as it is, and not made a second time.
    async fn there_already(&self, work: &mut Work<'_>, put: &Put) -> Result<Option<Made>, Stop> {
        self.before_request(work).await?;
        let found = self.heard(work.open, work.open.session.find(put).await);
        let Some(crm_id) = work.heard(found)? else { return Ok(None) };
        let now = self.clock.now();
        let mut step = steps::trying(put, None, now, now);
        step.note = format!("{} · it was there already", put.why);
        self.made(work, step, crm_id.clone(), put.remember);
        Ok(Some(Made { crm_id, content: put.content.clone() }))
    }

    /// Writes a record down before it is sent: whatever happens then, the next try knows that it may be there. Says until
    /// when it must be answered. A delivery that has no place yet writes first and waits then, so that a place is not
    /// held while the ledger is written.
    async fn ready(&self, work: &mut Work<'_>, put: &Put, before: Option<&Step>) -> Result<(Step, Instant), Stop> {
        if work.open.pace.limited() {
            self.before_request(work).await?;
        } else if work.place.is_none() {
            work.place = work.hand.place_now();
        }
        let timeout = work.open.limits.request_timeout;
        let mut written = None;
        for _ in 0..TRIES {
            let takes = if work.place.is_some() { timeout } else { READY + timeout };
            self.lease(work, takes).await?;
            let deadline = Instant::now() + takes;
            let now = self.clock.now();
            let trying = written.insert(steps::trying(put, before, now, later(now, takes)));
            work.note(trying.clone().into());
            self.write(work).await?;
            if !work.open.pace.limited()
                && let Err(why) = self.turn(work).await
            {
                return Err(unsent(work, written, why));
            }
            // Not so after a slow write or a long wait: the request would outlast what was written down of it.
            let fits = deadline.saturating_duration_since(Instant::now()) >= timeout / 2;
            match work.usable() {
                Ok(()) if fits => return Ok((trying.clone(), deadline)),
                Ok(()) => {}
                Err(why) => return Err(unsent(work, written, why)),
            }
        }
        let late = Failure::Unavailable("the ledger or the connection's turn took too long".to_owned());
        Err(unsent(work, written, late.into()))
    }
}

/// The record was written down, and nothing was sent.
fn unsent(work: &mut Work<'_>, written: Option<Step>, why: Stop) -> Stop {
    if let Some(mut step) = written {
        step.status = StepStatus::Failed;
        step.note = format!("{} · not sent", step.note);
        work.note(step.into());
    }
    why
}
