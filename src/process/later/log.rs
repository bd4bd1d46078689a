//! The log: there or not yet, its appends and its readers watched.

use std::sync::Arc;

use backbone::log::{Lag, Start};
use backbone::{Consumer, Cursor, Error, Fut, Log, Record, Stored, Topic};
use console::Readiness;
use schemas::Timestamp;

use super::Later;
use super::consumer::WatchedConsumer;

/// A log that tells how its appends and its readers fare.
pub struct WatchedLog {
    log: Later<Arc<dyn Log>>,
    readiness: Readiness,
    /// The part that cannot work while nothing can be appended.
    appends: &'static str,
}

impl WatchedLog {
    /// Watches `log`.
    pub fn new(log: Later<Arc<dyn Log>>, readiness: Readiness, appends: &'static str) -> Self {
        Self { log, readiness, appends }
    }
}

impl Log for WatchedLog {
    fn append(&self, records: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            let done = match self.log.get() {
                Ok(log) => log.append(records).await,
                Err(why) => Err(why),
            };
            match &done {
                Ok(()) => self.readiness.ready(self.appends),
                Err(why @ (Error::Full { .. } | Error::Unavailable { .. })) => {
                    self.readiness.not_ready(self.appends, why.to_string());
                }
                // Of these records only.
                Err(_) => {}
            }
            done
        })
    }

    fn appends_at_once(&self) -> usize {
        self.log.get().map_or(1, |log| log.appends_at_once())
    }

    fn consumer(&self, group: &str, topic: Topic, start: Start) -> Fut<'_, Box<dyn Consumer>> {
        let group = group.to_owned();
        Box::pin(async move {
            self.readiness.expect(&group);
            let joined = match self.log.get() {
                Ok(log) => log.consumer(&group, topic, start).await,
                Err(why) => Err(why),
            };
            match joined {
                Ok(inner) => {
                    Ok(Box::new(WatchedConsumer::new(inner, self.readiness.clone(), group)) as Box<dyn Consumer>)
                }
                Err(why) => {
                    self.readiness.not_ready(&group, why.to_string());
                    Err(why)
                }
            }
        })
    }

    fn read<'a>(&'a self, topic: Topic, start: Start, after: &'a Cursor, max: usize) -> Fut<'a, Vec<Stored>> {
        Box::pin(async move { self.log.get()?.read(topic, start, after, max).await })
    }

    fn history<'a>(&'a self, topic: Topic, key: &'a str, since: Timestamp) -> Fut<'a, Vec<Stored>> {
        Box::pin(async move { self.log.get()?.history(topic, key, since).await })
    }

    fn lag(&self) -> Fut<'_, Vec<Lag>> {
        Box::pin(async move { self.log.get()?.lag().await })
    }

    fn expire(&self, now: Timestamp) -> Fut<'_, u64> {
        Box::pin(async move { self.log.get()?.expire(now).await })
    }
}
