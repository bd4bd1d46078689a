//! What one line does on this machine, each figure beside a limit measured in the same run: machines differ and are noisy,
//! ratios less so. Uses the real binary over HTTP; knows nothing of its insides but the fold, which is measured alone.

mod bare;
mod disk;
mod fold;
mod http;
mod ingest;
mod kafka;
mod latency;
mod load;
mod memory;
mod process;
mod replay;
mod sink;
mod stats;
mod webhook;

use anyhow::{Result, bail};

/// As the product has it: the sink worker runs in this program, and so do both sides of every ratio.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USAGE: &str = "usage: cargo bench --bench line -- [fold|ingest|latency|memory|sink [CALLS]|hangers [SEED]|all]\n   or: cargo bench --bench line -- \
                     [kafka-ingest|kafka-process|kafka-latency|kafka], on servers of its own (tests/install installs them)\n   or: cargo bench \
                     --bench line -- replay [CALLS [postgres]], about 25 minutes for 100,000";
const ON_KAFKA: [&str; 4] = ["kafka-ingest", "kafka-process", "kafka-latency", "kafka"];

fn main() -> Result<()> {
    // Cargo adds flags of its own, such as --bench.
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let wanted = words.next().unwrap_or_else(|| "all".to_owned());
    if wanted == bare::ROLE {
        return bare::serve(&words.next().unwrap_or_default());
    }
    if kafka::ROLES.contains(&wanted.as_str()) {
        return kafka::run_bare(&wanted, &words.collect::<Vec<_>>());
    }
    if ON_KAFKA.contains(&wanted.as_str()) {
        return tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(kafka::run(&wanted));
    }
    if [sink::TARGET, sink::BARE, sink::WORKER, sink::HANGERS].contains(&wanted.as_str()) {
        return sink::serve(&wanted, &words.collect::<Vec<_>>());
    }
    if [replay::TARGET, replay::WORKER].contains(&wanted.as_str()) {
        return replay::serve(&wanted, &words.collect::<Vec<_>>());
    }
    if wanted == "replay" {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(replay::run(words.next().as_deref(), words.next().as_deref()));
    }
    if !["fold", "ingest", "latency", "memory", "sink", "hangers", "all"].contains(&wanted.as_str()) {
        bail!("{wanted:?} is no benchmark; {USAGE}");
    }
    let asked = |name| wanted == name || wanted == "all";
    // One thread: the load must leave the cores to what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if asked("fold") {
        fold::run()?;
    }
    if asked("ingest") {
        runtime.block_on(ingest::run())?;
    }
    if asked("latency") {
        runtime.block_on(latency::run())?;
    }
    if asked("memory") {
        runtime.block_on(memory::run())?;
    }
    if asked("hangers") {
        runtime.block_on(sink::run_hangers(words.next().as_deref()))?;
    }
    if asked("sink") {
        runtime.block_on(sink::run(words.next().as_deref()))?;
    }
    Ok(())
}
