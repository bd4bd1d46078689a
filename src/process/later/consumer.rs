//! A reader of a group, watched: the group is not ready while its turns fail.

use std::time::Duration;

use backbone::log::Batch;
use backbone::{Consumer, Error, Fut, Record};
use console::Readiness;
use schemas::Timestamp;

/// A reader that tells how its turns end.
pub struct WatchedConsumer {
    inner: Box<dyn Consumer>,
    readiness: Readiness,
    group: String,
    /// Something was handed over and not heard of: a reader that found nothing more is not well yet.
    under_way: bool,
}

impl WatchedConsumer {
    /// Watches `inner`.
    pub fn new(inner: Box<dyn Consumer>, readiness: Readiness, group: String) -> Self {
        Self { inner, readiness, group, under_way: false }
    }
}

/// A turn is well at its end, so reading something is none yet: what was read may fail to be committed again and again.
fn tell<T>(readiness: &Readiness, group: &str, done: &Result<T, Error>, at_the_end: impl Fn(&T) -> bool) {
    match done {
        Ok(it) if at_the_end(it) => readiness.ready(group),
        Ok(_) => {}
        Err(why) => readiness.not_ready(group, why.to_string()),
    }
}

impl Consumer for WatchedConsumer {
    fn poll(&mut self, max: usize, wait: Duration) -> Fut<'_, Batch> {
        Box::pin(async move {
            let done = self.inner.poll(max, wait).await;
            tell(&self.readiness, &self.group, &done, |batch| batch.records.is_empty() && !self.under_way);
            done
        })
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        self.inner.latest(keys)
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        self.inner.due(now, max)
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            let done = self.inner.commit(outputs).await;
            tell(&self.readiness, &self.group, &done, |()| true);
            done
        })
    }

    fn hand_over(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            self.under_way = true;
            let done = self.inner.hand_over(outputs).await;
            tell(&self.readiness, &self.group, &done, |()| false);
            done
        })
    }

    fn committed(&mut self) -> Fut<'_, ()> {
        Box::pin(async move {
            let done = self.inner.committed().await;
            self.under_way = false;
            tell(&self.readiness, &self.group, &done, |()| true);
            done
        })
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        self.under_way = false;
        self.inner.rewind()
    }

    fn generation(&self) -> u64 {
        self.inner.generation()
    }
}
