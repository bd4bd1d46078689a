//! What a broker brings: restarts, silence, alarms, and people who delete queues. A lost word is no fault: workers look at
//! the ledger anyway. That words flow again, and that nobody is held up meanwhile, is what is asked for.

use std::time::Duration;

use backbone::rabbit::{RabbitConfig, RabbitQueue};
use backbone::sealed::Secret;
use backbone::{Error, Queue as _};
use futures_util::StreamExt as _;
use lapin::options::{BasicConsumeOptions, BasicGetOptions, BasicNackOptions, QueueDeleteOptions, QueuePurgeOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use servers::RabbitMq;

use crate::make::{rabbit_queue, rabbit_url};

pub const KIND: &str = "rbs-crm";
const SHORT: Duration = Duration::from_millis(1);
const LONG: Duration = Duration::from_secs(30);
/// On machines that are busy with other tests too.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// Announces until it is taken.
pub async fn announced(queue: &RabbitQueue) {
    let begun = tokio::time::Instant::now();
    while let Err(why) = queue.announce(KIND, 1).await {
        assert!(begun.elapsed() < DEADLINE, "announcements are not taken again: {why}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Announces until it is not taken, and says why.
pub async fn refused(queue: &RabbitQueue) -> String {
    let refused = async {
        loop {
            if let Err(why) = queue.announce(KIND, 1).await {
                assert!(matches!(why, Error::Unavailable { part: "queue", .. }), "{why:?}");
                return why.to_string();
            }
        }
    };
    tokio::time::timeout(DEADLINE, refused).await.expect("announcements are refused")
}

/// Takes what there is.
async fn drain(queue: &RabbitQueue) {
    let drained = async { while queue.wait(KIND, Duration::from_millis(200)).await.unwrap() {} };
    tokio::time::timeout(DEADLINE, drained).await.expect("words come to an end");
}

async fn by_hand(url: &str) -> Connection {
    Connection::connect(url, ConnectionProperties::default()).await.unwrap()
}

/// A broker of the test's own: starting it blocks.
async fn own_broker() -> RabbitMq {
    tokio::task::spawn_blocking(RabbitMq::start).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e1_words_flow_again_after_a_broker_was_restarted_or_held_still() {
    let broker = own_broker().await;
    let queue = rabbit_queue(&broker.url(), "").await;
    assert!(queue.is_up());
    announced(&queue).await;
    // In good order: killed soon after a quorum queue was first declared, RabbitMQ 3.10 may not bring that queue back at all.
    // The fault suite kills it with queues that have stood for a while.
    broker.stop();
    refused(&queue).await;
    let noticed = async {
        while queue.is_up() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, noticed).await.expect("it says that it is not up");
    let waiting = async { queue.wait(KIND, DEADLINE).await.unwrap() };
    // Who waits already hears a word that is said after its return.
    let returned = async {
        broker.start_again();
        announced(&queue).await;
    };
    let (woken, ()) = tokio::join!(waiting, returned);
    assert!(woken, "the consumer is made again while somebody waits");
    announced(&queue).await;
    assert!(queue.wait(KIND, LONG).await.unwrap());

    broker.pause();
    refused(&queue).await;
    drain(&queue).await;
    broker.resume();
    announced(&queue).await;
    assert!(queue.wait(KIND, DEADLINE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e2_a_word_that_has_no_queue_is_sent_again_to_a_new_one() {
    let (url, prefix) = (rabbit_url().await, servers::name());
    let queue = rabbit_queue(&url, &prefix).await;
    queue.announce(KIND, 3).await.unwrap();
    let channel = by_hand(&url).await.create_channel().await.unwrap();
    let name = format!("{prefix}ringfold.work.{KIND}");
    let gone = channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    assert_eq!(gone, 3, "words are in a queue of that name");
    queue.announce(KIND, 2).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap());
    assert!(queue.wait(KIND, LONG).await.unwrap());
    assert!(!queue.wait(KIND, SHORT).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e3_a_broker_short_of_memory_holds_nobody_up() {
    let broker = own_broker().await;
    let queue = rabbit_queue(&broker.url(), "").await;
    queue.announce(KIND, 2).await.unwrap();
    let ctl = |watermark: &str| broker.ctl(&["set_vm_memory_high_watermark", watermark]);
    tokio::task::block_in_place(|| ctl("0"));
    refused(&queue).await;
    let why = refused(&queue).await;
    assert!(why.contains("memory"), "{why}");
    assert!(queue.wait(KIND, LONG).await.unwrap(), "what is there can be taken");
    tokio::task::block_in_place(|| ctl("0.4"));
    announced(&queue).await;
    assert!(queue.wait(KIND, LONG).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e4_a_word_in_the_hands_of_a_dead_worker_comes_again() {
    let (url, prefix) = (rabbit_url().await, servers::name());
    let queue = rabbit_queue(&url, &prefix).await;
    queue.announce(KIND, 1).await.unwrap();
    let worker = by_hand(&url).await;
    let channel = worker.create_channel().await.unwrap();
    let name = format!("{prefix}ringfold.work.{KIND}");
    let options = BasicConsumeOptions::default();
    let mut words =
        channel.basic_consume(name.as_str().into(), "".into(), options, FieldTable::default()).await.unwrap();
    let held = tokio::time::timeout(LONG, words.next()).await.unwrap().unwrap().unwrap();
    assert!(!queue.wait(KIND, SHORT).await.unwrap());
    worker.close(200, "died".into()).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap());
    drop(held);
    assert!(!queue.wait(KIND, SHORT).await.unwrap(), "it was taken once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e4_a_word_that_nobody_survives_goes_and_others_are_taken() {
    let (url, prefix) = (rabbit_url().await, servers::name());
    let queue = rabbit_queue(&url, &prefix).await;
    queue.announce(KIND, 1).await.unwrap();
    let channel = by_hand(&url).await.create_channel().await.unwrap();
    let name = format!("{prefix}ringfold.work.{KIND}");
    let given_back = async {
        let mut times = 0;
        // The first time, and as often again as the queue allows.
        while times < 21 {
            let word = channel.basic_get(name.as_str().into(), BasicGetOptions::default()).await.unwrap();
            let Some(word) = word else { continue };
            word.delivery.acker.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await.unwrap();
            times += 1;
        }
    };
    tokio::time::timeout(DEADLINE, given_back).await.expect("a word comes 21 times");
    queue.announce(KIND, 1).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap(), "another word is taken");
    assert!(!queue.wait(KIND, Duration::from_millis(500)).await.unwrap(), "and the first one does not come again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e6_a_queue_purged_or_deleted_by_hand_is_made_again() {
    let (url, prefix) = (rabbit_url().await, servers::name());
    let queue = rabbit_queue(&url, &prefix).await;
    let channel = by_hand(&url).await.create_channel().await.unwrap();
    let name = format!("{prefix}ringfold.work.{KIND}");
    queue.announce(KIND, 5).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap());
    channel.queue_purge(name.as_str().into(), QueuePurgeOptions::default()).await.unwrap();
    drain(&queue).await;
    queue.announce(KIND, 1).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap());

    channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    queue.announce(KIND, 1).await.unwrap();
    assert!(queue.wait(KIND, LONG).await.unwrap(), "the consumer is made again too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_work_is_said_and_a_broker_that_is_away_is_waited_for() {
    let url = rabbit_url().await.replace("guest:guest@", "guest:hidden@");
    let config = |url: &str| RabbitConfig { url: Secret::new(url), prefix: String::new() };
    let why = RabbitQueue::connect(config(&url)).await.err().expect("a wrong password");
    assert!(matches!(why, Error::Invalid(_)), "{why:?}");
    assert!(!why.to_string().contains("hidden"), "{why}");
    assert!(!format!("{:?}", config(&url)).contains("hidden"));

    let queue = rabbit_queue("amqp://guest:hidden@127.0.0.1:1/", "").await;
    assert!(!queue.is_up());
    let why = refused(&queue).await;
    assert!(!why.contains("hidden"), "{why}");
    assert!(!queue.wait(KIND, SHORT).await.unwrap());
}
