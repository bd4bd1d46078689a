//! One round of a list: window by window asked for, compared, noted.

use std::time::Duration;

use backbone::{Error, Topic};
use ingest::sources::listing::{Refused, Rest, Window};
use schemas::Timestamp;
use schemas::time::earlier;
use tokio_util::sync::CancellationToken;

use super::asker::Asker;
use super::progress::{self, Progress};
use super::{Asked, Backfill, fill};

/// Longer than a request, a wait for a limit and the writing after it.
const LEASE: Duration = Duration::from_mins(5);
/// Webhooks of a call that just ended may be under way for so long.
const SETTLE: Duration = Duration::from_mins(1);
/// Where another process asks, or events are still being folded.
const LATER: Duration = Duration::from_secs(5);
/// Requests of a round; the rest is asked for in the next.
const REQUESTS_MAX: usize = 500;

/// Why a window was not compared.
pub enum Stop {
    /// The PBX did not give its list.
    Refused(Refused),
    /// Log or store are away.
    Away(Error),
    /// The turn is somebody else's by now.
    NotOurs,
}

/// A round.
pub struct Round<'a> {
    worker: &'a Backfill,
    asked: Asked,
    requests: usize,
}

impl<'a> Round<'a> {
    /// Of a list.
    pub fn new(worker: &'a Backfill, asked: Asked) -> Self {
        Self { worker, asked, requests: 0 }
    }

    /// Asks, if it is time and this worker's turn. Says how long to wait for the next look; nothing where it is another's turn.
    pub async fn run(mut self, first: bool, stop: &CancellationToken) -> Result<Option<Duration>, Error> {
        let name = self.asked.name();
        let memos = &self.worker.backbone.memos;
        if !memos.take_turn(&name, self.worker.holder, LEASE).await? {
            return Ok(None);
        }
        // What is given up half-way is asked for again: what was compared is noted, and the same event is one.
        let done = stop.run_until_cancelled(self.turn(first)).await;
        memos.end_turn(&name, self.worker.holder).await?;
        done.unwrap_or(Ok(None))
    }

    async fn turn(&mut self, first: bool) -> Result<Option<Duration>, Error> {
        let (worker, source, name) = (self.worker, self.asked.entry.source.clone(), self.asked.name());
        let every = source.backfill_every.duration();
        let (mut progress, mut version) = progress::read(&*worker.backbone.memos, &name).await?.unwrap_or_default();
        let now = worker.clock.now();
        if let Some(wait) = progress.wait(now, every, first) {
            return Ok(Some(wait.min(every)));
        }
        let settled = earlier(now, SETTLE.min(every));
        if self.is_behind(settled).await? {
            return Ok(Some(LATER.min(every)));
        }
        let before = progress.error.clone();
        let done = self.windows(&mut progress, &mut version, settled).await;
        let wait = match done {
            Ok(wait) => {
                if before.is_some() && progress.error.is_none() {
                    tracing::info!(source = %source.id, list = self.asked.list.name(), "backfill: the PBX gives its list again");
                }
                wait
            }
            Err(Stop::NotOurs) => return Ok(None),
            Err(Stop::Away(why)) => return Err(why),
            Err(Stop::Refused(refused)) => {
                let (why, wait) = match refused {
                    Refused::Limit(wait) => {
                        ("the PBX's limit of requests is reached: asked again later".to_owned(), Some(wait))
                    }
                    Refused::Because(why) => {
                        progress.number = None;
                        (why, None)
                    }
                };
                worker.metrics.failed(&self.asked);
                if progress.failed(&why, worker.clock.now(), wait, every) {
                    tracing::warn!(source = %source.id, list = self.asked.list.name(), why, "backfill: the PBX does not give its list");
                }
                progress.wait(worker.clock.now(), every, false).map_or(every, |wait| wait.min(every))
            }
        };
        if !progress::write(&*worker.backbone.memos, &name, &progress, version).await? {
            return Ok(None);
        }
        Ok(Some(wait))
    }

    /// Whether what came before `settled` is not all in the journal yet: then it would be taken for missing.
    async fn is_behind(&self, settled: Timestamp) -> Result<bool, Error> {
        let lags = self.worker.backbone.log.lag().await?;
        let counts =
            |group: &str, topic| matches!((group, topic), ("processor", Topic::Raw) | ("journal", Topic::State));
        Ok(lags.iter().any(|lag| counts(&lag.group, lag.topic) && lag.oldest.is_some_and(|oldest| oldest < settled)))
    }

    /// Asks for all windows, the oldest first; how far it came is kept after each.
    async fn windows(
        &mut self,
        progress: &mut Progress,
        version: &mut i64,
        settled: Timestamp,
    ) -> Result<Duration, Stop> {
        let (worker, of, name) = (self.worker, self.asked.clone(), self.asked.name());
        let report = of.entry.source.notifications_report.clone().unwrap_or_default();
        let known = progress.number.take().filter(|(name, _)| *name == report).map(|(_, number)| number);
        let mut asker = Asker::new(&of, &worker.metrics, known)?;
        // Asked for again only after a refusal: then it may be another.
        progress.number = asker.number(worker.clock.now()).await?.map(|number| (report, number));
        let (mut windows, far) = progress.windows(settled);
        while let Some(window) = windows.pop() {
            if self.requests >= REQUESTS_MAX {
                return Ok(LATER);
            }
            if !self.window(&mut asker, window, settled).await? {
                // The later half waits below the earlier one.
                let halves = window.halves().ok_or_else(too_many)?;
                windows.extend(halves.into_iter().rev());
                continue;
            }
            progress.compared(window);
            if !windows.is_empty() {
                if !progress::write(&*worker.backbone.memos, &name, progress, *version).await? {
                    return Err(Stop::NotOurs);
                }
                *version += 1;
            }
        }
        let now = worker.clock.now();
        progress.went_through(now, far);
        progress.waits_until = asker.must_wait().map(|wait| schemas::time::later(now, wait));
        progress.until.into_iter().for_each(|until| worker.metrics.until(&of, until));
        Ok(of.entry.source.backfill_every.duration())
    }

    /// Compares one window, page by page; false where the PBX has more in it than it gives.
    async fn window(&mut self, asker: &mut Asker<'_>, window: Window, settled: Timestamp) -> Result<bool, Stop> {
        let mut from = 0;
        loop {
            let name = self.asked.name();
            if !self.worker.backbone.memos.take_turn(&name, self.worker.holder, LEASE).await? {
                return Err(Stop::NotOurs);
            }
            self.requests += 1;
            let listed = asker.rows(window, from, self.worker.clock.now()).await?;
            if let Some((why, count)) = listed.unreadable {
                self.worker.metrics.unreadable(&self.asked, count);
                let (source, list) = (&self.asked.entry.source.id, self.asked.list.name());
                tracing::warn!(%source, list, count, why, "backfill: rows of the PBX's list cannot be read");
            }
            if listed.rest == Rest::Unknown && window.halves().is_some() {
                return Ok(false);
            }
            fill::missing(self.worker, &self.asked, asker, listed.rows, settled).await?;
            match listed.rest {
                Rest::Nothing => return Ok(true),
                Rest::Unknown => return Ok(false),
                Rest::From(next) => from = next,
            }
        }
    }
}

fn too_many() -> Stop {
    Stop::Refused(Refused::Because("the PBX has more of one second than it gives in an answer".to_owned()))
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Error> for Stop {
    fn from(why: Error) -> Self {
        Self::Away(why)
    }
}
