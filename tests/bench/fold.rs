//! Reading records of `calls.raw` and folding them into calls in memory, on one thread. The limit beside it reads of the
//! same records only the session and the state, and keeps the last state of each session in a map.

pub mod records;

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use processor::fold;
use schemas::{Call, CallKey, Event, PbxState};
use serde::Deserialize;

use self::records::Records;
use crate::stats::{self, Spread, line};

const EVENTS: usize = 1_000_000;
/// As many as the processor takes in one transaction.
const BATCH: usize = 500;
const RUNS: usize = 3;

/// What the limit reads of a record.
#[derive(Deserialize)]
struct Bare<'a> {
    #[serde(borrow)]
    session: Cow<'a, str>,
    said: BareSaid,
}

#[derive(Deserialize)]
struct BareSaid {
    state: PbxState,
}

/// Time spent, and what came of it.
#[derive(Default)]
struct Spent {
    reading: Duration,
    folding: Duration,
    bytes: usize,
    sessions: usize,
}

impl Spent {
    fn rate(&self) -> f64 {
        stats::float(EVENTS) / (self.reading + self.folding).as_secs_f64()
    }
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let (mut ours, mut limits, mut reading) = (Vec::new(), Vec::new(), Vec::new());
    let mut sizes = (0, 0);
    for _ in 0..RUNS {
        let spent = folded()?;
        let limit = bare()?;
        ensure!(spent.sessions == limit.sessions, "{} calls of {} sessions", spent.sessions, limit.sessions);
        ours.push(spent.rate());
        limits.push(limit.rate());
        reading.push(spent.reading.as_secs_f64() / (spent.reading + spent.folding).as_secs_f64());
        sizes = (spent.sessions, spent.bytes / EVENTS);
    }
    let (sessions, bytes) = sizes;
    println!(
        "fold: {EVENTS} events of {bytes} bytes, {sessions} sessions, one thread, {RUNS} runs: median (least .. most)"
    );
    line("read and folded, events/s", Spread::of(ours.clone()));
    line("limit: two fields read, one map, events/s", Spread::of(limits.clone()));
    line("ratio", Spread::ratio(&ours, &limits));
    line("of its time, reading the JSON takes", Spread::of(reading));
    Ok(())
}

fn folded() -> Result<Spent> {
    let mut records = Records::new()?;
    let mut calls: HashMap<CallKey, Call> = HashMap::new();
    let mut spent = Spent::default();
    for _ in 0..EVENTS / BATCH {
        let batch = records.batch(BATCH)?;
        spent.bytes += batch.iter().map(Vec::len).sum::<usize>();
        let begun = Instant::now();
        let events = batch.iter().map(|record| serde_json::from_slice(record)).collect::<Result<Vec<Event>, _>>()?;
        let read = Instant::now();
        for event in events {
            let key = event.key();
            let (call, _) = fold(calls.remove(&key), event);
            calls.insert(key, call);
        }
        spent.reading += read - begun;
        spent.folding += read.elapsed();
    }
    spent.sessions = calls.len();
    let heard: usize = calls.values().map(|call| call.events.len()).sum();
    ensure!(heard == EVENTS, "{heard} events stand in the calls, {EVENTS} were folded");
    Ok(spent)
}

fn bare() -> Result<Spent> {
    let mut records = Records::new()?;
    let mut states: HashMap<String, PbxState> = HashMap::new();
    let mut spent = Spent::default();
    for _ in 0..EVENTS / BATCH {
        let batch = records.batch(BATCH)?;
        let begun = Instant::now();
        for record in &batch {
            let Bare { session, said } = serde_json::from_slice(record)?;
            match states.get_mut(session.as_ref()) {
                Some(state) => *state = said.state,
                None => drop(states.insert(session.into_owned(), said.state)),
            }
        }
        spent.folding += begun.elapsed();
    }
    spent.sessions = states.len();
    Ok(spent)
}
