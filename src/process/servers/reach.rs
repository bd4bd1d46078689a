//! How each server is reached: tried until it is there, in the background.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use backbone::kafka::KafkaLog;
use backbone::postgres::PostgresStore;
use backbone::rabbit::{RabbitConfig, RabbitQueue};
use backbone::sealed::SecretKey;
use backbone::{Error, Log};
use tokio::time::timeout;

use crate::config::Servers;
use crate::process::later::Later;
use crate::process::roles::QUEUE;
use crate::process::work::Work;

/// One try to reach the queue.
const QUEUE_ANSWERS: Duration = Duration::from_secs(10);

/// Tries until it is there.
fn reach<T, F>(name: &'static str, later: &Later<T>, work: &mut Work, open: impl Fn() -> F + Send + 'static)
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let later = later.clone();
    work.once(name, move || {
        let (opening, later) = (open(), later.clone());
        async move {
            let opened = opening.await;
            match opened {
                Ok(it) => later.set(it),
                Err(why) => {
                    later.is_away(&why);
                    return Err(why);
                }
            }
            Ok(())
        }
    });
}

/// The log, once its topics are as they must be: before that, nothing is written that they might lose.
pub fn log(kafka: &Arc<KafkaLog>, work: &mut Work) -> Later<Arc<dyn Log>> {
    let (later, kafka) = (Later::new("log"), Arc::clone(kafka));
    reach("the log", &later, work, move || {
        let kafka = Arc::clone(&kafka);
        async move { kafka.prepare().await.map(|()| kafka as Arc<dyn Log>) }
    });
    later
}

/// The store, once its tables are as they must be.
pub fn store(servers: &Servers, key: &SecretKey, work: &mut Work) -> Later<PostgresStore> {
    let (later, url, key, connections) =
        (Later::new("store"), servers.store.clone(), key.clone(), servers.store_connections);
    reach("the store", &later, work, move || {
        let (url, key) = (url.clone(), key.clone());
        async move { PostgresStore::connect_with(url.expose(), key, connections).await }
    });
    later
}

/// The queue.
pub fn queue(servers: &Servers, work: &mut Work) -> Later<RabbitQueue> {
    let (later, url, prefix) = (Later::new(QUEUE), servers.queue.clone(), servers.prefix.clone());
    reach("the queue", &later, work, move || {
        let config = RabbitConfig { url: url.clone(), prefix: prefix.clone() };
        async move {
            let late = |_| Error::Unavailable { part: QUEUE, why: "no answer in time".to_owned() };
            timeout(QUEUE_ANSWERS, RabbitQueue::connect(config)).await.map_err(late)?
        }
    });
    later
}
