//! `ringfold up`: every role in one process, on the embedded backbone.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, Config, Flags};
use crate::exit::Exit;
use crate::line::{AccountsFile, Line};

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

/// Runs until it is stopped. What the flags say is in `config` already.
pub async fn run(args: UpArgs, config: Config) -> Result<(), Exit> {
    let accounts = args.accounts.as_deref().map(AccountsFile::read).transpose()?;
    let mut line = Line::start(&config, accounts).await?;
    tracing::info!(url = line.url, listening = %line.address, data = %config.data_dir.display(), "ringfold is up");
    let ended = tokio::select! {
        asked = asked_to_stop() => asked,
        exit = line.failed() => Err(exit),
    };
    tracing::info!("stopping: answering what was taken, giving back what is under way");
    line.stop().await;
    ended
}

/// Returns when a signal asks the process to stop.
pub async fn asked_to_stop() -> Result<(), Exit> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        asked = tokio::signal::ctrl_c() => Ok(asked?),
    }
}
