//! `ringfold alerts`: what a person should look at.

use clap::{Args, Subcommand};
use console::wire;

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold alerts list
  ringfold alerts list --raised -o ndjson";

const COLUMNS: &[Column] = &[
    Column::new("KIND", "/kind", Show::Text),
    Column::new("SUBJECT", "/subject", Show::Whole),
    Column::new("STATE", "/state", Show::Word),
    Column::new("SINCE", "/since", Show::Time),
    Column::new("CHANGED", "/changed_at", Show::Time),
    Column::new("TEXT", "/text", Show::Whole),
    Column::wide("/todo"),
    Column::wide("/account"),
];

/// What `alerts` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AlertsArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: AlertsCommand,
}

#[derive(Debug, Subcommand)]
enum AlertsCommand {
    /// List those that are raised, then those cleared in the last seven days
    #[command(after_help = EXAMPLES)]
    List {
        /// Only those that are raised
        #[arg(long)]
        raised: bool,
    },
}

/// Runs it.
pub async fn run(args: AlertsArgs, globals: &Globals) -> Result<(), Exit> {
    let AlertsCommand::List { raised } = args.command;
    let mut list: wire::AlertList = Client::find(&args.target)?.get(&["alerts"], &()).await?;
    list.alerts.retain(|alert| !raised || alert.state == wire::AlertState::Raised);
    output::rows(globals.output, COLUMNS, &list.alerts)?;
    output::note(list.alerts.len(), "alerts", false);
    Ok(())
}
