//! What ingest counts. Labels name sources and states, never numbers or secrets.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The metrics of one process; clones are the same ones.
#[derive(Clone, Debug)]
pub struct IngestMetrics {
    pub(crate) events: Family<EventLabels, Counter>,
    pub(crate) rejected: Family<SourceLabel, Counter>,
    pub(crate) unknown_secrets: Counter,
    pub(crate) append_failures: Counter,
    pub(crate) append_records: Histogram,
    pub(crate) request_seconds: Histogram,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct EventLabels {
    pub(crate) source: String,
    pub(crate) state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct SourceLabel {
    pub(crate) source: String,
}

impl Default for IngestMetrics {
    fn default() -> Self {
        Self {
            events: Family::default(),
            rejected: Family::default(),
            unknown_secrets: Counter::default(),
            append_failures: Counter::default(),
            append_records: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            request_seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 17)),
        }
    }
}

impl IngestMetrics {
    /// Adds them to what a process shows.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("ringfold_ingest");
        registry.register("events", "Events acknowledged", self.events.clone());
        registry.register("rejected", "Bodies that could not be read, kept", self.rejected.clone());
        registry.register("unknown_secrets", "Requests with a secret of no source", self.unknown_secrets.clone());
        registry.register("append_failures", "Batches that the log did not take", self.append_failures.clone());
        registry.register("append_records", "Records in a batch", self.append_records.clone());
        registry.register_with_unit("request", "Time to answer", Unit::Seconds, self.request_seconds.clone());
    }
}
