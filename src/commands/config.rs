//! `ringfold config`: the configuration in effect, and where each of it came from.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::Globals;
use crate::config::{self, Flags};
use crate::exit::Exit;
use crate::output::{self, Column, Show};

const EXAMPLES: &str = "\
Examples:
  ringfold config print
  ringfold config print --config ringfold.toml -o json";

const COLUMNS: &[Column] = &[
    Column::new("KEY", "/key", Show::Whole),
    Column::new("VALUE", "/value", Show::Whole),
    Column::new("FROM", "/from", Show::Whole),
];

/// What `config` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every key with its value in effect; secrets are masked
    #[command(after_help = EXAMPLES)]
    Print {
        /// As `up --data` would set it
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// As `up --listen` would set it
        #[arg(long, value_name = "ADDR", value_parser = config::listen)]
        listen: Option<SocketAddr>,
    },
}

/// Runs it.
pub fn run(args: &ConfigArgs, globals: &Globals) -> Result<(), Exit> {
    let ConfigCommand::Print { data, listen } = &args.command;
    let config = super::load(globals, Flags { data_dir: data.clone(), listen: *listen })?;
    output::rows(globals.output, COLUMNS, config.rows())
}
