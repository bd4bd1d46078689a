//! The counters of the roles of a process.

use std::sync::{Arc, Mutex};

use console::backfill::BackfillMetrics;
use ingest::{IngestMetrics, SpoolMetrics};
use processor::ProcessorMetrics;
use prometheus_client::registry::Registry;
use sinks::SinkMetrics;

use super::roles::Roles;

/// The counters of every role; those of other roles are counted by nobody.
#[derive(Default)]
pub struct Metrics {
    pub ingest: IngestMetrics,
    pub processor: ProcessorMetrics,
    pub sinks: SinkMetrics,
    pub backfill: BackfillMetrics,
}

impl Metrics {
    /// Those that this process shows.
    pub fn registry(&self, roles: &Roles, spool: Option<SpoolMetrics>) -> Arc<Mutex<Registry>> {
        let mut registry = Registry::default();
        if roles.ingest {
            self.ingest.register(&mut registry);
        }
        if let Some(spool) = spool {
            spool.register(&mut registry);
        }
        if roles.process {
            self.processor.register(&mut registry);
        }
        if roles.console {
            self.backfill.register(&mut registry);
        }
        if !roles.sinks.is_empty() {
            self.sinks.register(&mut registry);
        }
        Arc::new(Mutex::new(registry))
    }
}
