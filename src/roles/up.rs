//! `ringfold up`: every role in one process, on the embedded backbone unless servers are configured.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::config::{self, Config, Flags};
use crate::exit::Exit;
use crate::process::{AccountsFile, Roles};

const EXAMPLES: &str = "\
Examples:
  ringfold up --accounts accounts.toml
  ringfold up --data /var/lib/ringfold --listen 0.0.0.0:8080";

/// What `up` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct UpArgs {
    /// Where everything is kept [default: ./ringfold-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where hooks and API are served [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", value_parser = config::listen)]
    pub listen: Option<SocketAddr>,
    /// Apply this accounts file first
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
}

impl UpArgs {
    /// What of it is configuration.
    pub fn flags(&self) -> Flags {
        Flags { data_dir: self.data.clone(), listen: self.listen }
    }
}

/// Runs until it is stopped.
pub async fn run(args: UpArgs, config: Config) -> Result<(), Exit> {
    let accounts = args.accounts.as_deref().map(AccountsFile::read).transpose()?;
    super::run("up", config, Roles::all(), accounts).await
}
