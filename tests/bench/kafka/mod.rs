//! One role of Ringfold on a Kafka broker of the run's own, beside the least that any program must do for the same.

mod bare;
mod ingest;
mod latency;
mod process;
mod site;

use anyhow::Result;

pub use bare::{ROLES, run as run_bare};
use site::Site;

/// Measures and prints: webhooks into Kafka, events into calls, and how long a call takes on its way.
pub async fn run(wanted: &str) -> Result<()> {
    let asked = |name| wanted == name || wanted == "kafka";
    if asked("kafka-ingest") {
        ingest::run(&Site::start().await?).await?;
    }
    if asked("kafka-process") {
        process::run(&Site::start().await?).await?;
    }
    if asked("kafka-latency") {
        latency::run(&Site::start().await?).await?;
    }
    Ok(())
}
