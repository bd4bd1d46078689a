//! What the API works on.

use std::sync::{Arc, Mutex, PoisonError};

use backbone::Backbone;
use backbone::sealed::Secret;
use prometheus_client::registry::Registry;
use schemas::Clock;
use tokio::sync::Semaphore;

use crate::metrics::Gauges;
use crate::readiness::Readiness;

/// Requests answered at once; more are told to come back.
const AT_ONCE: usize = 64;

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
    /// Every counter of the process; the console adds its own gauges.
    pub registry: Arc<Mutex<Registry>>,
}

/// The console of one process; clones are the same one.
#[derive(Clone)]
pub struct Console {
    pub(crate) parts: Arc<Parts>,
    pub(crate) gauges: Gauges,
    pub(crate) readiness: Readiness,
    pub(crate) room: Arc<Semaphore>,
    /// Accounts files are applied one after another.
    pub(crate) applying: Arc<tokio::sync::Mutex<()>>,
}

impl Console {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let gauges = Gauges::default();
        // A registry is a list of counters: what stands in it is whole, whoever broke off.
        gauges.register(&mut parts.registry.lock().unwrap_or_else(PoisonError::into_inner));
        Self {
            parts: Arc::new(parts),
            gauges,
            readiness: Readiness::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            applying: Arc::default(),
        }
    }

    /// Where the roles of this process say whether they are able to work.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    pub(crate) fn backbone(&self) -> &Backbone {
        &self.parts.backbone
    }
}
