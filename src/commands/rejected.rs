//! `ringfold rejected`: bodies from PBXs that could not be read.

use clap::{Args, Subcommand};
use console::wire;
use schemas::SourceId;

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold rejected list
  ringfold rejected list --source acme-uis -o ndjson";

/// What a rejected body is shown by; sources show their last ones too.
pub const COLUMNS: &[Column] = &[
    Column::new("RECEIVED", "/received_at", Show::Time),
    Column::new("SOURCE", "/source", Show::Whole),
    Column::new("RECEIPT", "/receipt", Show::Whole),
    Column::new("REASON", "/reason", Show::Text),
    Column::wide("/account"),
    Column::wide("/body/content_type"),
    Column::wide("/body/text"),
    Column::wide("/body/hex"),
];

/// What `rejected` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RejectedArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: RejectedCommand,
}

#[derive(Debug, Subcommand)]
enum RejectedCommand {
    /// List them, newest first; -o ndjson and csv hold the bodies
    #[command(after_help = EXAMPLES)]
    List {
        /// Only of this source
        #[arg(long, value_name = "ID")]
        source: Option<SourceId>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = wire::DEFAULT_LIMIT,
            value_parser = clap::value_parser!(u32).range(1..=i64::from(wire::MAX_LIMIT)))]
        limit: u32,
    },
}

/// Runs it.
pub async fn run(args: RejectedArgs, globals: &Globals) -> Result<(), Exit> {
    let RejectedCommand::List { source, limit } = args.command;
    let client = Client::find(&args.target)?;
    let query = wire::RejectedQuery { source, limit: Some(limit) };
    let page: wire::RejectedPage = client.get(&["rejected"], &query).await?;
    output::rows(globals.output, COLUMNS, &page.rejected)?;
    output::note(page.rejected.len(), "rejected bodies", page.more);
    Ok(())
}
