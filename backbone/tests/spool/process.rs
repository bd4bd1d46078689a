//! A process that is killed while it spools, and two on one directory.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use backbone::spool::Spooled;
use backbone::{Error, Log as _};

use crate::bench::{config, record};
use crate::fakes::{FakeLog, Mood, until};

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "run by the test below, as a process of its own"]
async fn spools_until_it_is_killed() {
    let dir = std::env::var_os("SPOOL_DIR").unwrap();
    let spool = Spooled::open(FakeLog::new(Mood::Away), config(dir.as_ref())).await.unwrap();
    for n in 0..1_000_000 {
        spool.append(vec![record("a", &n.to_string())]).await.unwrap();
        // The test harness writes beginnings of lines.
        println!("\nacknowledged {n}");
    }
}

#[tokio::test]
async fn b3_what_a_killed_process_acknowledged_is_drained_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "process::spools_until_it_is_killed", "--ignored", "--nocapture"]);
    let mut child = Killed(child.env("SPOOL_DIR", dir.path()).stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut acknowledged = lines.filter(|line| line.starts_with("acknowledged ")).map(|line| line[13..].to_owned());
    let mut known: Vec<_> = acknowledged.by_ref().take(100).collect();
    let second = Spooled::open(FakeLog::new(Mood::Well), config(dir.path())).await;
    assert!(matches!(second, Err(Error::InUse { .. })), "one process at a time");
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    known.extend(acknowledged);
    let log = FakeLog::new(Mood::Well);
    let spool = Spooled::open(log.clone(), config(dir.path())).await.unwrap();
    until("it is drained", || spool.status().records == 0).await;
    let values = log.values();
    assert!(known.len() >= 100);
    assert_eq!(values[..known.len()], known);
    assert!(values.len() <= known.len() + 1, "one append at most was not answered");
}
