//! A backlog in a broken connection, started again with its window, while live calls flow, the CRM takes so many requests a minute,
//! and the worker is killed again and again: nothing missing, nothing doubled, the quota kept; and how long live calls take beside what
//! they take without the backlog.

mod target;
mod worker;

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use servers::Postgres;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::http::Client;
use crate::process::directory;
use crate::stats::{float, line, number};
use target::Seen;
use worker::Books;

pub use target::ROLE as TARGET;
pub use worker::ROLE as WORKER;

/// Calls of the backlog, where no number is given.
const CALLS: usize = 100_000;
/// Requests that the CRM takes a minute.
const QUOTA: u32 = 12_000;
const KILLS: u32 = 20;
const SEED: u64 = 20_261_129;
/// Live calls without a backlog are measured for so long.
const BASE: Duration = Duration::from_mins(1);
/// Live calls go on for so long after the last kill.
const LAST: Duration = Duration::from_secs(10);
/// All is done by then, of each part.
const DEADLINE: Duration = Duration::from_mins(40);

/// One of the roles that this program has in this benchmark.
pub fn serve(role: &str, words: &[String]) -> Result<()> {
    if role == TARGET { target::serve() } else { worker::serve(words) }
}

/// Measures, checks and prints.
pub async fn run(calls: Option<&str>, store: Option<&str>) -> Result<()> {
    let calls: usize = calls.map_or(Ok(CALLS), str::parse).context("the number of calls")?;
    let (kills, postgres) = match store {
        None => (KILLS, None),
        // Whoever takes the place of a killed worker waits until that one is missed: nothing else would be seen.
        Some("postgres") => (0, Some(tokio::task::spawn_blocking(Postgres::start).await?)),
        Some(other) => bail!("{other:?} is no store; postgres is one"),
    };
    let store = || postgres.as_ref().map_or("embedded".to_owned(), |postgres| postgres.database().socket_url);
    println!("replay: {calls} calls waiting, {QUOTA} requests a minute, {kills} kills each");
    let alone = part(0, &store(), kills).await?;
    let beside = part(calls, &store(), kills).await?;
    println!(" live calls, from their end to the CRM");
    line("alone, p50 / p95, ms", format!("{} / {}", number(alone.live_p50_ms), number(alone.live_p95_ms)));
    line(
        "beside the replay, p50 / p95, ms",
        format!("{} / {}", number(beside.live_p50_ms), number(beside.live_p95_ms)),
    );
    line("p95, ratio; target: at most 2", number(beside.live_p95_ms / alone.live_p95_ms));
    Ok(())
}

/// Live calls, and so many that wait; until all is done.
async fn part(calls: usize, store: &str, kills: u32) -> Result<Seen> {
    let (kept, target) = (directory()?, Target::start().await?);
    let dir = kept.path().display().to_string();
    let words = [target.address.clone(), dir, calls.to_string(), QUOTA.to_string(), store.to_owned()];
    let (mut rng, begun) = (fastrand::Rng::with_seed(SEED), Instant::now());
    // As long as the quota makes it take, and the kills spread over it.
    let expected = BASE.max(Duration::from_secs(60 * calls as u64 / u64::from(QUOTA)));
    for _ in 0..kills {
        let mut child = worker(&words, "endless")?;
        let life = expected.mul_f64(rng.f64() * 2.0 / f64::from(kills));
        sleep(life).await;
        child.kill().await?;
    }
    let last = if kills == 0 { expected } else { LAST }.as_millis() / worker::EVERY.as_millis();
    let mut last = worker(&words, &last.to_string())?;
    let books: Books = timeout(DEADLINE, told(&mut last)).await.context("not all was done in time")??;
    let seen = target.seen().await?;
    println!(" {calls} waiting: {} calls in {} s", books.done, number(begun.elapsed().as_secs_f64()));
    line("live calls among them", books.done - calls as u64);
    line("missing", books.done.saturating_sub(seen.distinct as u64));
    line("doubled", seen.requests - seen.distinct);
    line("most requests in a minute, of the quota, %", number(float(seen.most_a_minute) / f64::from(QUOTA) * 100.0));
    ensure!(books.waiting == 0 && books.dead == 0, "{books:?}");
    ensure!(seen.distinct as u64 == books.done && seen.requests == seen.distinct, "{books:?} {seen:?}");
    ensure!(seen.most_a_minute <= QUOTA as usize, "{} requests in a minute", seen.most_a_minute);
    Ok(seen)
}

fn worker(words: &[String], until: &str) -> Result<Child> {
    Ok(command(WORKER).args(words).arg(until).stdout(Stdio::piped()).spawn()?)
}

fn command(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap_or_default());
    command.arg(role).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The last line that a child says.
async fn told(child: &mut Child) -> Result<Books> {
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut last = String::new();
    while let Some(said) = lines.next_line().await? {
        last = said;
    }
    ensure!(child.wait().await?.success(), "the worker failed: {last}");
    Ok(serde_json::from_str(&last)?)
}

/// The CRM.
struct Target {
    address: String,
    _child: Child,
}

impl Target {
    async fn start() -> Result<Self> {
        let mut child = command(TARGET).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let address = timeout(DEADLINE, lines.next_line()).await??.context("the server ended")?;
        Ok(Self { address, _child: child })
    }

    async fn seen(&self) -> Result<Seen> {
        let mut client = Client::connect(self.address.parse()?).await?;
        let (_, body) = client.get("/seen").await?;
        Ok(serde_json::from_slice(body)?)
    }
}
