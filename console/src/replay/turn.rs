//! The turn of whoever opens: of all processes with a console one has it at a time.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backbone::memos::Holder;
use backbone::{Error, Memos};
use uuid::Uuid;

const NAME: &str = "replays";

/// The turn, and whether this process has it.
pub struct Turn {
    memos: Arc<dyn Memos>,
    holder: Holder,
    /// It is somebody else's so long after the last word of its holder.
    lease: Duration,
    ours: AtomicBool,
}

impl Turn {
    /// Not taken yet.
    pub fn new(memos: Arc<dyn Memos>, lease: Duration) -> Self {
        Self { memos, holder: Uuid::now_v7(), lease, ours: AtomicBool::new(false) }
    }

    /// Takes it, or keeps it; false where somebody else has it.
    pub async fn take(&self) -> Result<bool, Error> {
        let ours = self.memos.take_turn(NAME, self.holder, self.lease).await?;
        self.ours.store(ours, Ordering::Relaxed);
        Ok(ours)
    }

    /// Whether it was ours when it was last asked for.
    pub fn is_ours(&self) -> bool {
        self.ours.load(Ordering::Relaxed)
    }

    /// Keeps it while something is done, however long that takes. What is done looks between its steps whether it was lost.
    pub async fn keep_while<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            done = work => done,
            never = self.renew() => match never {},
        }
    }

    async fn renew(&self) -> Infallible {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            // A store that is away is met by what is done, too, and told there.
            let _ = self.take().await;
        }
    }

    /// Lets it go.
    pub async fn end(&self) -> Result<(), Error> {
        self.memos.end_turn(NAME, self.holder).await
    }
}

#[cfg(test)]
mod tests {
    use backbone::memos::Volatile;

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);
    const PATIENCE: Duration = Duration::from_mins(1);

    async fn until(mut ask: impl AsyncFnMut() -> bool) {
        let asked = async {
            while !ask().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap();
    }

    #[tokio::test]
    async fn a_turn_is_taken_again_while_something_long_is_done() {
        let memos = Arc::new(Volatile::default());
        let (turn, other) = (Turn::new(memos.clone(), SHORT), Uuid::now_v7());
        assert!(turn.take().await.unwrap());
        let long = async {
            // As when it has run out.
            turn.end().await.unwrap();
            // The other has it for a moment at a time, until it is no longer free.
            until(async || !memos.take_turn(NAME, other, Duration::from_millis(1)).await.unwrap()).await;
        };
        turn.keep_while(long).await;
        assert!(turn.is_ours());
    }

    #[tokio::test]
    async fn a_turn_that_was_lost_meanwhile_is_seen_between_two_steps() {
        let memos = Arc::new(Volatile::default());
        let (turn, other) = (Turn::new(memos.clone(), SHORT), Uuid::now_v7());
        assert!(turn.take().await.unwrap() && turn.is_ours());
        let long = async {
            turn.end().await.unwrap();
            assert!(memos.take_turn(NAME, other, PATIENCE * 2).await.unwrap());
            until(async || !turn.is_ours()).await;
        };
        turn.keep_while(long).await;
        assert!(!turn.take().await.unwrap(), "it is the other's");
    }
}
