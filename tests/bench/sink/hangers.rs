//! Ten connections of one worker, of which two have CRMs that take half a minute over every request (F8): what the other eight
//! get through, and how long their calls take, beside the same eight alone. On SQLite in memory, where there is room: it is not the
//! disk that is compared. Each connection has 4 places.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::ledger::{Rank, Wanted};
use backbone::store::{Accounts, ConnectionEntry};
use schemas::{Account, Clock, Connection, Timestamp};
use sinks::connector::Limits;
use sinks::engine::metrics::Outcome as Tried;
use sinks::{Sink, SinkMetrics};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::child::{self, Target};
use super::connector::{Bench, UNLIMITED};
use super::worker::{SOURCE, call, connection};
use crate::process::directory;
use crate::stats::{Spread, float, line, percentile};

/// The word that makes this program the worker.
pub const ROLE: &str = "hangers-worker";
const CONNECTIONS: usize = 10;
/// The first so many hang.
const HANGING: usize = 2;
const PLACES: u32 = 4;
/// Calls of each connection that wait when the worker begins: its rate.
const BACKLOG: usize = 500;
/// Then so many come to each connection, at times drawn by the seed: how long each takes.
const LIVE: usize = 300;
/// On average one so often.
const EVERY: Duration = Duration::from_millis(40);
const ROUNDS: usize = 5;
const SEED: u64 = 8;
const DEADLINE: Duration = Duration::from_mins(5);

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Figures {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// Measures and prints.
pub async fn run(seed: Option<&str>) -> Result<()> {
    let seed: u64 = seed.map_or(Ok(SEED), str::parse).context("the seed")?;
    println!("hangers: {HANGING} of {CONNECTIONS} connections hang 30 s per request; seed {seed}, {ROUNDS} rounds");
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Which comes first takes turns: machines do other things too.
        for hanging in if round % 2 == 0 { [0, HANGING] } else { [HANGING, 0] } {
            let (dir, target) = (in_memory()?, Target::start().await?);
            let words = [target.address.to_string(), dir.path().display().to_string(), hanging.to_string()];
            let seed = (seed + round as u64).to_string();
            let words: Vec<&str> = words.iter().map(String::as_str).chain([seed.as_str()]).collect();
            let figures = child::run::<Figures>(ROLE, &words).await?;
            if hanging == 0 { &mut alone } else { &mut beside }.push(figures);
        }
    }
    let of = |figures: &[Figures], get: fn(&Figures) -> f64| figures.iter().map(get).collect::<Vec<_>>();
    for (what, get) in [
        ("the eight, deliveries/s", (|it| it.rate) as fn(&Figures) -> f64),
        ("  a call, p50, ms", |it| it.p50_ms),
        ("  a call, p99, ms", |it| it.p99_ms),
    ] {
        let (alone, beside) = (of(&alone, get), of(&beside, get));
        line(&format!("{what}: baseline"), Spread::of(alone.clone()));
        line(&format!("{what}: with hangers"), Spread::of(beside.clone()));
        line("    ratio (rate: above 0.83, times: below 1.2)", Spread::ratio(&beside, &alone));
    }
    Ok(())
}

fn in_memory() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { Ok(tempfile::tempdir_in(memory)?) } else { directory() }
}

/// Address, directory, how many hang, seed.
pub fn serve(words: &[String]) -> Result<()> {
    let word = |at: usize| words.get(at).map(String::as_str).context("too few words");
    let (address, hanging, seed) = (word(0)?.to_owned(), word(2)?.parse()?, word(3)?.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let embedded = Embedded::open(Path::new(word(1)?), None).await?;
        println!("{}", serde_json::to_string(&measure(&embedded.backbone(), &address, hanging, seed).await?)?);
        // What hangs is not waited for.
        std::process::exit(0)
    })
}

fn connections(address: &str) -> Result<Vec<Connection>> {
    let one = |n: usize| {
        let base_url = if n < HANGING { format!("http://{address}/hang") } else { String::new() };
        Ok(Connection { base_url, ..connection(&format!("bench-{n}"))? })
    };
    (0..CONNECTIONS).map(one).collect()
}

