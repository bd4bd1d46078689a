//! How far a list was compared: kept between processes, and what is to be asked next by it.

use std::time::Duration;

use backbone::sealed::Secret;
use backbone::{Error, Memos};
use ingest::sources::listing::{CALLS, Lists, Window};
use schemas::time::{earlier, later};
use schemas::{SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::wire::BackfillView;

/// Of a list that was never compared, rows from so long ago on.
const FIRST: Duration = Duration::from_hours(24);
/// After an outage, calls from so long ago on: as long as the log keeps what it is compared with.
const LONGEST: Duration = Duration::from_hours(30 * 24);
/// Each time it is looked back so far: a call stands in the list when it is over, and its recording may come later.
const OVERLAP: Duration = Duration::from_hours(2);
/// And so far now and then, for long calls and late recordings.
const FAR: Duration = Duration::from_hours(24);
/// How often it is looked back far.
const FAR_EVERY: Duration = Duration::from_hours(6);
/// Calls of at most so long are asked for at once.
const WINDOW: Duration = Duration::from_hours(24);
/// After a failure.
const AGAIN: Duration = Duration::from_mins(5);
/// A process that starts asks at once, unless it was asked so shortly before.
const JUST_NOW: Duration = Duration::from_mins(1);
/// Errors are kept cut.
const ERROR_CHARS_MAX: usize = 500;

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Calls that began before this are compared.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// When a round last went through.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// When it was last looked back far.
    #[serde(default)]
    pub looked_far_at: Option<Timestamp>,
    /// Not before then.
    #[serde(default)]
    pub waits_until: Option<Timestamp>,
    /// The PBX's number of the list, and of which name.
    #[serde(default)]
    pub number: Option<(String, u64)>,
    /// Why the last try failed.
    #[serde(default)]
    pub error: Option<String>,
}

impl Progress {
    /// How long to wait before asking; nothing when it is time. `first`: by a process that has not asked yet.
    pub fn wait(&self, now: Timestamp, every: Duration, first: bool) -> Option<Duration> {
        let every = if first { every.min(JUST_NOW) } else { every };
        let by_span = self.asked_at.map(|at| later(at, every));
        let until = by_span.max(self.waits_until)?;
        Duration::try_from(until.duration_since(now)).ok().filter(|wait| !wait.is_zero())
    }

    /// What is to be compared until `until`, the oldest last; and whether it is looked back far.
    pub fn windows(&self, until: Timestamp) -> (Vec<Window>, bool) {
        let far = self.looked_far_at.is_none_or(|at| later(at, FAR_EVERY) <= until);
        let back = if far { FAR } else { OVERLAP };
        let from = self.until.map_or_else(|| earlier(until, FIRST), |known| earlier(known.min(until), back));
        let mut from = from.max(earlier(until, LONGEST));
        let mut windows = Vec::new();
        while from < until {
            let to = later(from, WINDOW).min(until);
            windows.push(Window { from, to });
            from = to;
        }
        windows.reverse();
        (windows, far)
    }

    /// Notes that this window is compared.
    pub fn compared(&mut self, window: Window) {
        self.until = self.until.max(Some(window.to));
    }

    /// Notes that all was asked for.
    pub fn went_through(&mut self, now: Timestamp, far: bool) {
        self.asked_at = Some(now);
        self.waits_until = None;
        self.error = None;
        if far {
            self.looked_far_at = Some(now);
        }
    }

    /// Notes a failure; says whether it is a new one.
    pub fn failed(&mut self, why: &str, now: Timestamp, wait: Option<Duration>, every: Duration) -> bool {
        let why: String = why.chars().take(ERROR_CHARS_MAX).collect();
        self.waits_until = Some(later(now, wait.unwrap_or(every.min(AGAIN))));
        self.error.replace(why.clone()).is_none_or(|before| before != why)
    }

    /// For people; of a list of this name.
    pub fn view(self, list: &str) -> BackfillView {
        BackfillView {
            compared_until: self.until,
            asked_at: self.asked_at,
            waits_until: self.waits_until,
            error: self.error.map(|why| if list == CALLS { why } else { format!("{list}: {why}") }),
        }
    }
}

