//! The journal's writer: from `calls.state` into the store, so that every call can be listed, searched and explained.

use std::time::Duration;

use backbone::log::Start;
use backbone::{Backbone, Consumer, Error, Topic};
use schemas::Call;
use tokio_util::sync::CancellationToken;

const BATCH: usize = 500;
const IDLE: Duration = Duration::from_secs(1);

/// Keeps the journal up to date until `stop`.
pub async fn run(backbone: Backbone, stop: CancellationToken) -> Result<(), Error> {
    let mut reader = backbone.log.consumer("journal", Topic::State, Start::Oldest).await?;
    while !stop.is_cancelled() {
        let turn = tokio::select! {
            turn = turn(&backbone, reader.as_mut()) => turn,
            () = stop.cancelled() => break,
        };
        if let Err(why) = turn {
            tracing::warn!(error = %why, "writing the journal failed, reading again");
            tokio::time::sleep(IDLE).await;
            if let Err(why) = reader.rewind().await {
                tracing::warn!(error = %why, "the reader could not go back yet");
            }
        }
    }
    Ok(())
}

/// The journal first, then how far was read: keeping a revision twice changes nothing.
async fn turn(backbone: &Backbone, reader: &mut dyn Consumer) -> Result<(), Error> {
    let batch = reader.poll(BATCH, IDLE).await?;
    if batch.records.is_empty() {
        return Ok(());
    }
    let mut calls = Vec::with_capacity(batch.records.len());
    // A tombstone only says that corrections are over: the journal keeps the call.
    for stored in batch.records.iter().filter(|stored| !stored.record.value.is_empty()) {
        match serde_json::from_slice::<Call>(&stored.record.value) {
            Ok(call) => calls.push(call),
            Err(why) => tracing::error!(key = %stored.record.key, error = %why, "a call cannot be read, passed over"),
        }
    }
    backbone.journal.keep(&calls).await?;
    reader.commit(Vec::new()).await
}
