//! The queue.

use std::time::Duration;

use crate::make::Fresh;

pub async fn an_announcement_wakes_one_wait(fresh: &Fresh) {
    let queue = &fresh.backbone.queue;
    queue.announce("rbs-crm", 1).await.unwrap();
    assert!(queue.wait("rbs-crm", Duration::from_secs(20)).await.unwrap());
    assert!(!queue.wait("rbs-crm", Duration::from_millis(1)).await.unwrap());
    let (woken, told) =
        tokio::join!(queue.wait("rbs-crm", Duration::from_secs(20)), async { queue.announce("rbs-crm", 1).await });
    told.unwrap();
    assert!(woken.unwrap());
}

pub async fn a_wait_ends_by_itself(fresh: &Fresh) {
    fresh.backbone.queue.announce("uspacy", 5).await.unwrap();
    assert!(!fresh.backbone.queue.wait("rbs-crm", Duration::from_millis(1)).await.unwrap(), "another kind's work");
}