/// Of several lists of a source as one: as far as all were compared.
pub fn together(one: BackfillView, other: BackfillView) -> BackfillView {
    let least = |a: Option<Timestamp>, b: Option<Timestamp>| a.zip(b).map(|(a, b)| a.min(b));
    BackfillView {
        compared_until: least(one.compared_until, other.compared_until),
        asked_at: least(one.asked_at, other.asked_at),
        waits_until: one.waits_until.max(other.waits_until),
        error: one.error.or(other.error),
    }
}

/// Its name, also of the turn to ask.
pub fn name(source: &SourceId, list: &dyn Lists) -> String {
    match list.name() {
        CALLS => format!("backfill/{source}"),
        other => format!("backfill/{source}/{other}"),
    }
}

/// What is kept of a list, and the version of it; nothing where it was never compared.
pub async fn read(memos: &dyn Memos, name: &str) -> Result<Option<(Progress, i64)>, Error> {
    let Some(memo) = memos.read(name).await? else { return Ok(None) };
    // What a later version wrote may not be read: then it is as if never compared, which costs a little asking.
    Ok(Some((serde_json::from_str(memo.value.expose()).unwrap_or_default(), memo.version)))
}

/// Keeps it, if its version is still `seen`; says whether it did.
pub async fn write(memos: &dyn Memos, name: &str, progress: &Progress, seen: i64) -> Result<bool, Error> {
    let text = serde_json::to_string(progress).map_err(|why| Error::Invalid(why.to_string()))?;
    memos.write(name, &Secret::new(text), seen).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn at(minutes: u64) -> Timestamp {
        later("2026-11-19T00:00:00Z".parse().unwrap(), MINUTE * u32::try_from(minutes).unwrap())
    }

    #[test]
    fn a14_every_span_and_at_the_start_of_a_process_it_is_asked() {
        let every = MINUTE * 30;
        let mut progress = Progress::default();
        assert_eq!(progress.wait(at(100), every, true), None, "never asked");
        progress.went_through(at(100), true);
        assert_eq!(progress.wait(at(110), every, false), Some(MINUTE * 20));
        assert_eq!(progress.wait(at(130), every, false), None);
        assert_eq!(progress.wait(at(110), every, true), None, "nobody was there meanwhile");
        assert!(progress.wait(at(100), every, true).is_some(), "somebody was just there");
        assert!(progress.failed("no", at(130), None, every) && !progress.failed("no", at(130), None, every));
        assert_eq!(progress.wait(at(130), every, true), Some(MINUTE * 5));
        progress.failed("limit", at(130), Some(MINUTE * 60), every);
        assert_eq!(progress.wait(at(130), every, true), Some(MINUTE * 60), "as long as the PBX said");
    }

    #[test]
    fn a14_the_windows_hold_what_was_not_compared_and_an_overlap() {
        let ends = |progress: &Progress, until| {
            let (windows, far) = progress.windows(until);
            assert!(windows.windows(2).all(|pair| pair[1].to == pair[0].from), "oldest last, without gaps");
            (windows.last().unwrap().from, windows.first().unwrap().to, windows.len(), far)
        };
        let day = 24 * 60;
        let mut progress = Progress::default();
        assert_eq!(ends(&progress, at(10 * day)), (at(9 * day), at(10 * day), 1, true));
        progress.until = Some(at(10 * day));
        progress.looked_far_at = Some(at(10 * day));
        assert_eq!(ends(&progress, at(10 * day + 5)), (at(10 * day - 120), at(10 * day + 5), 1, false));
        assert_eq!(ends(&progress, at(10 * day + 400)), (at(9 * day), at(10 * day + 400), 2, true));
        assert_eq!(ends(&progress, at(50 * day)), (at(20 * day), at(50 * day), 30, true));
        progress.until = Some(at(60 * day));
        assert_eq!(ends(&progress, at(50 * day)).1, at(50 * day), "a clock that was put back");
    }
}
