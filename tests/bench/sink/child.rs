//! The children of the benchmark: this program again, in another role.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::http::Client;

use super::target::{ROLE, Seen};

/// No child takes longer.
const DEADLINE: Duration = Duration::from_mins(20);

fn command(role: &str, words: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(role).args(words).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

/// Runs a role to its end; what it measured is its last line.
pub async fn run<T: DeserializeOwned>(role: &str, words: &[&str]) -> Result<T> {
    let output = timeout(DEADLINE, command(role, words)?.output()).await.context("no end in time")??;
    ensure!(output.status.success(), "{role} ended with {}", output.status);
    let said = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(said.lines().next_back().unwrap_or_default())?)
}

/// The server that calls are delivered to.
pub struct Target {
    pub address: SocketAddr,
    _child: Child,
}

impl Target {
    /// Starts it on a free port.
    pub async fn start() -> Result<Self> {
        let mut child = command(ROLE, &[])?.spawn()?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let said = timeout(DEADLINE, lines.next_line()).await??.context("the server ended")?;
        Ok(Self { address: said.parse()?, _child: child })
    }

    /// What it saw so far.
    pub async fn seen(&self) -> Result<Seen> {
        let mut client = Client::connect(self.address).await?;
        let (_, body) = client.get("/seen").await?;
        Ok(serde_json::from_slice(body)?)
    }
}
