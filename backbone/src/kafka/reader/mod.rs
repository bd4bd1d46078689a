//! A reader of a group: the handle that a role has, and behind it a thread that works on one order after another.

mod cache;
mod index;
mod member;
mod state;
mod transaction;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use schemas::Timestamp;
use tokio::sync::{mpsc, oneshot};

pub use member::Begin;
use member::Member;

use super::Shared;
use super::fault::unavailable;
use crate::log::{Batch, Consumer, Record, Topic};
use crate::{Error, Fut};

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What the thread is asked to do.
enum Order {
    Poll(usize, Duration, Reply<Batch>),
    Latest(Vec<String>, Reply<Vec<Option<Record>>>),
    Due(Timestamp, usize, Reply<Vec<Record>>),
    Commit(Vec<Record>, Reply<()>),
    Rewind(Reply<()>),
}

/// One reader of a group.
pub struct Reader {
    orders: mpsc::Sender<Order>,
    generation: Arc<AtomicU64>,
    /// An order was given and its answer not taken: what was polled by it may be lost.
    interrupted: bool,
    /// What was handed over and not heard of yet.
    handed: Option<oneshot::Receiver<Result<(), Error>>>,
}

impl Reader {
    /// Starts the thread; it joins the group by itself, and leaves it when the reader is dropped.
    pub fn start(shared: Arc<Shared>, group: &str, topic: Topic, begin: Begin) -> Result<Self, Error> {
        let generation = Arc::new(AtomicU64::new(0));
        let (orders, given) = mpsc::channel(1);
        let token = shared.readers.token();
        let member = Member::join(shared, group, topic, begin, Arc::clone(&generation))?;
        std::thread::Builder::new()
            .name(format!("kafka {group}"))
            .spawn(move || {
                serve(member, given);
                drop(token);
            })
            .map_err(|why| unavailable(format!("no thread for a reader: {why}")))?;
        Ok(Self { orders, generation, interrupted: false, handed: None })
    }

    async fn ask<T>(&mut self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, Error> {
        let answer = self.give(order).await?.await.map_err(|_| ended())?;
        self.interrupted = false;
        answer
    }

    /// Until its answer is heard, the order counts as interrupted.
    async fn give<T>(
        &mut self,
        order: impl FnOnce(Reply<T>) -> Order,
    ) -> Result<oneshot::Receiver<Result<T, Error>>, Error> {
        if std::mem::replace(&mut self.interrupted, true) {
            let (reply, answer) = oneshot::channel();
            self.orders.send(Order::Rewind(reply)).await.map_err(|_| ended())?;
            answer.await.map_err(|_| ended())??;
        }
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| ended())?;
        Ok(answer)
    }
}

fn ended() -> Error {
    unavailable("the reader's thread has ended")
}

/// An answer that nobody takes is lost: the reader goes back before its next order.
fn serve(mut member: Member, mut orders: mpsc::Receiver<Order>) {
    while let Some(order) = orders.blocking_recv() {
        match order {
            Order::Poll(max, wait, reply) => {
                let batch = member.poll(max, wait, || !reply.is_closed());
                let _ = reply.send(batch);
            }
            Order::Latest(keys, reply) => drop(reply.send(member.state().and_then(|state| state.latest(&keys)))),
            Order::Due(now, max, reply) => drop(reply.send(member.state().and_then(|state| state.due(now, max)))),
            Order::Commit(outputs, reply) => member.commit(outputs, reply),
            Order::Rewind(reply) => drop(reply.send(member.rewind())),
        }
    }
}

impl Consumer for Reader {
    fn poll(&mut self, max: usize, wait: Duration) -> Fut<'_, Batch> {
        Box::pin(self.ask(move |reply| Order::Poll(max, wait, reply)))
    }

    fn latest<'a>(&'a mut self, keys: &'a [String]) -> Fut<'a, Vec<Option<Record>>> {
        Box::pin(self.ask(|reply| Order::Latest(keys.to_vec(), reply)))
    }

    fn due(&mut self, now: Timestamp, max: usize) -> Fut<'_, Vec<Record>> {
        Box::pin(self.ask(move |reply| Order::Due(now, max, reply)))
    }

    fn commit(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            self.hand_over(outputs).await?;
            self.committed().await
        })
    }

    fn hand_over(&mut self, outputs: Vec<Record>) -> Fut<'_, ()> {
        Box::pin(async move {
            self.committed().await?;
            if self.interrupted {
                // What the outputs were made of is to be read again.
                self.rewind().await?;
                return Err(Error::LeaseLost("what was polled: a poll or a commit was given up".to_owned()));
            }
            self.handed = Some(self.give(|reply| Order::Commit(outputs, reply)).await?);
            self.interrupted = false;
            Ok(())
        })
    }

    fn committed(&mut self) -> Fut<'_, ()> {
        Box::pin(async move {
            let Some(answer) = self.handed.take() else { return Ok(()) };
            // What was polled since may have been interrupted, too.
            let interrupted = std::mem::replace(&mut self.interrupted, true);
            let done = answer.await.map_err(|_| ended())?;
            self.interrupted = interrupted;
            done
        })
    }

    fn rewind(&mut self) -> Fut<'_, ()> {
        Box::pin(async move {
            self.handed = None;
            self.ask(Order::Rewind).await
        })
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }
}
