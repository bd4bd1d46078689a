//! A reader as a member of its group, in a thread of its own: librdkafka's calls block, and partitions come and go only while
//! it polls.

mod commit;
mod partitions;
mod poll;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};

use super::state::State;
use super::transaction::Transactions;
use super::writer::Writer;
use crate::Error;
use crate::kafka::Shared;
use crate::kafka::config::Role;
use crate::kafka::context::Member as Context;
use crate::kafka::fault::unavailable;
use crate::kafka::reach::Reach;
use crate::kafka::scan::list;
use crate::log::{Start, Topic};

/// One request to the cluster.
const REQUEST: Duration = Duration::from_secs(10);

/// Where a new group begins.
#[derive(Debug, Clone)]
pub enum Begin {
    /// As asked.
    At(Start),
    /// At these offsets: the ends as they were when the reader was asked for.
    Ends(Vec<(i32, i64)>),
}

/// How far a partition is read.
struct Place {
    committed: i64,
    next: i64,
    at_end: bool,
}

/// What a reader of `calls.raw` has besides: the calls, and what writes them.
struct Work {
    state: State,
    writer: Writer,
}

/// The reader.
pub struct Member {
    shared: Arc<Shared>,
    group: String,
    topic: Topic,
    begin: Begin,
    consumer: BaseConsumer<Context>,
    places: BTreeMap<i32, Place>,
    /// Given, and not begun with yet.
    given: Option<Vec<i32>>,
    work: Option<Work>,
    /// A commit failed: before anything else is done, back to what is committed.
    behind: bool,
    reach: Reach,
    generation: Arc<AtomicU64>,
}

impl Member {
    /// Joins its group in the background.
    pub fn join(
        shared: Arc<Shared>,
        group: &str,
        topic: Topic,
        begin: Begin,
        generation: Arc<AtomicU64>,
    ) -> Result<Self, Error> {
        let group = format!("{}{group}", shared.config.prefix);
        let consumer = consumer(&shared, &group, topic)?;
        let writer = (topic == Topic::Raw).then(|| writer(&shared, &group)).transpose()?;
        let work = writer.map(|writer| Work { state: State::new(Arc::clone(&shared)), writer });
        let (places, given, behind, reach) = (BTreeMap::new(), None, false, Reach::new());
        Ok(Self { shared, group, topic, begin, consumer, places, given, work, behind, reach, generation })
    }

    fn name(&self) -> &str {
        self.shared.names.of(self.topic)
    }

    /// Joins the group anew, where there is no going on.
    fn again(&mut self) -> Result<(), Error> {
        tracing::warn!(group = self.group, "joining the group again");
        let new = consumer(&self.shared, &self.group, self.topic)?;
        self.leave();
        if let Some(work) = self.work.as_mut().filter(|work| work.writer.has_ended()) {
            work.writer = writer(&self.shared, &self.group)?;
        }
        self.consumer = new;
        self.behind = false;
        self.reach = Reach::new();
        Ok(())
    }

    /// Where the cluster was not reached for long, with a new client.
    fn judged<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        if matches!(done, Err(Error::Unavailable { .. })) && self.reach.failed() {
            self.again()?;
        }
        done
    }

    /// Takes on nothing more, so that the consumer can be dropped.
    fn leave(&mut self) {
        self.conclude();
        self.consumer.context().leave();
        for partition in std::mem::take(&mut self.places).into_keys() {
            self.work.iter_mut().for_each(|work| work.state.leave(partition));
        }
        // librdkafka waits for an answer to what it gave.
        if let Some(given) = self.given.take()
            && let Ok(given) = list(self.name(), given.into_iter().map(|partition| (partition, 0)))
        {
            drop(self.consumer.incremental_assign(&given));
        }
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The calls, for a reader of `calls.raw`.
    pub fn state(&mut self) -> Result<&mut State, Error> {
        self.conclude();
        if self.behind {
            return Err(Error::LeaseLost(format!("partitions of {}: go back first", self.name())));
        }
        let name = self.shared.names.of(self.topic);
        let none = || Error::Invalid(format!("a reader of {name} knows no calls: only one of calls.raw does"));
        self.work.as_mut().map(|work| &mut work.state).ok_or_else(none)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.leave();
    }
}

fn writer(shared: &Arc<Shared>, group: &str) -> Result<Writer, Error> {
    Writer::start(Transactions::new(Arc::clone(shared), group), group)
}

fn consumer(shared: &Shared, group: &str, topic: Topic) -> Result<BaseConsumer<Context>, Error> {
    let mut config = shared.config.client(Role::Consumer);
    config.set("group.id", group);
    let consumer: BaseConsumer<Context> =
        config.create_with_context(Context::default()).map_err(|why| shared.config.refused(&why))?;
    consumer.subscribe(&[shared.names.of(topic)]).map_err(|why| unavailable(format!("joining {group}: {why}")))?;
    Ok(consumer)
}
