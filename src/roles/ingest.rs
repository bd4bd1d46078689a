//! `ringfold ingest`: takes what PBXs say, whatever else is away.

use clap::Args;

use super::Place;
use crate::config::Config;
use crate::exit::Exit;
use crate::process::Roles;

const EXAMPLES: &str = "\
Examples:
  ringfold ingest --config ringfold.toml
  ringfold ingest --config ringfold.toml --data /var/lib/ringfold/ingest --listen 0.0.0.0:8080";

/// What `ingest` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct IngestArgs {
    /// Its place.
    #[command(flatten)]
    pub place: Place,
}

/// Runs until it is stopped.
pub async fn run(config: Config) -> Result<(), Exit> {
    super::run("ingest", config, Roles::ingest(), None).await
}
