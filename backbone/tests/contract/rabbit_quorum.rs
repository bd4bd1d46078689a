//! A queue whose nodes are no majority.

use std::time::Duration;

use backbone::Queue as _;
use servers::RabbitMq;

use crate::make::rabbit_queue;
use crate::rabbit_faults::{DEADLINE, KIND, announced, refused};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e5_without_a_majority_nobody_is_held_up_and_words_flow_again_with_it() {
    let [first, second] = tokio::task::spawn_blocking(RabbitMq::start_two).await.unwrap();
    let queue = rabbit_queue(&first.url(), "").await;
    announced(&queue).await;
    assert!(queue.wait(KIND, DEADLINE).await.unwrap());
    tokio::task::block_in_place(|| second.stop());
    refused(&queue).await;
    assert!(!queue.wait(KIND, Duration::from_millis(1)).await.unwrap(), "who waits just waits");
    tokio::task::block_in_place(|| second.start_again());
    announced(&queue).await;
    assert!(queue.wait(KIND, DEADLINE).await.unwrap());
}
