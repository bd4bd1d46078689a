//! The worker: sink and replays on a store that survives it, and live calls that go on for as long as it lives.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::ledger::{Rank, Status, Waiting, Wanted};
use backbone::store::{Accounts, ConnectionEntry};
use console::replay::{Books as Replays, Replay, Which, window};
use schemas::time::earlier;
use schemas::{Account, Call, Clock, Connection, ConnectionStatus, Timestamp};
use sinks::connector::Limits;
use sinks::{Sink, SinkMetrics};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::sink::connector::{Bench, KIND, UNLIMITED};
use crate::sink::worker::{call, on, record};
use crate::stats::float;

/// The word that makes this program the worker.
pub const ROLE: &str = "replay-worker";
/// What the ids of live calls begin with.
pub const LIVE: &str = "live/";
const SOURCES: [&str; 2] = ["live", "waiting"];
const CONNECTION: &str = "bench";
const BATCH: usize = 500;
/// Between live calls.
pub const EVERY: Duration = Duration::from_millis(100);

/// How the ledger stands.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Books {
    pub done: u64,
    pub waiting: u64,
    pub dead: u64,
}

/// Address, directory, calls that wait, requests a minute, the store, and how many live calls come before all is done: a number, or
/// `endless`.
pub fn serve(words: &[String]) -> Result<()> {
    let word = |at: usize| words.get(at).map(String::as_str).context("too few words");
    let limits = Limits {
        max_in_flight: 16,
        max_per_minute: word(3)?.parse()?,
        search_lag: Duration::from_secs(1),
        request_timeout: Duration::from_secs(3),
        ..UNLIMITED
    };
    let bench = Bench { url: format!("http://{}/calls", word(0)?), times: Arc::default(), limits };
    let (dir, calls, last) = (word(1)?, word(2)?.parse()?, word(5)?.parse().ok());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let embedded = Embedded::open(Path::new(dir), None).await?;
        let backbone = on(&embedded, word(4)?).await?;
        if backbone.directory.load().await?.connections.is_empty() {
            prepare(&backbone, calls).await?;
        }
        work(&backbone, bench, last).await
    })
}

/// A connection that broke, calls of the last two days that wait for it, and a person who starts it again with its window.
async fn prepare(backbone: &Backbone, calls: usize) -> Result<()> {
    let now = Timestamp::now();
    let connection = Connection {
        id: CONNECTION.parse()?,
        account: "bench".parse()?,
        kind: KIND.to_owned(),
        sources: SOURCES.iter().map(|source| source.parse()).collect::<Result<_, _>>()?,
        timezone: "UTC".to_owned(),
        base_url: String::new(),
        status: ConnectionStatus::Broken,
        reason: "the CRM refused the credentials".to_owned(),
        settings: serde_json::Map::new(),
        employees: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    };
    let of_now = window(now, "UTC").map_err(anyhow::Error::msg)?;
    let span = Duration::try_from(now.duration_since(of_now.since))?;
    let at = |number: usize| earlier(now, span.mul_f64(float(number) / float(calls + 1)));
    let all = (0..calls).map(|number| call(SOURCES[1], number, at(number))).collect::<Result<Vec<Call>>>()?;
    for some in all.chunks(BATCH) {
        backbone.journal.keep(some).await?;
        // Of every other one nothing is in the ledger yet, as after an intake that was away.
        let wanted = some.iter().step_by(2).map(|call| {
            let body = serde_json::to_vec(call)?;
            Ok(Wanted::of(&connection, call, &body, Rank::Live))
        });
        backbone.ledger.want(&wanted.collect::<Result<Vec<_>>>()?, now).await?;
    }
    let which = Which {
        connection: connection.id.clone(),
        sources: connection.sources.clone(),
        since: of_now.since,
        until: of_now.until,
        call: None,
        waiting: Waiting::Taken,
    };
    let (id, replay) = (connection.id.clone(), Replay::begin(Uuid::now_v7().to_string(), which, now));
    let accounts = Accounts {
        accounts: vec![Account { id: "bench".parse()?, name: "Bench".to_owned() }],
        sources: Vec::new(),
        connections: vec![ConnectionEntry { connection, credentials: [].into() }],
    };
    // The connection last: a worker that is killed before begins anew.
    Replays(&*backbone.memos).change(&id, |book| book.begin(replay.clone())).await?;
    backbone.directory.save(&accounts, now).await?;
    backbone.directory.set_status(&id, None, ConnectionStatus::Active, "", now).await?;
    Ok(())
}

async fn work(backbone: &Backbone, bench: Bench, last: Option<u32>) -> Result<()> {
    let (clock, stop) = (Arc::new(Clock::default()), CancellationToken::new());
    // The role takes connectors that live as long as the program, as this one does.
    let connector: &'static Bench = Box::leak(Box::new(bench));
    let (metrics, since) = (SinkMetrics::default(), clock.now());
    let sink = Sink { connector, backbone: backbone.clone(), clock: Arc::clone(&clock), metrics, since };
    backbone.ledger.end_leases().await?;
    let running = tokio::spawn(sink.run(stop.clone()));
    let replays = tokio::spawn(console::replay::run(backbone.clone(), clock, stop.clone()));
    live(backbone, last).await?;
    let books = loop {
        // What is asked first can only bring more to what is asked last.
        let lag: u64 = backbone.log.lag().await?.iter().map(|lag| lag.records).sum();
        let replaying = Replays(&*backbone.memos).of(&CONNECTION.parse()?).await?.current().is_some();
        let books = books(backbone).await?;
        if books.waiting == 0 && !replaying && lag == 0 {
            break books;
        }
        sleep(Duration::from_millis(200)).await;
    };
    stop.cancel();
    running.await??;
    replays.await??;
    println!("{}", serde_json::to_string(&books)?);
    Ok(())
}

/// Calls that end now, one after another, until it is killed; or so many.
async fn live(backbone: &Backbone, last: Option<u32>) -> Result<()> {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut number = 0;
    while last.is_none_or(|last| number < last) {
        ticks.tick().await;
        let now = Timestamp::now();
        let mut call = call(SOURCES[0], usize::try_from(now.as_millisecond())?, now)?;
        call.client = None;
        backbone.log.append(vec![record(&call, now)?]).await?;
        number += 1;
    }
    Ok(())
}

async fn books(backbone: &Backbone) -> Result<Books> {
    let tally = backbone.ledger.tally().await?;
    let count = |status| tally.iter().filter(|one| one.status == status).map(|one| one.count).sum();
    Ok(Books { done: count(Status::Done), waiting: count(Status::Pending), dead: count(Status::Dead) })
}
