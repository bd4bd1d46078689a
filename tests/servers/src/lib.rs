//! Real servers for tests: private instances in temporary directories, on ports that nobody else is given, gone together
//! with the test program however that ends. `tests/install` installs what they are.
//!
//! Most tests share one server a program ([`postgres()`], [`rabbit()`], started when first asked for) and keep to
//! names of their own in it ([`name`]). Tests that stop, kill or pause a server start their own. Calls block, for seconds
//! while a server starts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, in its helpers too"
)]

mod install;
mod kafka;
mod port;
mod postgres;
mod rabbit;
mod server;
mod tls;

use std::sync::LazyLock;

use uuid::Uuid;

pub use kafka::Kafka;
pub use port::Port;
pub use postgres::{Database, Postgres};
pub use rabbit::RabbitMq;
pub use server::Server;
pub use tls::Certificates;

/// The PostgreSQL server that the tests of this program share.
pub fn postgres() -> &'static Postgres {
    static SHARED: LazyLock<Postgres> = LazyLock::new(Postgres::start);
    &SHARED
}

/// The RabbitMQ broker that the tests of this program share.
pub fn rabbit() -> &'static RabbitMq {
    static SHARED: LazyLock<RabbitMq> = LazyLock::new(RabbitMq::start);
    &SHARED
}

/// A name that nothing else has: of a database, or before the names of topics and queues. Small letters and digits.
pub fn name() -> String {
    format!("t{}", Uuid::now_v7().simple())
}
