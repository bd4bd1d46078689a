//! What backfill counts, by source and list.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use schemas::Timestamp;

use super::Asked;

/// The metrics of one process; clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct BackfillMetrics {
    requests: Family<Labels, Counter>,
    rows: Family<Labels, Counter>,
    events: Family<Labels, Counter>,
    unreadable: Family<Labels, Counter>,
    failures: Family<Labels, Counter>,
    until: Family<Labels, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    source: String,
    list: &'static str,
}

fn of(asked: &Asked) -> Labels {
    Labels { source: asked.entry.source.id.to_string(), list: asked.list.name() }
}

fn add(family: &Family<Labels, Counter>, asked: &Asked, count: usize) {
    family.get_or_create(&of(asked)).inc_by(count as u64);
}

impl BackfillMetrics {
    /// Adds them to what a process shows.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("ringfold_backfill");
        registry.register("requests", "Requests to the PBX", self.requests.clone());
        registry.register("rows", "Rows of the PBX's list that were compared", self.rows.clone());
        registry.register("events", "Events that no webhook told", self.events.clone());
        registry.register("unreadable", "Rows of the PBX's list that could not be read", self.unreadable.clone());
        registry.register("failures", "Rounds that broke off", self.failures.clone());
        let help = "Calls that began before this are compared, in seconds since 1970";
        registry.register_with_unit("compared_until", help, Unit::Seconds, self.until.clone());
    }

    pub(super) fn asked(&self, asked: &Asked) {
        add(&self.requests, asked, 1);
    }

    pub(super) fn compared(&self, asked: &Asked, rows: usize, events: usize) {
        add(&self.rows, asked, rows);
        add(&self.events, asked, events);
    }

    pub(super) fn unreadable(&self, asked: &Asked, rows: usize) {
        add(&self.unreadable, asked, rows);
    }

    pub(super) fn failed(&self, asked: &Asked) {
        add(&self.failures, asked, 1);
    }

    pub(super) fn until(&self, asked: &Asked, until: Timestamp) {
        self.until.get_or_create(&of(asked)).set(until.as_second());
    }
}
