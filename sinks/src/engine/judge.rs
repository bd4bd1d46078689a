//! What becomes of a delivery that was tried.

use std::time::Duration;

use backbone::Error;
use backbone::ledger::Release;
use schemas::time::{Span, later};

use super::deliver::{Deliverer, Stop, Work};
use super::retry::{Tried, Verdict, hold, verdict};
use super::steps;
use crate::failure::Failure;

/// Notes are for people: a few sentences.
const NOTE_CHARS: usize = 1000;

impl Deliverer {
    /// What becomes of the delivery, and the word for it in metrics. Nothing: the lease is left to end.
    pub(super) async fn judge(&self, work: &Work<'_>, result: Result<String, Stop>) -> (Option<Release>, &'static str) {
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
            Err(Stop::Parked) => {
                return (Some(again(self.clock.now(), false, "the connection is no longer active")), "parked");
            }
            Err(Stop::NoPlace) => return (Some(again(self.clock.now(), false, "it waits for its turn")), "no_place"),
            Err(Stop::Held) => {
                let said = work.open.watch.open().map(|outage| outage.said).unwrap_or_default();
                let note = format!("it waits until the CRM answers again: {said}");
                return (Some(again(work.claim.delivery.due_at, false, &note)), "held");
            }
            Err(Stop::NotYetKnown(due, note)) => return (Some(again(due, false, &note)), "not_yet_known"),
            Err(Stop::Failure(failure)) => failure,
        };
        let now = self.clock.now();
        let delivery = &work.claim.delivery;
        let since = delivery.since.max(self.since);
        let tried = Tried { attempts: delivery.attempts, since, retry_for: work.open.limits.retry_for };
        let note = failure.to_string();
        if let Failure::Quota { retry_after, .. } = &failure {
            work.open.pace.hold(hold(*retry_after));
        }
        match verdict(&failure, tried, now, fastrand::f64()) {
            Verdict::Again { counted: true, .. } | Verdict::Dead if work.early && !uncertain => {
                (Some(Release::Done { note: short(&format!("before the end of the call: {note}")) }), "early_dropped")
            }
            // It is the CRM's doing, not this call's: it costs no try, and others have their turn before it.
            Verdict::Again { counted: true, .. }
                if failure.is_silence()
                    && let Some(due) = work.open.watch.again(now) =>
            {
                (Some(again(due, false, &note)), failure.kind())
            }
            Verdict::Again { due, counted } => (Some(again(due, counted, &note)), failure.kind()),
            // What may be there is found out first, however long it takes.
            Verdict::Dead if uncertain => {
                (Some(again(later(now, Duration::from_mins(1)), true, &note)), failure.kind())
            }
            Verdict::Dead => {
                let refused = matches!(failure, Failure::Refused { .. } | Failure::Gone(_));
                let note = if refused { note } else { given_up(tried.retry_for, &note) };
                (Some(Release::Dead { note: short(&note) }), "dead")
            }
            Verdict::Broken => {
                work.open.mark_broken(&*self.backbone.directory, &short(&note), now).await;
                (Some(again(now, false, &note)), failure.kind())
            }
        }
    }
}

/// Why it is not tried any more.
fn given_up(retry_for: Duration, note: &str) -> String {
    format!("given up after {} of trying: {note}", Span::seconds(retry_for.as_secs()))
}

pub(super) fn short(note: &str) -> String {
    note.chars().take(NOTE_CHARS).collect()
}
