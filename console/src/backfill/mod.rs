//! Backfill: each PBX is asked, every `backfill_every` and after every outage of ours, for its own lists of calls and notifications;
//! what no webhook told goes into `calls.raw` as an event of its own. One process at a time asks for a list, by a turn in the store.
//! Knows nothing of what any PBX answers: that is [`ingest::sources`].

mod asker;
mod compare;
mod fill;
mod metrics;
pub mod progress;
mod round;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use backbone::store::SourceEntry;
use backbone::{Backbone, Error, Memos};
use ingest::sources;
use ingest::sources::listing::Lists;
use schemas::Clock;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use self::metrics::BackfillMetrics;
use self::round::Round;
use crate::wire::BackfillView;

/// Lists asked for at once; the others wait for their turn.
const AT_ONCE: usize = 4;
/// How often it is looked for lists whose time has come.
const LOOK: Duration = Duration::from_secs(1);
/// Where another process asks.
const TAKEN: Duration = Duration::from_secs(5);
/// For turns to be given back at the end.
const END: Duration = Duration::from_secs(5);
/// Where the store was away.
const AWAY: Duration = Duration::from_secs(10);

/// The worker of one process.
#[derive(Clone)]
pub struct Backfill {
    pub(crate) backbone: Backbone,
    pub(crate) clock: Arc<Clock>,
    pub(crate) metrics: BackfillMetrics,
    /// Whose turns are this worker's.
    pub(crate) holder: Uuid,
}

/// A list, and the source whose it is.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) entry: SourceEntry,
    pub(crate) list: &'static dyn Lists,
}

/// What is known of a list between two rounds.
#[derive(Default)]
struct Known {
    /// Not before then.
    next: Option<Instant>,
    /// This process has had a turn of it.
    had_turn: bool,
    under_way: bool,
}

impl Backfill {
    /// Of a process.
    pub fn new(backbone: Backbone, clock: Arc<Clock>, metrics: BackfillMetrics) -> Self {
        Self { backbone, clock, metrics, holder: Uuid::now_v7() }
    }

    /// Runs until `stop`. A round under way is given up then: what it has compared is noted.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut known: HashMap<String, Known> = HashMap::new();
        let mut rounds = JoinSet::new();
        let (mut version, mut lists) = (None, Vec::new());
        loop {
            match self.lists(version).await {
                Ok(Some((now, all))) => (version, lists) = (Some(now), all),
                Ok(None) => {}
                Err(why) => tracing::debug!(error = %why, "backfill: the sources cannot be read yet"),
            }
            known.retain(|name, known| known.under_way || lists.iter().any(|asked| asked.name() == *name));
            self.begin(&lists, &mut known, &mut rounds, &stop);
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(LOOK) => {}
                Some(done) = rounds.join_next() => {
                    let Ok((name, had_turn, next)) = done else { continue };
                    known.insert(name, Known { next: Some(next), had_turn, under_way: false });
                }
            }
        }
        // Each gives its turn back.
        let ended = tokio::time::timeout(END, async { while rounds.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::debug!("backfill: some turns could not be given back; they end by themselves");
        }
        Ok(())
    }

    /// The lists that can be asked for, where the sources changed since `version`.
    async fn lists(&self, version: Option<i64>) -> Result<Option<(i64, Vec<Asked>)>, Error> {
        let now = self.backbone.directory.version().await?;
        if version == Some(now) {
            return Ok(None);
        }
        let accounts = self.backbone.directory.load().await?;
        Ok(Some((now, accounts.sources.into_iter().flat_map(|entry| Asked::all(&entry)).collect())))
    }

    /// Begins the rounds that are due, those that are due longest first.
    fn begin(
        &self,
        lists: &[Asked],
        known: &mut HashMap<String, Known>,
        rounds: &mut JoinSet<(String, bool, Instant)>,
        stop: &CancellationToken,
    ) {
        let now = Instant::now();
        let mut due: Vec<(Option<Instant>, &Asked)> = Vec::new();
        for asked in lists {
            let known = known.entry(asked.name()).or_default();
            if !known.under_way && known.next.is_none_or(|next| next <= now) {
                due.push((known.next, asked));
            }
        }
        due.sort_by_key(|(next, _)| *next);
        for (_, asked) in due.into_iter().take(AT_ONCE.saturating_sub(rounds.len())) {
            let Some(known) = known.get_mut(&asked.name()) else { continue };
            known.under_way = true;
            let (worker, asked, had_turn, stop) = (self.clone(), asked.clone(), known.had_turn, stop.clone());
            rounds.spawn(async move {
                let name = asked.name();
                let (had_turn, wait) = worker.round(asked, had_turn, &stop).await;
                (name, had_turn, Instant::now() + wait)
            });
        }
    }

    /// One round of a list, if it is its time and nobody else's turn. Says whether this process has had a turn of it, and how
    /// long to wait until the next look.
    pub(crate) async fn round(&self, asked: Asked, had_turn: bool, stop: &CancellationToken) -> (bool, Duration) {
        let (id, every) = (asked.entry.source.id.clone(), asked.entry.source.backfill_every.duration());
        match Round::new(self, asked).run(!had_turn, stop).await {
            Ok(Some(wait)) => (true, wait),
            Ok(None) => (had_turn, TAKEN.min(every)),
            Err(why) => {
                tracing::warn!(source = %id, error = %why, "backfill: log or store do not answer, tried again later");
                (had_turn, AWAY)
            }
        }
    }
}

/// How far the lists of a source were compared; nothing where none ever was.
pub async fn view(memos: &dyn Memos, entry: &SourceEntry) -> Result<Option<BackfillView>, Error> {
    let mut all = Vec::new();
    for asked in Asked::all(entry) {
        let known = progress::read(memos, &asked.name()).await?;
        all.push(known.map(|(progress, _)| progress).unwrap_or_default().view(asked.list.name()));
    }
    Ok(all.into_iter().reduce(progress::together).filter(|view| *view != BackfillView::default()))
}

impl Asked {
    /// What a source is asked for.
    pub(crate) fn all(entry: &SourceEntry) -> Vec<Self> {
        if entry.source.backfill_every.duration().is_zero() || entry.credentials.is_empty() {
            return Vec::new();
        }
        let lists = sources::pbx(&entry.source.kind).map(sources::Pbx::lists).unwrap_or_default();
        let wanted = lists.iter().filter(|list| list.is_wanted(&entry.source));
        wanted.map(|list| Self { entry: entry.clone(), list: *list }).collect()
    }

    /// The name of its progress, and of the turn to ask.
    fn name(&self) -> String {
        progress::name(&self.entry.source.id, self.list)
    }
}
