//! One server of a test program, by way of a shell that outlives the program by the moment it takes to clean up.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

/// The shell has deadlines of its own, all shorter.
const DEADLINE: Duration = Duration::from_mins(6);
/// So much of the end of a log is shown.
const SHOWN_LINES: usize = 60;

/// In memory where there is so much room, in KiB: servers sync every little thing, and a busy disk makes minutes of that.
/// What processes leave there outlives them as on a disk.
const MEMORY: &str = "/dev/shm";
const ROOM_KIB: u64 = 2 << 20;

/// A directory for a server: in `RINGFOLD_SERVERS_DIR` if that is set, as for benchmarks on a real disk.
pub(crate) fn directory() -> TempDir {
    let dir = std::env::var_os("RINGFOLD_SERVERS_DIR").map_or_else(best, PathBuf::from);
    tempfile::Builder::new().prefix("ringfold-server-").tempdir_in(dir).unwrap()
}

fn best() -> PathBuf {
    let said = Command::new("df").args(["-k", "--output=avail", MEMORY]).output();
    let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    let room = said.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(0_u64);
    if room >= ROOM_KIB { MEMORY.into() } else { std::env::temp_dir() }
}

/// A running, stopped or paused server on a directory of its own.
pub struct Server {
    dir: TempDir,
    shell: Mutex<Shell>,
}

struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
}

impl Server {
    /// Starts what `script` says, which is given `settings` as variables, in `dir`.
    pub(crate) fn start(script: &str, dir: TempDir, settings: &[(&str, OsString)]) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &[script, include_str!("guard.sh")].concat(), "sh"])
            .arg(dir.path())
            .envs(settings.iter().map(|(name, value)| (name, value)))
            // What is typed at a terminal is for the program; the shell sees it end.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (say, answers) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| say.send(line)));
        let input = child.stdin.take();
        let server = Self { dir, shell: Mutex::new(Shell { child, input, answers }) };
        let prepared = server.shell().answer();
        server.expect(prepared.as_deref(), "prepared");
        server.start_again();
        server
    }

    /// Its directory: data and log.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Starts it again on the same data and ports, after [`kill`](Self::kill) or [`stop`](Self::stop).
    pub fn start_again(&self) {
        let answer = self.shell().ask("start");
        self.expect(answer.as_deref(), "started");
    }

    /// Ends it as an operator would, within half a minute.
    pub fn stop(&self) {
        self.do_it("stop", "stopped");
    }

    /// Ends all its processes with SIGKILL.
    pub fn kill(&self) {
        self.do_it("kill", "killed");
    }

    /// Stops it and starts it again.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// Holds all its processes still: its connections stay open and say nothing.
    pub fn pause(&self) {
        self.do_it("pause", "paused");
    }

    /// Lets it go on after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.do_it("resume", "resumed");
    }

    /// The ids of its processes, as they are now.
    pub fn processes(&self) -> Vec<u32> {
        let said = self.shell().ask("processes").expect("the server's shell answers");
        said.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
    }

    /// The end of what it said since it was last started, for people.
    pub fn log(&self) -> String {
        let mut shown = String::new();
        for name in ["guard.log", "log"] {
            let text = std::fs::read(self.dir.path().join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<&str> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
            let _ = writeln!(shown, "--- {name}\n{}", last.join("\n"));
        }
        shown
    }

    fn do_it(&self, word: &str, done: &str) {
        let answer = self.shell().ask(word);
        self.expect(answer.as_deref(), done);
    }

    fn expect(&self, answer: Option<&str>, expected: &str) {
        assert_eq!(answer, Some(expected), "the server in {}:\n{}", self.dir.path().display(), self.log());
    }

    fn shell(&self) -> MutexGuard<'_, Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shell {
    fn ask(&mut self, word: &str) -> Option<String> {
        writeln!(self.input.as_mut()?, "{word}").ok()?;
        self.answer()
    }

    fn answer(&mut self) -> Option<String> {
        self.answers.recv_timeout(DEADLINE).ok()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.input.take();
        let _ = self.child.wait();
    }
}
