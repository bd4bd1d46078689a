//! What the sinks count.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Of a connection, and how it went: `done`, `dead`, or the kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    /// The connection.
    pub connection: String,
    /// How it went.
    pub outcome: String,
}

/// Of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Of {
    /// The connection.
    pub connection: String,
}

/// The sinks' counters.
#[derive(Debug, Clone, Default)]
pub struct SinkMetrics {
    /// Tries of deliveries.
    pub tries: Family<Outcome, Counter>,
    /// Live notices: sent, failed, dropped, held.
    pub notices: Family<Outcome, Counter>,
    /// 1 while a CRM does not answer and only probes are sent to it.
    pub breakers: Family<Of, Gauge>,
}

impl SinkMetrics {
    /// Makes the counters known.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("ringfold_tries", "Tries of deliveries, by connection and outcome", self.tries.clone());
        registry.register("ringfold_notices", "Live notices, by connection and outcome", self.notices.clone());
        let help = "1 while the CRM does not answer and only probes are sent to it";
        registry.register("ringfold_breaker", help, self.breakers.clone());
    }

    pub(super) fn tried(&self, connection: &str, outcome: &str) {
        self.tries.get_or_create(&labels(connection, outcome)).inc();
    }

    pub(super) fn breaker(&self, connection: &str, open: bool) {
        let of = Of { connection: connection.to_owned() };
        self.breakers.get_or_create(&of).set(i64::from(open));
    }

    pub(super) fn noticed(&self, connection: &str, outcome: &str) {
        self.notices.get_or_create(&labels(connection, outcome)).inc();
    }
}

fn labels(connection: &str, outcome: &str) -> Outcome {
    Outcome { connection: connection.to_owned(), outcome: outcome.to_owned() }
}
