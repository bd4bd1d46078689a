//! The task that brings what is spooled to the log, oldest first, one batch at a time, and then lets records go to the log
//! again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{sleep, timeout};

use super::config::SpoolConfig;
use super::keeper::Keeper;
use super::state::Shared;
use crate::{Error, Log, Record};

/// Records in one append.
const BATCH: usize = 500;
/// The log has so many times longer for a batch than for the records of one append.
const BATCH_PATIENCE: u32 = 5;

/// Asks the log to take records; a log that panics or hangs is away.
pub async fn append(log: &dyn Log, records: Vec<Record>, deadline: Duration) -> Result<(), Error> {
    let away = |why: String| Err(Error::Unavailable { part: "log", why });
    // The call itself may panic too, not only the future.
    let appending = AssertUnwindSafe(async { log.append(records).await }).catch_unwind();
    match timeout(deadline, appending).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => away("it panicked".to_owned()),
        Err(_) => away(format!("no answer within {deadline:?}")),
    }
}

/// The task's state.
pub struct Drainer {
    /// Where records go.
    pub log: Arc<dyn Log>,
    /// Where they are.
    pub keeper: Keeper,
    /// Which way new ones go.
    pub shared: Arc<Shared>,
    /// How long to wait between attempts.
    pub config: SpoolConfig,
}

impl Drainer {
    /// Never ends; may be dropped anywhere: what is not noted as drained comes to the log once more.
    pub async fn run(self) {
        let mut pause = self.config.retry_min;
        loop {
            self.shared.until_spooling().await;
            if self.shared.is_away() {
                sleep(pause).await;
                pause = (pause * 2).min(self.config.retry_max);
            } else {
                pause = self.config.retry_min;
            }
            if let Err(why) = self.round().await {
                tracing::error!(%why, "the spool cannot be drained now; it is tried again");
                sleep(self.config.retry_min).await;
            }
        }
    }

    /// One batch. Fails only where the disk does.
    async fn round(&self) -> std::io::Result<()> {
        // One record tells as well whether the log is back, and leaves few that come twice.
        let max = if self.shared.is_away() { 1 } else { BATCH };
        let deadline = self.config.log_timeout * if max == 1 { 1 } else { BATCH_PATIENCE };
        let chunk = self.keeper.read(max).await?;
        if chunk.records.is_empty() {
            if !self.shared.go_direct() {
                self.shared.until_settled().await;
            }
            return Ok(());
        }
        let count = chunk.records.len();
        let refused = match self.bring(chunk.records, deadline).await {
            Ok(refused) => refused,
            Err(why) => {
                self.shared.note_away(&why.to_string());
                return Ok(());
            }
        };
        self.shared.note_back();
        if !refused.is_empty() {
            self.keeper.refuse(&refused).await?;
        }
        self.keeper.drained(chunk.to, (count - refused.len()) as u64, refused.len() as u64).await?;
        if self.shared.status().records <= BATCH as u64 {
            self.shared.hand_over();
        }
        Ok(())
    }

    /// Gives back those that the log will never take; they must not hold up the others.
    async fn bring(&self, records: Vec<Record>, deadline: Duration) -> Result<Vec<Record>, Error> {
        match append(&*self.log, records.clone(), deadline).await {
            Err(Error::Invalid(_)) => {}
            other => return other.map(|()| Vec::new()),
        }
        let mut refused = Vec::new();
        for record in records {
            match append(&*self.log, vec![record.clone()], deadline).await {
                Ok(()) => {}
                Err(Error::Invalid(why)) => {
                    let (id, topic) = (record.id, record.topic.name());
                    tracing::error!(%why, %id, topic, "the log does not take a spooled record; it is kept in the file refused");
                    refused.push(record);
                }
                Err(why) => return Err(why),
            }
        }
        Ok(refused)
    }
}
