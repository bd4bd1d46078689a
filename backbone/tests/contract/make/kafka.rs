//! The log on Kafka: topics of their own on the tests' broker. The queue and the store are the embedded ones.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use backbone::Backbone;
use backbone::embedded::Embedded;
use backbone::kafka::{KafkaConfig, KafkaLog};
use tempfile::TempDir;

use super::{Boxed, Fresh, Ground, Make};

/// The one on Kafka.
pub struct OnKafka;

struct Mixed {
    config: KafkaConfig,
    embedded: Embedded,
    _dir: TempDir,
}

/// The broker of this program's tests. It finds silent readers and transactions without an end sooner than others.
async fn broker() -> &'static servers::Kafka {
    static SHARED: LazyLock<servers::Kafka> = LazyLock::new(|| {
        servers::Kafka::start_with(&[
            "group.min.session.timeout.ms=500",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms=500",
        ])
    });
    tokio::task::spawn_blocking(|| &*SHARED).await.unwrap()
}

/// Topics that nobody else has, with three partitions.
pub async fn config() -> KafkaConfig {
    config_at(broker().await.address())
}

/// The same on another broker.
pub fn config_at(brokers: String) -> KafkaConfig {
    KafkaConfig {
        brokers,
        prefix: format!("{}.", servers::name()),
        partitions: 3,
        replication: 1,
        instance: "first".into(),
        memory: 1 << 20,
        properties: BTreeMap::new(),
    }
}

impl Mixed {
    async fn backbone(&self) -> Backbone {
        let log = Arc::new(KafkaLog::open(self.config.clone()).await.unwrap());
        Backbone { log, ..self.embedded.backbone() }
    }
}

impl Make for OnKafka {
    async fn fresh() -> Fresh {
        let dir = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(dir.path(), None).await.unwrap();
        let mixed = Mixed { config: config().await, embedded, _dir: dir };
        Fresh { backbone: mixed.backbone().await, ground: Box::new(mixed) }
    }
}

impl Ground for Mixed {
    fn reopen(&self) -> Boxed<'_, Backbone> {
        Box::pin(self.backbone())
    }

    fn another(&self) -> Boxed<'_, Backbone> {
        Box::pin(self.backbone())
    }

    fn bytes(&self) -> Boxed<'_, Vec<u8>> {
        Box::pin(async { Vec::new() })
    }

    fn rows_read(&self) -> Boxed<'_, Option<i64>> {
        Box::pin(async { None })
    }

    fn pass(&self, _: u32) -> Boxed<'_, ()> {
        Box::pin(async {})
    }
}
