//! What the processor counts.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

/// The processor's counters.
#[derive(Debug, Clone, Default)]
pub struct ProcessorMetrics {
    /// Events that made or changed a call.
    pub folded: Counter,
    /// Events that had been said before.
    pub repeated: Counter,
    /// Events that said nothing any more.
    pub ignored: Counter,
    /// Records of `calls.raw` that are no events.
    pub unreadable: Counter,
    /// Calls ended by time.
    pub presumed: Counter,
}

impl ProcessorMetrics {
    /// Makes the counters known.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("ringfold_folded", "Events that made or changed a call", self.folded.clone());
        registry.register("ringfold_repeated", "Events that had been said before", self.repeated.clone());
        registry.register("ringfold_ignored", "Events that said nothing any more", self.ignored.clone());
        registry.register("ringfold_unreadable", "Records of calls.raw that are no events", self.unreadable.clone());
        registry.register("ringfold_presumed_ends", "Calls ended by time", self.presumed.clone());
    }
}
