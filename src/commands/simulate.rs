//! `ringfold simulate`: the far sides, to try an installation with: a PBX that calls, a CRM that takes records.

mod pbx;
mod rbs_crm;
mod ringostat;
mod uis;

use clap::{Args, Subcommand};

use crate::cli::Globals;
use crate::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  ringfold simulate uis answered --to http://127.0.0.1:8080/hooks/SECRET
  ringfold simulate uis missed --to http://127.0.0.1:8080/hooks/SECRET --from 79161112233
  ringfold simulate ringostat outgoing --to http://127.0.0.1:8080/hooks/SECRET
  ringfold simulate rbs-crm";

/// What `simulate` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SimulateArgs {
    #[command(subcommand)]
    command: SimulateCommand,
}

#[derive(Debug, Subcommand)]
enum SimulateCommand {
    /// A test call, as UIS sends it by its four notification templates
    Uis(uis::UisArgs),
    /// A test call, as Ringostat sends it by its webhooks
    Ringostat(ringostat::RingostatArgs),
    /// An RBS CRM to connect to, which shows every record that it gets
    RbsCrm(rbs_crm::RbsCrmArgs),
}

/// Plays the far side.
pub async fn run(args: SimulateArgs, globals: &Globals) -> Result<(), Exit> {
    match args.command {
        SimulateCommand::Uis(args) => uis::run(args, globals).await,
        SimulateCommand::Ringostat(args) => ringostat::run(args, globals).await,
        SimulateCommand::RbsCrm(args) => rbs_crm::run(&args).await,
    }
}
