//! Gauges that are asked for when they are shown: lag of readers, deliveries by connection and status, oldest ages.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;

use backbone::ledger::{Status, Tally};
use backbone::log::Lag;
use backbone::store::Accounts;
use backbone::{Backbone, Error};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use schemas::{ConnectionStatus, Timestamp};

use crate::alerts::rows;
use crate::wire::AlertState;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GroupLabels {
    group: String,
    topic: &'static str,
    partition: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    connection: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlertLabels {
    kind: &'static str,
    subject: String,
}

type Seconds = Gauge<f64, AtomicU64>;

/// The console's own gauges; clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    lag: Family<GroupLabels, Gauge>,
    lag_age: Family<GroupLabels, Seconds>,
    deliveries: Family<ConnectionLabels, Gauge>,
    oldest: Family<ConnectionLabels, Seconds>,
    connections: Family<ConnectionLabels, Gauge>,
    alerts: Family<AlertLabels, Gauge>,
    backbone_up: Gauge,
}

impl Gauges {
    /// Adds them to what a process shows.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("ringfold");
        registry.register("lag_records", "Records that a group of readers has not read yet", self.lag.clone());
        registry.register("lag_seconds", "Age of the oldest record not read yet", self.lag_age.clone());
        registry.register("deliveries", "Deliveries by connection and status", self.deliveries.clone());
        registry.register("oldest_pending_seconds", "Age of the oldest delivery not done yet", self.oldest.clone());
        registry.register("connections", "1 for the status that a connection has", self.connections.clone());
        registry.register("alerts", "1 for an alert that is raised, 0 for one that was", self.alerts.clone());
        registry.register("backbone_up", "1 if the backbone answered for this page", self.backbone_up.clone());
    }

    /// Asks the backbone; where it does not answer, no old figure is left to be taken for a new one.
    pub async fn refresh(&self, backbone: &Backbone, now: Timestamp) -> Result<(), Error> {
        let asked = async {
            let lag = backbone.log.lag().await?;
            let accounts = backbone.directory.load().await?;
            let alerts = rows(&*backbone.memos).await?;
            Ok::<_, Error>((lag, accounts, backbone.ledger.tally().await?, alerts))
        };
        let answer = asked.await;
        self.clear();
        let (lag, accounts, tally, alerts) = answer?;
        self.show(&lag, &accounts, &tally, now);
        for alert in alerts {
            let raised = alert.state == AlertState::Raised;
            let labels = AlertLabels { kind: alert.kind.word(), subject: alert.subject };
            self.alerts.get_or_create(&labels).set(i64::from(raised));
        }
        self.backbone_up.set(1);
        Ok(())
    }

    /// Leaves no figure.
    pub fn clear(&self) {
        self.lag.clear();
        self.lag_age.clear();
        self.deliveries.clear();
        self.oldest.clear();
        self.connections.clear();
        self.alerts.clear();
        self.backbone_up.set(0);
    }

    fn show(&self, lag: &[Lag], accounts: &Accounts, tally: &[Tally], now: Timestamp) {
        for one in lag {
            let labels = GroupLabels { group: one.group.clone(), topic: one.topic.name(), partition: one.partition };
            self.lag.get_or_create(&labels).set(count(one.records));
            self.lag_age.get_or_create(&labels).set(age(one.oldest, now));
        }
        let connections = accounts.connections.iter().map(|entry| &entry.connection);
        let statuses: HashMap<_, _> = connections.map(|connection| (&connection.id, connection.status)).collect();
        for (id, status) in &statuses {
            let labels = ConnectionLabels { connection: id.to_string(), status: status.word() };
            self.connections.get_or_create(&labels).set(1);
        }
        for one in tally {
            let active = statuses.get(&one.connection) == Some(&ConnectionStatus::Active);
            let parked = one.status == Status::Pending && !active;
            let status = if parked { "parked" } else { one.status.word() };
            let labels = ConnectionLabels { connection: one.connection.to_string(), status };
            self.deliveries.get_or_create(&labels).set(count(one.count));
            if one.status == Status::Pending {
                self.oldest.get_or_create(&labels).set(age(one.oldest, now));
            }
        }
    }
}

fn count(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn age(since: Option<Timestamp>, now: Timestamp) -> f64 {
    since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0))
}
