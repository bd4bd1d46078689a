//! The journal's writer: from `calls.state` into the store, so that every call can be listed, searched and explained.

use std::time::Duration;

use backbone::follow::{Follower, follow};
use backbone::log::Start;
use backbone::{Backbone, Consumer, Error, Fut, Topic};
use schemas::Call;
use tokio_util::sync::CancellationToken;

const BATCH: usize = 500;
const IDLE: Duration = Duration::from_secs(1);

/// Keeps the journal up to date until `stop`.
pub async fn run(backbone: Backbone, stop: CancellationToken) -> Result<(), Error> {
    let mut reader = backbone.log.consumer("journal", Topic::State, Start::Oldest).await?;
    follow(&mut Writer { backbone }, reader.as_mut(), &stop).await;
    Ok(())
}

struct Writer {
    backbone: Backbone,
}

impl Follower for Writer {
    fn doing(&self) -> String {
        "writing the journal".to_owned()
    }

    /// The journal first, then how far was read: keeping a revision twice changes nothing.
    fn turn<'a>(&'a mut self, reader: &'a mut dyn Consumer) -> Fut<'a, ()> {
        Box::pin(async move {
            let batch = reader.poll(BATCH, IDLE).await?;
            if batch.records.is_empty() {
                return Ok(());
            }
            let mut calls = Vec::with_capacity(batch.records.len());
            // A tombstone only says that corrections are over: the journal keeps the call.
            for stored in batch.records.iter().filter(|stored| !stored.record.value.is_empty()) {
                match serde_json::from_slice::<Call>(&stored.record.value) {
                    Ok(call) => calls.push(call),
                    Err(why) => {
                        tracing::error!(key = %stored.record.key, error = %why, "a call cannot be read, passed over");
                    }
                }
            }
            self.backbone.journal.keep(&calls).await?;
            reader.commit(Vec::new()).await
        })
    }
}
