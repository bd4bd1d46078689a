//! Announcing: words that the broker confirms, sent once more if it had nowhere to put them.

use std::collections::HashSet;
use std::time::Duration;

use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Confirmation};
use tokio::time::timeout;

use super::away;
use super::link::{Link, Live};
use crate::Error;

/// Callers have better things to do than to wait for a queue that they can do without.
const PATIENCE: Duration = Duration::from_secs(2);
/// Kept on disk.
const PERSISTENT: u8 = 2;

/// Puts `words` words into the queue.
pub async fn announce(link: &Link, queue: &str, words: usize) -> Result<(), Error> {
    let live = link.up()?;
    let full = || away(&"the broker takes no messages, it is short of memory or disk");
    if live.blocked() {
        return Err(full());
    }
    match timeout(PATIENCE, told(&live, queue, words)).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => {
            tracing::warn!(queue, "words of work were not taken by RabbitMQ, workers find it when they look");
            Err(away(&"the broker did not take the words"))
        }
        Ok(Err(why)) => {
            live.give_up();
            Err(away(&why))
        }
        Err(_) if live.blocked() => Err(full()),
        Err(_) => {
            live.give_up();
            Err(away(&format!("no confirmation in {} s", PATIENCE.as_secs())))
        }
    }
}

/// Says whether the broker has all of them.
async fn told(live: &Live, queue: &str, words: usize) -> Result<bool, lapin::Error> {
    live.declare(queue, false).await?;
    let lost = published(live, vec![queue.to_owned(); words]).await?;
    if lost.is_empty() {
        return Ok(true);
    }
    // Somebody deleted the queue, or the broker could not write: once more.
    for queue in lost.iter().collect::<HashSet<_>>() {
        live.declare(queue, true).await?;
    }
    Ok(published(live, lost).await?.is_empty())
}

/// Publishes a word to each of `queues`, and says for which of them there is one to be sent again. What was returned names
/// its queue itself: callers side by side may hear of each other's.
async fn published(live: &Live, queues: Vec<String>) -> Result<Vec<String>, lapin::Error> {
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
    let channel = live.publishing().await?;
    let mut sent = Vec::with_capacity(queues.len());
    for queue in queues {
        let to = queue.as_str().into();
        let confirmation = channel.basic_publish("".into(), to, options, &[], properties.clone()).await?;
        sent.push((queue, confirmation));
    }
    let mut lost = Vec::new();
    for (queue, confirmation) in sent {
        match confirmation.await? {
            Confirmation::Ack(None) => {}
            Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
                lost.push(returned.delivery.routing_key.to_string());
            }
            Confirmation::Nack(None) | Confirmation::NotRequested => lost.push(queue),
        }
    }
    Ok(lost)
}
