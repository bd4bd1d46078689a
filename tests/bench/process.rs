//! A server as a child process: the real `ringfold up`, or the bare one it is compared with. Killed by its pid when dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::bare;
use crate::http::Client;

const READY_WITHIN: Duration = Duration::from_mins(1);
/// How closely the moment of readiness is seen.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Of `/proc/PID/stat`; the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    started: Instant,
    dir: TempDir,
}

/// A fresh directory on the disk of the build, which is a real one where `/tmp` may not be.
pub fn directory() -> Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

impl Server {
    /// The product with this accounts file, ready.
    pub async fn up(accounts: &str) -> Result<(Self, Duration)> {
        let dir = directory()?;
        let file = dir.path().join("accounts.toml");
        fs::write(&file, accounts)?;
        let address = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfold"));
        command.args(["up", "--listen", &address.to_string(), "--accounts"]).arg(file);
        command.arg("--data").arg(dir.path().join("data")).env_clear();
        Self::start(command, address, dir).await
    }

    /// The bare server, ready.
    pub async fn bare() -> Result<(Self, Duration)> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args([bare::ROLE, &address.to_string()]);
        Self::start(command, address, directory()?).await
    }

    async fn start(mut command: Command, address: SocketAddr, dir: TempDir) -> Result<(Self, Duration)> {
        let log = File::create(dir.path().join("log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self { address, child, started, dir };
        let ready = server.ready().await?;
        Ok((server, ready))
    }

    async fn ready(&mut self) -> Result<Duration> {
        while self.started.elapsed() < READY_WITHIN {
            if let Ok(mut client) = Client::connect(self.address).await
                && let Ok((200, _)) = client.get("/readyz").await
            {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", self.log());
            }
            sleep(LOOK_EVERY).await;
        }
        bail!("the server was not ready within {READY_WITHIN:?}:\n{}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Seconds of processor time used so far, by all threads.
    pub fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds_of(&self.proc("stat")?)
    }

    /// MiB of memory resident now.
    pub fn resident_mib(&self) -> Result<f64> {
        resident_mib_of(&self.proc("status")?)
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(&path).with_context(|| format!("{path} cannot be read:\n{}", self.log()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of processor time in a `/proc/PID/stat`.
pub fn cpu_seconds_of(stat: &str) -> Result<f64> {
    // The command's name, in brackets, may hold spaces; user and system time are the 12th and 13th after it.
    let (_, fields) = stat.rsplit_once(") ").context("no name in /proc/PID/stat")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// MiB of resident memory in a `/proc/PID/status`.
pub fn resident_mib_of(status: &str) -> Result<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/PID/status")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// An address of this machine that was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
