//! The queue on `RabbitMQ`: one quorum queue a kind, whose messages are words that say "look at the ledger".
//!
//! A word is dispensable, so nothing here waits long or keeps words for later: while the broker is away or takes no
//! messages, [`announce`](Queue::announce) says so and [`wait`](Queue::wait) waits for nothing, and workers live by looking
//! at the ledger. Publishing and taking have a connection each, because a broker short of memory stops reading from those
//! that publish. Knows nothing of the log and the store.

mod address;
mod declare;
mod link;
mod open;
mod publish;
mod take;

use std::fmt;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::queue::Queue;
use crate::sealed::Secret;
use crate::{Error, Fut};
use link::Link;

/// More words at once add nothing: workers look at the ledger until it has no more.
const MOST: u32 = 64;

/// Where the broker is, and what its queues are called.
#[derive(Debug, Clone)]
pub struct RabbitConfig {
    /// `amqp://user:password@host:port/vhost`, or `amqps://` for TLS, which trusts what the system trusts.
    pub url: Secret,
    /// Comes before the name of every queue; empty, unless several installations share a virtual host.
    pub prefix: String,
}

/// The queue on a `RabbitMQ` broker.
pub struct RabbitQueue {
    prefix: String,
    publishing: Link,
    taking: take::Takers,
    _stop: DropGuard,
}

fn away(why: &dyn fmt::Display) -> Error {
    Error::Unavailable { part: "queue", why: why.to_string() }
}

impl RabbitQueue {
    /// Connects. A broker that is away is no error, it is connected to when it comes; one that refuses the user, the
    /// password or the virtual host is.
    pub async fn connect(config: RabbitConfig) -> Result<Self, Error> {
        let address = address::read(&config.url)?;
        let prefix = address::prefix(config.prefix)?;
        let stop = CancellationToken::new();
        let publishing = Link::start(address.clone(), "announcing", stop.clone());
        let taking = Link::start(address, "taking", stop.clone());
        let queue = Self {
            prefix,
            taking: take::Takers::new(taking.clone(), stop.clone()),
            publishing: publishing.clone(),
            _stop: stop.drop_guard(),
        };
        publishing.first().await?;
        taking.first().await?;
        Ok(queue)
    }

    /// Whether words can be announced and taken now.
    pub fn is_up(&self) -> bool {
        self.publishing.up().is_ok() && self.taking.is_up()
    }
}

impl Queue for RabbitQueue {
    fn announce<'a>(&'a self, kind: &'a str, count: u32) -> Fut<'a, ()> {
        Box::pin(async move {
            if count == 0 {
                return Ok(());
            }
            let words = usize::try_from(count.min(MOST)).unwrap_or_default();
            publish::announce(&self.publishing, &declare::name(&self.prefix, kind), words).await
        })
    }

    fn wait<'a>(&'a self, kind: &'a str, wait: Duration) -> Fut<'a, bool> {
        Box::pin(async move { Ok(self.taking.wait(&declare::name(&self.prefix, kind), wait).await) })
    }
}
