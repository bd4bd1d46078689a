//! `ringfold console`: writes the journal and answers the API.

use clap::Args;

use super::Place;
use crate::config::Config;
use crate::exit::Exit;
use crate::process::Roles;

const EXAMPLES: &str = "\
Examples:
  ringfold console --config ringfold.toml
  ringfold console --config ringfold.toml --data /var/lib/ringfold/console --listen 0.0.0.0:8082";

/// What `console` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConsoleArgs {
    /// Its place.
    #[command(flatten)]
    pub place: Place,
}

/// Runs until it is stopped.
pub async fn run(config: Config) -> Result<(), Exit> {
    super::run("console", config, Roles::console(), None).await
}
