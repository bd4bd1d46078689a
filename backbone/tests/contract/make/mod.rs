//! Fresh backbones, and the small things that the suites put into them.

mod embedded;
mod kafka;
mod postgres;
mod rabbit;
mod server;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use backbone::ledger::{Rank, Wanted};
use backbone::{Backbone, Record, Topic};
use schemas::Timestamp;
use schemas::time::later;
use uuid::Uuid;

pub use embedded::OnDisk;
pub use kafka::{OnKafka, config, config_at};
pub use postgres::{OnPostgres, connect};
pub use rabbit::{OnRabbit, rabbit_queue, rabbit_url};
pub use server::{Database, database};

pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a backbone stands on.
pub trait Ground {
    /// Closes it and opens it again on the same storage.
    fn reopen(&self) -> Boxed<'_, Backbone>;
    /// As another process would have it; the same where there can be only one process.
    fn another(&self) -> Boxed<'_, Backbone>;
    /// Every byte that is stored.
    fn bytes(&self) -> Boxed<'_, Vec<u8>>;
    /// Rows of deliveries read so far, where the store counts them.
    fn rows_read(&self) -> Boxed<'_, Option<i64>>;
    /// Lets leases grow older, where they do not go by the `now` that callers give.
    fn pass(&self, seconds: u32) -> Boxed<'_, ()>;
}

/// A backbone to test.
pub struct Fresh {
    pub backbone: Backbone,
    pub ground: Box<dyn Ground>,
}

/// One way to make a backbone.
pub trait Make {
    async fn fresh() -> Fresh;
}

/// So many seconds after a fixed beginning.
pub fn at(seconds: u64) -> Timestamp {
    later(Timestamp::from_second(1_800_000_000).unwrap(), Duration::from_secs(seconds))
}

pub fn record(topic: Topic, key: &str, second: u64, value: &str) -> Record {
    Record { topic, key: key.into(), id: Uuid::now_v7(), at: at(second), due: None, value: value.into() }
}

pub fn wanted(connection: &str, call: &str, lane: &str, revision: u32) -> Wanted {
    Wanted {
        connection: connection.parse().unwrap(),
        kind: "rbs-crm".into(),
        call: schemas::CallId(call.into()),
        lane: lane.into(),
        revision,
        body: format!("{{\"revision\":{revision}}}").into_bytes(),
        rank: Rank::Live,
    }
}
