//! `ringfold process`: folds events into calls.

use clap::Args;

use super::Place;
use crate::config::Config;
use crate::exit::Exit;
use crate::process::Roles;

const EXAMPLES: &str = "\
Examples:
  ringfold process --config ringfold.toml
  ringfold process --config ringfold.toml --data /var/lib/ringfold/process --listen 0.0.0.0:8081";

/// What `process` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ProcessArgs {
    /// Its place.
    #[command(flatten)]
    pub place: Place,
}

/// Runs until it is stopped.
pub async fn run(config: Config) -> Result<(), Exit> {
    super::run("process", config, Roles::process(), None).await
}
