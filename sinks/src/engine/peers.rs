//! The workers of one kind: how many share each connection's `max_per_minute`. Each says again and again that it is there, under
//! `worker/KIND/ID` in the store, and sees who else does.

mod roll;

use std::sync::Arc;
use std::time::Duration;

use backbone::memos::Memo;
use backbone::sealed::Secret;
use backbone::{Error, Memos};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::pace::Part;
use roll::{HOLDS, Roll, Word};

/// Says so often that it is there.
const BEAT: Duration = Duration::from_secs(1);

/// One worker among the others.
pub struct Peers {
    memos: Arc<dyn Memos>,
    kind: &'static str,
    name: String,
    /// How often it said that it is there, as the store has it.
    said: i64,
    roll: Roll,
    part: Arc<Part>,
}

impl Peers {
    /// Of a kind. Where nobody else can have the store, it is alone.
    pub fn new(kind: &'static str, memos: &Arc<dyn Memos>) -> Self {
        let name = format!("{}{}", prefix(kind), Uuid::now_v7());
        let part = Arc::new(if memos.shared() { Part::default() } else { Part::whole() });
        Self { memos: Arc::clone(memos), kind, name, said: 0, roll: Roll::default(), part }
    }

    /// What this worker may send of each limit.
    pub fn part(&self) -> Arc<Part> {
        Arc::clone(&self.part)
    }

    /// Counts among the others until `stop`. Who is killed is missed after a while, who stops at once.
    pub async fn run(mut self, stop: CancellationToken) {
        if !self.memos.shared() {
            return;
        }
        let (mut beat, mut failed) = (interval(BEAT), false);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            let late = |_| Err(Error::Unavailable { part: "store", why: "no answer in time".to_owned() });
            let looked = timeout(HOLDS, self.look()).await.unwrap_or_else(late);
            if let Err(why) = &looked
                && !failed
            {
                tracing::warn!(kind = self.kind, error = %why, "who shares the limits cannot be seen: what is limited waits");
            }
            failed = looked.is_err();
        }
        self.part.give_up();
        let _ = timeout(HOLDS, self.memos.forget(&self.name, self.said)).await;
    }

    async fn look(&mut self) -> Result<(), Error> {
        let began = Instant::now();
        let said = self.memos.write(&self.name, &Secret::new("here".to_owned()), self.said).await?;
        let stood = Instant::now();
        let all = self.memos.under(&prefix(self.kind)).await?;
        let own = all.iter().find(|memo| memo.name == self.name);
        self.said = own.map_or(0, |memo| memo.version);
        if !said || own.is_none() {
            // An answer was lost, or others took it for gone: the next word is as good.
            return Ok(());
        }
        let others = all.into_iter().filter(|memo| memo.name != self.name);
        let others = others.map(|Memo { name, version, .. }| (name, version)).collect();
        let now = Instant::now();
        let (share, gone) = self.roll.look(began, stood, now, others);
        if self.part.set(share, now) {
            tracing::info!(kind = self.kind, workers = share.workers, "workers share the limits of connections");
        }
        self.forget(gone).await
    }

    async fn forget(&self, gone: Vec<Word>) -> Result<(), Error> {
        for (name, word) in gone {
            self.memos.forget(&name, word).await?;
        }
        Ok(())
    }
}

fn prefix(kind: &str) -> String {
    format!("worker/{kind}/")
}

#[cfg(test)]
mod tests;
