//! `ringfold up`, or one role, as a child process, killed by its pid when the test ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;

use servers::Port;

use super::eventually;

/// A process that can be killed and started again at the same address.
pub struct Process {
    port: Port,
    dir: PathBuf,
    /// What its directory and its log are called.
    name: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    child: Mutex<Option<Child>>,
}

impl Process {
    pub fn new(dir: &Path) -> Self {
        let accounts = dir.join("accounts.toml").display().to_string();
        Self::of(dir, "data", &["up", "--accounts", &accounts], Vec::new())
    }

    /// A command with a name of its own: several may be alike.
    pub fn of(dir: &Path, name: &str, arguments: &[&str], variables: Vec<(String, String)>) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self {
            port: Port::free(),
            dir: dir.to_owned(),
            name: name.to_owned(),
            arguments,
            variables,
            child: Mutex::new(None),
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number)
    }

    pub fn data(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    pub fn token(&self) -> String {
        fs::read_to_string(self.data().join("api-token")).unwrap()
    }

    /// The command, with its log in a file of the test's directory.
    pub fn command(&self) -> Command {
        self.command_on(&self.data())
    }

    /// The same on another data directory.
    pub fn command_on(&self, data: &Path) -> Command {
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringfold"));
        command.args(&self.arguments).args(["--listen", &format!("127.0.0.1:{}", self.port.number)]);
        command.arg("--data").arg(data);
        command.env_clear().envs(self.variables.iter().cloned()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.dir.join(format!("{}.log", self.name))
    }

    /// Starts it and waits until it is ready.
    pub async fn start(&self) {
        self.spawn(self.command()).await;
    }

    /// Starts it by a command of the test's own.
    pub async fn spawn(&self, mut command: Command) {
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
        self.answers("/readyz").await;
    }

    /// Starts it and waits until it is alive.
    pub async fn start_alive(&self) {
        *self.child.lock().unwrap() = Some(self.command().spawn().unwrap());
        self.answers("/healthz").await;
    }

    /// Waits until it answers there with success.
    pub async fn answers(&self, path: &str) {
        let ready = format!("{}{path}", self.url());
        eventually(&format!("{} to answer {path}", self.name), async || {
            if let Ok(Some(status)) = self.child.lock().unwrap().as_mut().unwrap().try_wait() {
                panic!("it ended with {status}:\n{}", self.log());
            }
            let answer = reqwest::get(&ready).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    pub fn pid(&self) -> u32 {
        self.child.lock().unwrap().as_ref().unwrap().id()
    }

    /// kill -9, in whatever it is doing.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM, and waits for the end.
    pub async fn stop(&self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// Waits for the end of a process that was told to stop.
    pub async fn ended(&self) -> ExitStatus {
        let status = eventually("the process to stop", async || {
            self.child.lock().unwrap().as_mut().unwrap().try_wait().unwrap()
        })
        .await;
        self.child.lock().unwrap().take();
        status
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("--- the end of the log of {}:", self.dir.display());
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
        self.kill();
    }
}
