//! The worker: the sink role on a store, in a process of its own, which measures itself.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use backbone::embedded::Embedded;
use backbone::ledger::{Rank, Status, Wanted};
use backbone::postgres::PostgresStore;
use backbone::sealed::SecretKey;
use backbone::store::{Accounts, ConnectionEntry};
use backbone::{Backbone, Record, Topic};
use schemas::{
    Account, Call, CallKey, CallState, Clock, Connection, ConnectionStatus, Direction, Marketing, Outcome, Phone,
    Timestamp,
};
use sinks::engine::metrics::Outcome as Tried;
use sinks::{Sink, SinkMetrics};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Measured;
use super::connector::{Bench, KIND, Times, UNLIMITED};
use crate::process::{cpu_seconds, resident_mib};

/// The word that makes this program the worker.
pub const ROLE: &str = "sink-worker";
const CONNECTION: &str = "bench";
/// Whose calls they are.
pub const SOURCE: &str = "bench-uis";
const BATCH: usize = 500;
/// All is done by then.
const DEADLINE: Duration = Duration::from_mins(15);

/// Address, calls, directory, `ledger` or `log`, `embedded` or the address of a PostgreSQL.
pub fn serve(words: &[String]) -> Result<()> {
    let word = |at: usize| words.get(at).map(String::as_str).context("too few words");
    let (url, calls, from_log) = (format!("http://{}/calls", word(0)?), word(1)?.parse()?, word(3)? == "log");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let embedded = Embedded::open(Path::new(word(2)?), None).await?;
        let backbone = on(&embedded, word(4)?).await?;
        prepare(&backbone, calls, from_log).await?;
        measure(&backbone, calls, url).await
    })
}

/// The backbone with its store where the word says: `embedded`, or the address of a PostgreSQL.
pub async fn on(embedded: &Embedded, store: &str) -> Result<Backbone> {
    let backbone = embedded.backbone();
    if store == "embedded" {
        return Ok(backbone);
    }
    let key = SecretKey::from_hex(&"5a".repeat(32))?;
    let PostgresStore { directory, journal, ledger, memos } = PostgresStore::connect(store, key).await?;
    Ok(Backbone { directory, journal, ledger, memos, ..backbone })
}

/// An active connection of the kind.
pub fn connection(id: &str) -> Result<Connection> {
    Ok(Connection {
        id: id.parse()?,
        account: "bench".parse()?,
        kind: KIND.to_owned(),
        sources: vec![SOURCE.parse()?],
        timezone: "UTC".to_owned(),
        base_url: String::new(),
        status: ConnectionStatus::Active,
        reason: String::new(),
        settings: serde_json::Map::new(),
        employees: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        version: 1,
    })
}

async fn prepare(backbone: &Backbone, calls: usize, from_log: bool) -> Result<()> {
    let connection = connection(CONNECTION)?;
    let accounts = Accounts {
        accounts: vec![Account { id: "bench".parse()?, name: "Bench".to_owned() }],
        sources: Vec::new(),
        connections: vec![ConnectionEntry { connection, credentials: [].into() }],
    };
    let now = Timestamp::now();
    backbone.directory.save(&accounts, now).await?;
    let all = (0..calls).map(|number| call(SOURCE, number, now)).collect::<Result<Vec<_>>>()?;
    for some in all.chunks(BATCH) {
        if from_log {
            let records = some.iter().map(|call| record(call, now)).collect::<Result<_>>()?;
            backbone.log.append(records).await?;
        } else {
            let wanted = some.iter().map(wanted).collect::<Result<Vec<_>>>()?;
            backbone.ledger.want(&wanted, now).await?;
        }
    }
    Ok(())
}

/// A call that was answered, and began just then.
pub fn call(source: &str, number: usize, now: Timestamp) -> Result<Call> {
    let key = CallKey { source: source.parse()?, session: number.to_string().into() };
    let client = format!("{}", 79_160_000_000 + number);
    Ok(Call {
        id: key.call_id(1),
        account: "bench".parse()?,
        source: key.source,
        session: key.session,
        use_number: 1,
        revision: 3,
        direction: Direction::Incoming,
        state: CallState::Ended,
        outcome: Some(Outcome::Answered),
        presumed: false,
        client: Some(Phone::read(&client, "RU")),
        line: Some(Phone::read("74951112233", "RU")),
        legs: Vec::new(),
        talks: Vec::new(),
        recordings: Vec::new(),
        marketing: Marketing::default(),
        started_at: now,
        answered_at: Some(now),
        ended_at: Some(now),
        talk_seconds: Some(61),
        wait_seconds: Some(7),
        last_heard_at: now,
        anomalies: Vec::new(),
        events: Vec::new(),
    })
}

/// Its record in the log.
pub fn record(call: &Call, at: Timestamp) -> Result<Record> {
    let key = format!("{}/{}", call.source, call.session);
    Ok(Record { topic: Topic::Finished, key, id: Uuid::now_v7(), at, due: None, value: serde_json::to_vec(call)? })
}

fn wanted(call: &Call) -> Result<Wanted> {
    Ok(Wanted {
        connection: CONNECTION.parse()?,
        kind: KIND.to_owned(),
        call: call.id.clone(),
        lane: call.lane(),
        revision: call.revision,
        body: serde_json::to_vec(call)?,
        rank: Rank::Live,
    })
}

async fn measure(backbone: &Backbone, calls: usize, url: String) -> Result<()> {
    let (times, metrics, stop) = (Arc::new(Times::default()), SinkMetrics::default(), CancellationToken::new());
    // The role takes connectors that live as long as the program, as this one does.
    let connector: &'static Bench = Box::leak(Box::new(Bench { url, times: Arc::clone(&times), limits: UNLIMITED }));
    let (clock, since) = (Arc::new(Clock::default()), Timestamp::now());
    let sink = Sink { connector, backbone: backbone.clone(), clock, metrics: metrics.clone(), since };
    let (begun, cpu) = (Instant::now(), cpu_seconds("self")?);
    let running = tokio::spawn(sink.run(stop.clone()));
    let done = Tried { connection: CONNECTION.to_owned(), outcome: "done".to_owned() };
    let done = async |part: usize| {
        while metrics.tries.get_or_create(&done).get() < part as u64 {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(DEADLINE, done(calls / 2)).await.context("not half of it in time")?;
    let first_half_seconds = begun.elapsed().as_secs_f64();
    timeout(DEADLINE, done(calls)).await.context("not all in time")?;
    // Counted before they are given back.
    let kept = async {
        while !backbone.ledger.tally().await?.iter().all(|tally| tally.status == Status::Done) {
            sleep(Duration::from_millis(5)).await;
        }
        Ok::<_, backbone::Error>(())
    };
    timeout(DEADLINE, kept).await.context("not all given back in time")??;
    let measured = Measured {
        seconds: begun.elapsed().as_secs_f64(),
        first_half_seconds: Some(first_half_seconds),
        cpu_seconds: cpu_seconds("self")? - cpu,
        resident_mib: resident_mib("self")?,
        p50_ms: 0.0,
        p99_ms: 0.0,
    };
    stop.cancel();
    running.await??;
    let tally = backbone.ledger.tally().await?;
    ensure!(tally.len() == 1 && tally[0].count == calls as u64, "{tally:?}");
    times.print(&measured)
}
