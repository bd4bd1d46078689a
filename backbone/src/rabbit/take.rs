//! Taking words: a consumer for each kind that somebody in this process waits for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::link::{Link, Live};

/// A consumer that takes longer to make is given up, and its connection with it.
const SUBSCRIBE: Duration = Duration::from_secs(5);
/// A consumer that heard nothing for so long is made anew.
const QUIET: Duration = Duration::from_secs(5);
/// Words handed to a process before it takes them: one more would be out of others' reach.
const PREFETCH: u16 = 1;
/// The pause before a consumer is made again.
const AGAIN: Duration = Duration::from_millis(100);
/// How long the broker's being told that a word was taken may hold up its taker.
const TELL: Duration = Duration::from_secs(1);

type Words = Arc<tokio::sync::Mutex<mpsc::Receiver<Delivery>>>;

/// A taker for each queue: as many as the registry has kinds.
pub struct Takers {
    link: Link,
    stop: CancellationToken,
    queues: Mutex<HashMap<String, Words>>,
}

impl Takers {
    /// Takes by way of `link`, until `stop`.
    pub fn new(link: Link, stop: CancellationToken) -> Self {
        Self { link, stop, queues: Mutex::default() }
    }

    /// Whether words can be taken now.
    pub fn is_up(&self) -> bool {
        self.link.up().is_ok()
    }

    /// Waits for a word and takes it. False when there was none for as long as `wait`, whatever the reason.
    pub async fn wait(&self, queue: &str, wait: Duration) -> bool {
        let words = self.of(queue);
        let next = async { words.lock().await.recv().await };
        match timeout(wait, next).await {
            Ok(Some(word)) => {
                // A word that is not told of comes again, which costs a look.
                let _ = timeout(TELL, word.ack(BasicAckOptions::default())).await;
                true
            }
            // Nobody takes any more: this process ends.
            Ok(None) => {
                sleep(wait).await;
                false
            }
            Err(_) => false,
        }
    }

    fn of(&self, queue: &str) -> Words {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let words = queues.entry(queue.to_owned()).or_insert_with(|| {
            let (give, words) = mpsc::channel(1);
            let (link, queue, stop) = (self.link.clone(), queue.to_owned(), self.stop.clone());
            // On its own, because a consumer half made and left would keep the words it is handed.
            tokio::spawn(async move { stop.run_until_cancelled(take(&link, &queue, &give)).await });
            Arc::new(tokio::sync::Mutex::new(words))
        });
        Arc::clone(words)
    }
}

async fn take(link: &Link, queue: &str, give: &mpsc::Sender<Delivery>) {
    while let Some(live) = link.stands().await {
        match timeout(SUBSCRIBE, subscribe(&live, queue)).await {
            Ok(Ok((channel, consumer))) => {
                tokio::select! {
                    () = hand_over(consumer, give) => {}
                    () = live.over() => {}
                }
                let _ = timeout(TELL, channel.close(200, "over".into())).await;
            }
            Ok(Err(why)) => tracing::debug!(queue, error = %why, "words of work cannot be taken yet"),
            Err(_) => live.give_up(),
        }
        sleep(AGAIN).await;
    }
}

/// On a channel of its own: the broker forgets what it knew of an earlier consumer only with its channel.
async fn subscribe(live: &Live, queue: &str) -> Result<(Channel, Consumer), lapin::Error> {
    live.declare(queue, true).await?;
    let channel = live.connection.create_channel().await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let consumer = channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await?;
    Ok((channel, consumer))
}

/// Ends when the broker ends the consumer, or has had nothing for it for a while: of a quorum queue that was deleted and made
/// again at once, the broker forgets to say so to the consumers of the old one.
async fn hand_over(mut consumer: Consumer, give: &mpsc::Sender<Delivery>) {
    loop {
        match timeout(QUIET, consumer.next()).await {
            Ok(Some(Ok(word))) => {
                if give.send(word).await.is_err() {
                    return;
                }
            }
            // A word that nobody waits for yet stays in hand.
            Err(_) if give.capacity() == 0 => {}
            Ok(_) | Err(_) => return,
        }
    }
}
