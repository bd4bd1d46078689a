//! What ingest counts. Labels name sources and states, never numbers or secrets.

use std::fmt;
use std::sync::Arc;

use backbone::spool::Spooled;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use schemas::{Clock, Timestamp};

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

/// What the spool tells of itself, asked for when the metrics are read.
#[derive(Clone)]
pub struct SpoolMetrics {
    spool: Arc<Spooled>,
    clock: Arc<Clock>,
}

impl SpoolMetrics {
    /// Of a spool; ages are told by the clock that its records were stamped with.
    pub fn new(spool: Arc<Spooled>, clock: Arc<Clock>) -> Self {
        Self { spool, clock }
    }

    /// `at` of the oldest record that waits.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.spool.status().oldest
    }

    /// Adds them to what a process shows.
    pub fn register(self, registry: &mut Registry) {
        registry.sub_registry_with_prefix("ringfold_ingest_spool").register_collector(Box::new(self));
    }
}

impl fmt::Debug for SpoolMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpoolMetrics")
    }
}

impl Collector for SpoolMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.spool.status();
        let age = status.oldest.map_or(0.0, |oldest| self.clock.now().duration_since(oldest).as_secs_f64().max(0.0));
        let mut gauge = |name, help, unit: Option<&Unit>, value: f64| {
            let encoder = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
            ConstGauge::new(value).encode(encoder)
        };
        #[expect(clippy::cast_precision_loss, reason = "a metric; and no spool has 2^53 bytes")]
        let float = |value: u64| value as f64;
        gauge("away", "1 while the log does not take records", None, f64::from(u8::from(status.away)))?;
        gauge(
            "disk_failing",
            "1 while the disk does not take records",
            None,
            f64::from(u8::from(status.disk_failing)),
        )?;
        gauge("records", "Records that wait for the log", None, float(status.records))?;
        gauge("size", "On disk", Some(&Unit::Bytes), float(status.bytes))?;
        gauge("size_max", "The most there may be on disk", Some(&Unit::Bytes), float(status.bytes_max))?;
        gauge("oldest_age", "Age of the oldest record that waits", Some(&Unit::Seconds), age)?;
        for (name, help, value) in [
            ("appended", "Records spooled", status.appended),
            ("drained", "Records brought from the spool to the log", status.drained),
            ("refused", "Spooled records that the log would not take", status.refused),
            ("damaged", "Damaged places met in the spool", status.damaged),
        ] {
            let encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(encoder)?;
        }
        Ok(())
    }
}
