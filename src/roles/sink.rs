//! `ringfold sink KIND`: delivers into one kind of CRM.

use clap::Args;
use sinks::Connector;
use sinks::registry::{CONNECTORS, connector};

use super::Place;
use crate::config::Config;
use crate::exit::Exit;
use crate::process::Roles;

const EXAMPLES: &str = "\
Examples:
  ringfold sink rbs-crm --config ringfold.toml
  ringfold sink rbs-crm --config ringfold.toml --data /var/lib/ringfold/sink-rbs-crm --listen 0.0.0.0:8083";

/// What `sink` takes.
#[derive(Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct SinkArgs {
    /// The kind of CRM, as in the accounts file
    #[arg(value_name = "KIND", value_parser = kind)]
    pub kind: &'static dyn Connector,
    /// Its place.
    #[command(flatten)]
    pub place: Place,
}

impl std::fmt::Debug for SinkArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SinkArgs").field("kind", &self.kind.kind()).field("place", &self.place).finish()
    }
}

fn kind(text: &str) -> Result<&'static dyn Connector, String> {
    connector(text).ok_or_else(|| {
        let kinds: Vec<&str> = CONNECTORS.iter().map(|connector| connector.kind()).collect();
        format!("there is no such CRM; there are: {}", kinds.join(", "))
    })
}

/// Runs until it is stopped.
pub async fn run(args: SinkArgs, config: Config) -> Result<(), Exit> {
    let name = format!("sink {}", args.kind.kind());
    super::run(&name, config, Roles::sink(args.kind), None).await
}
