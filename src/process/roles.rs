//! Which roles a process has, and how each is begun.

use std::sync::Arc;

use backbone::Backbone;
use console::Readiness;
use console::backfill::Backfill;
use processor::Processor;
use schemas::Clock;
use sinks::registry::CONNECTORS;
use sinks::{Connector, Sink};

use super::metrics::Metrics;
use super::work::Work;

/// The part that takes events.
pub const INGEST: &str = "ingest";
/// The part that a process can do without: work is found a little later.
pub const QUEUE: &str = "queue";

/// The roles of a process.
#[derive(Clone, Default)]
pub struct Roles {
    /// Takes what PBXs say.
    pub ingest: bool,
    /// Folds events into calls.
    pub process: bool,
    /// Delivers into these CRMs.
    pub sinks: Vec<&'static dyn Connector>,
    /// Writes the journal, answers the API, and asks PBXs for what their webhooks did not say.
    pub console: bool,
}

impl Roles {
    /// Every role.
    pub fn all() -> Self {
        Self { ingest: true, process: true, sinks: CONNECTORS.to_vec(), console: true }
    }

    /// Only ingest.
    pub fn ingest() -> Self {
        Self { ingest: true, ..Self::default() }
    }

    /// Only the processor.
    pub fn process() -> Self {
        Self { process: true, ..Self::default() }
    }

    /// Only the sink of one CRM.
    pub fn sink(connector: &'static dyn Connector) -> Self {
        Self { sinks: vec![connector], ..Self::default() }
    }

    /// Only the console.
    pub fn console() -> Self {
        Self { console: true, ..Self::default() }
    }

    /// Every role in one process: the only way to stand on the embedded backbone.
    pub fn are_all(&self) -> bool {
        self.ingest && self.process && self.console && self.sinks.len() == CONNECTORS.len()
    }

    /// What the process needs in order to be ready. Where it takes events, that it can: nobody sends them again.
    pub fn readiness(&self) -> Readiness {
        if self.ingest { Readiness::only(INGEST) } else { Readiness::all_but(QUEUE) }
    }

    /// Whether it says or hears that there is work.
    pub fn use_queue(&self) -> bool {
        self.console || !self.sinks.is_empty()
    }

    /// Begins them.
    pub fn start(&self, backbone: &Backbone, clock: &Arc<Clock>, metrics: &Metrics, work: &mut Work) {
        let stop = work.stop();
        if self.process {
            let (backbone, clock, metrics, stop) =
                (backbone.clone(), Arc::clone(clock), metrics.processor.clone(), stop.clone());
            work.run("the processor", move || {
                Processor::new(backbone.clone(), Arc::clone(&clock), metrics.clone()).run(stop.clone())
            });
        }
        if self.console {
            let (journal, stopped) = (backbone.clone(), stop.clone());
            work.run("the journal", move || console::journal::run(journal.clone(), stopped.clone()));
            let (backfill, until) =
                (Backfill::new(backbone.clone(), Arc::clone(clock), metrics.backfill.clone()), stop.clone());
            work.run("backfill", move || backfill.clone().run(until.clone()));
            let (backbone, clock, stop) = (backbone.clone(), Arc::clone(clock), stop.clone());
            work.run("replays", move || console::replay::run(backbone.clone(), Arc::clone(&clock), stop.clone()));
        }
        for connector in &self.sinks {
            let (backbone, clock, metrics, stop) =
                (backbone.clone(), Arc::clone(clock), metrics.sinks.clone(), stop.clone());
            let (connector, since) = (*connector, clock.now());
            work.run(connector.title(), move || {
                let (backbone, clock, metrics) = (backbone.clone(), Arc::clone(&clock), metrics.clone());
                Sink { connector, backbone, clock, metrics, since }.run(stop.clone())
            });
        }
    }
}
