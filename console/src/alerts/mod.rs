//! Alerts: what a person should look at, decided from what the backbone holds, said once. Every console looks, one at a time; what
//! was raised stands in the store under `alert/KIND/SUBJECT`. An alert is a line in the log, a row in the API, a metric and, where
//! one is configured, a message to a webhook.

mod facts;
mod findings;
mod kinds;
mod quiet;
mod silence;
mod state;
#[cfg(test)]
mod tests;
mod webhook;

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use backbone::memos::Holder;
use backbone::sealed::Secret;
use backbone::{Backbone, Error, Memos};
use futures_util::future::join_all;
use schemas::time::earlier;
use schemas::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::facts::Looker;
use self::findings::findings;
use self::state::{Book, Change, Kept, Untold, Watcher};
pub use self::webhook::Webhook;
use crate::wire::{AlertKind, AlertMessage, AlertRow};

const PREFIX: &str = "alert/";
const TURN: &str = "alerts";
/// Looks this often.
const EVERY: Duration = Duration::from_secs(5);
/// One look takes no longer.
const LOOK: Duration = Duration::from_mins(1);
/// A turn is kept for longer than a look takes: nobody begins while another is at it.
const LEASE: Duration = Duration::from_secs(75);
/// Messages sent at once; the others go with the next look.
const AT_ONCE: usize = 16;
/// What was cleared is shown for so long.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// Says when the oldest event began to wait in the spool of this process.
pub type Spooled = Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>;

/// Who looks.
pub struct Alerts {
    /// What is looked at.
    pub backbone: Backbone,
    /// The process's clock.
    pub clock: Arc<Clock>,
    /// Where messages go.
    pub webhook: Option<Webhook>,
    /// What links begin with.
    pub public_url: String,
    /// The spool, where this process has one.
    pub spooled: Option<Spooled>,
}

/// What is kept, what is raised first, each newest first.
pub async fn rows(memos: &dyn Memos) -> Result<Vec<AlertRow>, Error> {
    let mut kept: Vec<Kept> = book(memos).await?.0.into_values().map(|(kept, _)| kept).collect();
    kept.sort_by_key(|kept| Reverse((kept.is_raised(), kept.changed_at)));
    Ok(kept.iter().map(Kept::row).collect())
}

async fn book(memos: &dyn Memos) -> Result<Book, Error> {
    let mut book = Book::default();
    for memo in memos.under(PREFIX).await? {
        match serde_json::from_str::<Kept>(memo.value.expose()) {
            Ok(kept) => drop(book.0.insert((kept.kind, kept.subject.clone()), (kept, memo.version))),
            Err(why) => tracing::warn!(name = memo.name, error = %why, "an alert cannot be read, it is passed over"),
        }
    }
    Ok(book)
}

fn name(kept: &Kept) -> String {
    format!("{PREFIX}{}/{}", kept.kind.word(), kept.subject)
}

