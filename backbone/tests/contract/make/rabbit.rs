//! The queue on RabbitMQ: names of its own on the tests' broker. The log and the store are the embedded ones.

use std::sync::Arc;

use backbone::Backbone;
use backbone::rabbit::{RabbitConfig, RabbitQueue};
use backbone::sealed::Secret;

use super::{Fresh, Make, OnDisk};

/// The one on RabbitMQ.
pub struct OnRabbit;

/// The queue as one process has it.
pub async fn rabbit_queue(url: &str, prefix: &str) -> RabbitQueue {
    let config = RabbitConfig { url: Secret::new(url), prefix: prefix.to_owned() };
    RabbitQueue::connect(config).await.unwrap()
}

/// The address of the broker that the tests of this program share.
pub async fn rabbit_url() -> String {
    // Starting takes seconds and blocks; whoever comes meanwhile waits.
    tokio::task::spawn_blocking(|| servers::rabbit().url()).await.unwrap()
}

impl Make for OnRabbit {
    async fn fresh() -> Fresh {
        let Fresh { backbone, ground } = OnDisk::fresh().await;
        let queue = Arc::new(rabbit_queue(&rabbit_url().await, &servers::name()).await);
        Fresh { backbone: Backbone { queue, ..backbone }, ground }
    }
}
