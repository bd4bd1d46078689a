//! Which sources say nothing at the moment, and what the weeks before held in the same hours: asked of the journal, only as far
//! as needed to know that a source is not silent.

use std::collections::HashMap;
use std::time::Duration;

use backbone::store::CallFilter;
use backbone::{Backbone, Error};
use schemas::time::{earlier, later};
use schemas::{Call, Origin, Source, SourceId, Timestamp};

use super::silence::{BEFORE, EXPECTED, Pause, WEEKS, WEEKS_MIN, Week, is_short, is_silent};

const WEEK: Duration = Duration::from_hours(7 * 24);
const DAY: Duration = Duration::from_hours(24);
/// Calls looked at for the last word of the PBX itself.
const NEWEST: u32 = 200;
/// More calls than this are as good as so many.
const MANY: u32 = 500;

/// When each source was last heard of, as far as looked for.
#[derive(Debug, Default)]
pub struct Quiet {
    last: HashMap<SourceId, Timestamp>,
}

impl Quiet {
    /// Those that are silent, and since when.
    pub async fn look(
        &mut self,
        backbone: &Backbone,
        sources: &[Source],
        now: Timestamp,
    ) -> Result<HashMap<SourceId, Timestamp>, Error> {
        let mut silent = HashMap::new();
        self.last.retain(|id, _| sources.iter().any(|source| source.id == *id));
        for source in sources {
            let Some(last) = self.last(backbone, &source.id, now).await? else { continue };
            if !is_short(last, now)
                && last > earlier(now, WEEK)
                && is_silent(&pause(backbone, &source.id, last, now).await?)
            {
                silent.insert(source.id.clone(), last);
            }
        }
        Ok(silent)
    }

    /// The last that the PBX said by itself: what it says when asked does not show that its webhooks work.
    async fn last(&mut self, backbone: &Backbone, id: &SourceId, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let known = self.last.get(id).copied();
        // A call that began before may go on.
        let since = known.map_or_else(|| earlier(now, WEEK), |last| earlier(last, DAY));
        let filter = CallFilter { since: Some(since), ..of(id, NEWEST) };
        let calls = backbone.journal.list(&filter).await?;
        let said = calls.iter().filter_map(said).max();
        let last = said.max(known).or_else(|| calls.last().map(|call| call.started_at));
        if let Some(last) = last {
            self.last.insert(id.clone(), last);
        }
        Ok(last)
    }
}

fn said(call: &Call) -> Option<Timestamp> {
    call.events.iter().filter(|event| event.origin == Origin::Webhook).map(|event| event.at).max()
}

fn of(id: &SourceId, limit: u32) -> CallFilter {
    CallFilter { sources: vec![id.clone()], limit, ..CallFilter::default() }
}

async fn count(backbone: &Backbone, id: &SourceId, since: Timestamp, until: Timestamp) -> Result<u32, Error> {
    let filter = CallFilter { since: Some(since), until: Some(until), ..of(id, MANY) };
    Ok(u32::try_from(backbone.journal.list(&filter).await?.len()).unwrap_or(u32::MAX))
}

/// The pause, with the weeks before it up to the first that explains it.
async fn pause(backbone: &Backbone, id: &SourceId, last: Timestamp, now: Timestamp) -> Result<Pause, Error> {
    let before = count(backbone, id, earlier(last, BEFORE), later(last, Duration::from_millis(1))).await?;
    let mut pause = Pause { last, now, before, weeks: Vec::new() };
    for back in (1_u32..).take(WEEKS).map(|week| WEEK * week) {
        let (from, to) = (earlier(last, back), earlier(now, back));
        let week = Week {
            before: count(backbone, id, earlier(from, BEFORE), from).await?,
            pause: count(backbone, id, from, to).await?,
        };
        // Of the weeks that need not be known, one is left out on whose day nothing was heard at all.
        let needed = pause.weeks.len() < WEEKS_MIN;
        if !needed && week.pause == 0 && count(backbone, id, earlier(from, DAY), to).await? == 0 {
            continue;
        }
        pause.weeks.push(week);
        if week.expected(before) < EXPECTED {
            break;
        }
    }
    Ok(pause)
}