impl Alerts {
    /// Looks until `stop`. What cannot be looked at now is looked at later.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let (mut look, holder) = (Look::default(), Uuid::now_v7());
        while !stop.is_cancelled() {
            tokio::select! {
                looked = tokio::time::timeout(LOOK, self.turn(&mut look, holder, self.clock.now())) => match looked {
                    Ok(Ok(())) => {}
                    Ok(Err(why)) => tracing::warn!(error = %why, "alerts were not looked for, trying again"),
                    Err(_) => tracing::warn!("alerts were not looked for in time, trying again"),
                },
                () = stop.cancelled() => {}
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
        self.backbone.memos.end_turn(TURN, holder).await
    }

    /// One look, if it is this process's turn.
    async fn turn(&self, look: &mut Look, holder: Holder, now: Timestamp) -> Result<(), Error> {
        let memos = &*self.backbone.memos;
        if !memos.take_turn(TURN, holder, LEASE).await? {
            look.watcher.forget();
            return Ok(());
        }
        let mut facts = look.looker.look(&self.backbone, now).await?;
        facts.spooled = self.spooled.as_ref().and_then(|spooled| spooled());
        let before = book(memos).await?;
        let found = findings(&facts, &before, now);
        for change in look.watcher.changes(&before, &found, now) {
            self.write(&before, change, now).await?;
        }
        self.tidy(&before, &facts, now).await?;
        self.send(book(memos).await?, now).await
    }

    /// Writes a change down; only who wrote it says it.
    async fn write(&self, before: &Book, change: Change, now: Timestamp) -> Result<(), Error> {
        let Change { mut kept, tell } = change;
        let key = (kept.kind, kept.subject.clone());
        let seen = before.0.get(&key).map_or(0, |(_, version)| *version);
        if tell && self.webhook.is_some() {
            kept.untold = Some(Untold { id: Uuid::now_v7().to_string(), tries: 0, due: now });
        }
        if self.store(&kept, seen).await? && tell {
            let (kind, subject, text) = (kept.kind.word(), &kept.subject, &kept.text);
            if kept.is_raised() {
                tracing::error!(kind, subject, text, todo = kept.row().todo, "alert raised");
            } else {
                tracing::info!(kind, subject, text, "alert cleared");
            }
        }
        Ok(())
    }

    async fn store(&self, kept: &Kept, seen: i64) -> Result<bool, Error> {
        let value = serde_json::to_string(kept).map_err(|why| Error::Invalid(why.to_string()))?;
        self.backbone.memos.write(&name(kept), &Secret::new(value), seen).await
    }

    /// Dead deliveries that were tried again or skipped may become dead once more; what was cleared long ago is forgotten.
    async fn tidy(&self, book: &Book, facts: &facts::Facts, now: Timestamp) -> Result<(), Error> {
        for (kept, version) in book.0.values().filter(|(kept, _)| !kept.is_raised()) {
            let dead = facts.connections.iter().find(|connection| connection.id.as_str() == kept.subject);
            let dead = dead.and_then(|connection| facts.dead.get(&connection.id)).copied().unwrap_or(0);
            if kept.kind == AlertKind::DeliveriesDead && dead < kept.count {
                self.store(&Kept { count: dead, ..kept.clone() }, *version).await?;
            } else if kept.count == 0 && kept.untold.is_none() && kept.changed_at < earlier(now, KEPT) {
                self.backbone.memos.forget(&name(kept), *version).await?;
            }
        }
        Ok(())
    }

    /// Sends what was not confirmed yet. It is noted before it is sent, so that a message whose answer is lost comes again later, with
    /// the same id, and not at once.
    async fn send(&self, book: Book, now: Timestamp) -> Result<(), Error> {
        let Some(webhook) = &self.webhook else { return Ok(()) };
        let due = book.0.into_values().filter(|(kept, _)| kept.untold.as_ref().is_some_and(|it| it.due <= now));
        let one = async |(kept, version): (Kept, i64)| {
            let Some(untold) = kept.untold.clone() else { return Ok::<_, Error>(()) };
            let after = webhook::before_sending(&untold, now);
            let last = after.is_none();
            let kept = Kept { untold: after, ..kept };
            if !self.store(&kept, version).await? {
                return Ok(());
            }
            let (id, link) = (untold.id, format!("{}/api/v1/alerts", self.public_url));
            let (kind, subject) = (kept.kind.word(), &kept.subject);
            match webhook.post(&AlertMessage { id, alert: kept.row(), link }).await {
                // Where this is not written, it is sent again with its id.
                Ok(()) if !last => drop(self.store(&Kept { untold: None, ..kept.clone() }, version + 1).await?),
                Ok(()) => {}
                Err(why) if last => {
                    tracing::error!(kind, subject, why, "the receiver of alerts was not reached, given up");
                }
                Err(why) => tracing::warn!(kind, subject, why, "the receiver of alerts was not reached, trying again"),
            }
            Ok(())
        };
        let sent = join_all(due.take(AT_ONCE).map(one)).await;
        sent.into_iter().collect::<Result<(), Error>>()
    }
}

/// What one process remembers between its looks.
#[derive(Default)]
struct Look {
    looker: Looker,
    watcher: Watcher,
}
