//! What the routes work on.

use std::sync::{Arc, Mutex, PoisonError};

use backbone::sealed::Secret;
use backbone::{Backbone, Error};
use prometheus_client::registry::Registry;
use schemas::Clock;
use tokio::sync::Semaphore;

use crate::metrics::Gauges;
use crate::readiness::Readiness;

/// Requests answered at once; more are told to come back.
const AT_ONCE: usize = 64;

/// What whoever watches a process is shown; clones are the same.
#[derive(Clone)]
pub struct Health {
    /// Where the parts of the process say whether they are able to work.
    pub readiness: Readiness,
    /// Every counter of the process.
    pub registry: Arc<Mutex<Registry>>,
    /// Only in a console: what the backbone is asked for when figures are shown.
    pub(crate) figures: Option<Figures>,
}

impl Health {
    /// Of a process without an API.
    pub fn new(readiness: Readiness, registry: Arc<Mutex<Registry>>) -> Self {
        Self { readiness, registry, figures: None }
    }
}

/// Gauges, and who is asked for them.
#[derive(Clone)]
pub(crate) struct Figures {
    gauges: Gauges,
    backbone: Backbone,
    clock: Arc<Clock>,
}

impl Figures {
    pub(crate) async fn refresh(&self) -> Result<(), Error> {
        self.gauges.refresh(&self.backbone, self.clock.now()).await
    }

    pub(crate) fn clear(&self) {
        self.gauges.clear();
    }
}

/// What a console is made of.
pub struct Parts {
    /// Log, queue and store.
    pub backbone: Backbone,
    /// The process's clock.
    pub clock: Arc<Clock>,
    /// What callers of `/api/v1` must show. An empty one lets nobody in.
    pub token: Secret,
    /// What shown URLs begin with.
    pub public_url: String,
    /// Where the parts of the process say whether they are able to work.
    pub readiness: Readiness,
    /// Every counter of the process; the console adds its own gauges.
    pub registry: Arc<Mutex<Registry>>,
}

/// The console of one process; clones are the same one.
#[derive(Clone)]
pub struct Console {
    pub(crate) parts: Arc<Parts>,
    pub(crate) room: Arc<Semaphore>,
    /// Accounts files are applied one after another.
    pub(crate) applying: Arc<tokio::sync::Mutex<()>>,
    gauges: Gauges,
}

impl Console {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let gauges = Gauges::default();
        // A registry is a list of counters: what stands in it is whole, whoever broke off.
        gauges.register(&mut parts.registry.lock().unwrap_or_else(PoisonError::into_inner));
        Self { parts: Arc::new(parts), room: Arc::new(Semaphore::new(AT_ONCE)), applying: Arc::default(), gauges }
    }

    pub(crate) fn health(&self) -> Health {
        let Parts { backbone, clock, readiness, registry, .. } = &*self.parts;
        let figures = Figures { gauges: self.gauges.clone(), backbone: backbone.clone(), clock: Arc::clone(clock) };
        Health { figures: Some(figures), ..Health::new(readiness.clone(), Arc::clone(registry)) }
    }

    pub(crate) fn backbone(&self) -> &Backbone {
        &self.parts.backbone
    }
}
