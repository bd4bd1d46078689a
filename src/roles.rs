//! One file a role: what it takes on the command line, and which parts of a process it is.

pub mod console;
pub mod ingest;
pub mod process;
pub mod sink;
pub mod up;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, Config, Flags};
use crate::exit::Exit;
use crate::process::{AccountsFile, Process, Roles};

/// Where a process of one role keeps what is its own, and listens.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Where this process alone keeps what is its own [default: ./ringfold-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where it is served [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", value_parser = config::listen)]
    pub listen: Option<SocketAddr>,
}

impl Place {
    /// What of it is configuration.
    pub fn flags(&self) -> Flags {
        Flags { data_dir: self.data.clone(), listen: self.listen }
    }
}

/// Runs until it is stopped. What the flags say is in `config` already.
async fn run(name: &str, config: Config, roles: Roles, accounts: Option<AccountsFile>) -> Result<(), Exit> {
    let mut stop = Stop::listen()?;
    let mut process = tokio::select! {
        started = Process::start(&config, roles, accounts) => started?,
        () = stop.asked() => return Ok(()),
    };
    let (url, data) = (&process.url, config.data_dir.display());
    tracing::info!(url, listening = %process.address, %data, "ringfold {name} is up");
    let ended = tokio::select! {
        () = stop.asked() => Ok(()),
        exit = process.failed() => Err(exit),
    };
    tracing::info!("stopping: answering what was taken, giving back what is under way");
    process.stop().await;
    ended
}

/// The signals that ask a process to stop.
pub struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    /// From now on they stop nothing by themselves.
    pub fn listen() -> Result<Self, Exit> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns when one comes.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
