//! What the processor does with records of `calls.raw` but for the log: reads them, folds them into calls, and makes the
//! records of `calls.state` and `calls.finished`, batch by batch on one thread, remembering calls within its bound of
//! memory. The limit beside it reads of the same records only the session and the state, and keeps the last state of each
//! session in a map.

pub mod records;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use backbone::log::Position;
use backbone::{Record, Stored, Topic};
use processor::batch::{self, Events};
use processor::{Known, ProcessorMetrics};
use schemas::{PbxState, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use self::records::Records;
use crate::process::resident_mib;
use crate::stats::{self, Spread, line};

const EVENTS: usize = 1_000_000;
/// As many as the processor takes in one transaction.
const BATCH: usize = 5_000;
/// As much as the processor remembers.
const KNOWN_BYTES_MAX: usize = 32 << 20;
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

/// Time on a core, and what came of it.
#[derive(Default)]
struct Spent {
    reading: Duration,
    folding: Duration,
    read_bytes: usize,
    /// Records made, and what they hold.
    made: usize,
    made_bytes: usize,
    sessions: usize,
    /// Resident, more than at the beginning, at its largest after a batch.
    memory_mib: f64,
}

impl Spent {
    fn all(&self) -> f64 {
        (self.reading + self.folding).as_secs_f64()
    }

    fn rate(&self) -> f64 {
        stats::float(EVENTS) / self.all()
    }
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (spent, limit) = (folded()?, bare()?);
        ensure!(spent.sessions == limit.sessions, "{} calls of {} sessions", spent.sessions, limit.sessions);
        ours.push(spent);
        limits.push(limit);
    }
    let of = |runs: &[Spent], what: fn(&Spent) -> f64| runs.iter().map(what).collect::<Vec<f64>>();
    let spread = |runs: &[Spent], what: fn(&Spent) -> f64| Spread::of(of(runs, what));
    let first = &ours[0];
    println!(
        "fold: {EVENTS} events of {} bytes, {} sessions, one thread, {RUNS} runs: median (least .. most)",
        first.read_bytes / EVENTS,
        first.sessions
    );
    line("read, folded and written down, events/s", spread(&ours, Spent::rate));
    line("limit: two fields read, one map, events/s", spread(&limits, Spent::rate));
    line("ratio", Spread::ratio(&of(&ours, Spent::rate), &of(&limits, Spent::rate)));
    line("CPU-seconds per million", spread(&ours, Spent::all));
    line("limit: CPU-seconds per million", spread(&limits, Spent::all));
    line("of its time, reading the JSON takes", spread(&ours, |spent| spent.reading.as_secs_f64() / spent.all()));
    line("records made of an event", format!("{:.2}", stats::float(first.made) / stats::float(EVENTS)));
    line("bytes made of an event", first.made_bytes / EVENTS);
    line("memory with all calls passed, MiB", spread(&ours, |spent| spent.memory_mib));
    Ok(())
}

fn folded() -> Result<Spent> {
    let mut records = Records::new()?;
    let mut known = Known::new(KNOWN_BYTES_MAX);
    let metrics = ProcessorMetrics::default();
    let mut spent = Spent::default();
    let resident = resident_mib("self")?;
    for _ in 0..EVENTS / BATCH {
        let batch: Vec<Stored> = records.batch(BATCH)?.into_iter().map(stored).collect();
        spent.read_bytes += batch.iter().map(|stored| stored.record.value.len()).sum::<usize>();
        let begun = on_core()?;
        let events = Events::read(batch, &metrics);
        let read = on_core()?;
        let before: Vec<_> = events.keys.iter().map(|key| known.take(key)).collect();
        spent.sessions += before.iter().filter(|known| known.is_none()).count();
        let due = |_: &_| Timestamp::MAX;
        let folded = batch::fold(events, before, due, &metrics).map_err(|why| anyhow!("not folded: {why:?}"))?;
        folded.sets.into_iter().filter(|(_, set)| !set.ended()).for_each(|(key, set)| known.put(key, set));
        spent.made += folded.outputs.len();
        spent.made_bytes += folded.bytes;
        drop(folded.outputs);
        spent.reading += read.saturating_sub(begun);
        spent.folding += on_core()?.saturating_sub(read);
        spent.memory_mib = spent.memory_mib.max(resident_mib("self")? - resident);
    }
    ensure!(metrics.folded.get() == EVENTS as u64, "{} of {EVENTS} events were folded", metrics.folded.get());
    Ok(spent)
}

fn stored((key, value): (String, Vec<u8>)) -> Stored {
    let record = Record { topic: Topic::Raw, key, id: Uuid::nil(), at: Timestamp::MIN, due: None, value };
    Stored { position: Position { partition: 0, offset: 0 }, record }
}

fn bare() -> Result<Spent> {
    let mut records = Records::new()?;
    let mut states: HashMap<String, PbxState> = HashMap::new();
    let mut spent = Spent::default();
    for _ in 0..EVENTS / BATCH {
        let batch = records.batch(BATCH)?;
        let begun = on_core()?;
        for (_, value) in &batch {
            let Bare { session, said } = serde_json::from_slice(value)?;
            match states.get_mut(session.as_ref()) {
                Some(state) => *state = said.state,
                None => drop(states.insert(session.into_owned(), said.state)),
            }
        }
        spent.folding += on_core()?.saturating_sub(begun);
    }
    spent.sessions = states.len();
    Ok(spent)
}

/// For how long this thread was on a core: what the machine does meanwhile does not count.
fn on_core() -> Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").context("this kernel does not tell time on a core")?;
    let nanoseconds = text.split(' ').next().unwrap_or_default();
    Ok(Duration::from_nanos(nanoseconds.parse().with_context(|| format!("schedstat says {text:?}"))?))
}