fn wanted(connection: &Connection, number: usize) -> Result<Wanted> {
    let call = call(SOURCE, number, Timestamp::now())?;
    Ok(Wanted::of(connection, &call, &serde_json::to_vec(&call)?, Rank::Live))
}

async fn measure(backbone: &Backbone, address: &str, hanging: usize, seed: u64) -> Result<Figures> {
    let all = connections(address)?;
    let (busy, timed) = (&all[HANGING - hanging..], &all[HANGING..]);
    let accounts = Accounts {
        accounts: vec![Account { id: "bench".parse()?, name: "Bench".to_owned() }],
        sources: Vec::new(),
        connections: all.iter().map(|it| ConnectionEntry { connection: it.clone(), credentials: [].into() }).collect(),
    };
    backbone.directory.save(&accounts, Timestamp::now()).await?;
    for connection in busy {
        let waiting = (0..BACKLOG).map(|number| wanted(connection, number)).collect::<Result<Vec<_>>>()?;
        backbone.ledger.want(&waiting, Timestamp::now()).await?;
    }
    let (metrics, stop) = (SinkMetrics::default(), CancellationToken::new());
    let (url, answered) = (format!("http://{address}/calls"), Arc::default());
    let limits = Limits { max_in_flight: PLACES, request_timeout: Duration::from_secs(40), ..UNLIMITED };
    let connector: &'static Bench = Box::leak(Box::new(Bench { url, times: answered, limits }));
    let (clock, since) = (Arc::new(Clock::default()), Timestamp::now());
    let sink = Sink { connector, backbone: backbone.clone(), clock, metrics: metrics.clone(), since };
    let begun = Instant::now();
    tokio::spawn(sink.run(stop.clone()));
    for connection in timed {
        until_done(&metrics, connection, BACKLOG).await?;
    }
    let rate = float(BACKLOG * timed.len()) / begun.elapsed().as_secs_f64();
    let mut micros = live(backbone, &metrics, busy, timed, seed).await?;
    micros.sort_unstable();
    Ok(Figures { rate, p50_ms: percentile(&micros, 50) / 1000.0, p99_ms: percentile(&micros, 99) / 1000.0 })
}

async fn until_done(metrics: &SinkMetrics, connection: &Connection, count: usize) -> Result<()> {
    let done = Tried { connection: connection.id.to_string(), outcome: "done".to_owned() };
    let done = async {
        while metrics.tries.get_or_create(&done).get() < count as u64 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(DEADLINE, done).await.context("not all in time")
}

/// Calls that come one by one to every busy connection; of the timed ones, microseconds from when each was due to come until it
/// was delivered. Each waits for the one before, so none is lost sight of.
async fn live(
    backbone: &Backbone,
    metrics: &SinkMetrics,
    busy: &[Connection],
    timed: &[Connection],
    seed: u64,
) -> Result<Vec<u32>> {
    let mut tasks = tokio::task::JoinSet::new();
    for (n, connection) in busy.iter().enumerate() {
        let (backbone, metrics, connection) = (backbone.clone(), metrics.clone(), connection.clone());
        let is_timed = timed.iter().any(|one| one.id == connection.id);
        let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(n as u64));
        tasks.spawn(async move {
            let (mut at, mut micros) = (Instant::now(), Vec::new());
            for number in 0..LIVE {
                at += EVERY.mul_f64(2.0 * random.f64());
                sleep_until(at).await;
                let came = Instant::now();
                backbone.ledger.want(&[wanted(&connection, BACKLOG + number)?], Timestamp::now()).await?;
                backbone.queue.announce(&connection.kind, 1).await?;
                if is_timed {
                    until_done(&metrics, &connection, BACKLOG + number + 1).await?;
                    micros.push(u32::try_from(came.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
            }
            Ok::<_, anyhow::Error>(micros)
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        all.extend(ended??);
    }
    Ok(all)
}
