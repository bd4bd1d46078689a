//! Writes that wait together go together: a commit costs the same for one and for hundreds. A batch is what came while the
//! ones before it were written, and each caller is told what became of its own.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::codec::{Failure, away};
use super::retry::retried;
use crate::Error;

/// Writes of one statement at most.
const MOST: usize = 128;
/// Statements at once, on a connection each.
const AT_ONCE: usize = 2;
/// Writes waiting at most: whoever comes then waits for room.
const WAITING: usize = 4096;
/// Where many write, a batch waits so long for more of them: a statement costs more than a row of it.
const LINGER: Duration = Duration::from_millis(3);

/// The delivery that a write is of, and the lease that must stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its connection.
    pub connection: String,
    /// Its call.
    pub call: String,
    /// The lease.
    pub lease: String,
}

impl Held {
    /// What is said when the lease is somebody else's.
    pub fn lost(&self) -> Error {
        Error::LeaseLost(format!("{}:{}", self.connection, self.call))
    }
}

/// The deliveries, by connection and call, whose writes were carried out, now or before.
pub type Written = HashSet<(String, String)>;

/// A kind of write.
pub trait Write: Send + Sync + Sized + 'static {
    /// Whose it is.
    fn held(&self) -> &Held;

    /// Carries them out, all that can be; each delivery is there once. Doing it twice is doing it once.
    fn carry_out(pool: &PgPool, all: &[Self]) -> impl Future<Output = Result<Written, Failure>> + Send;
}

struct Waiting<W> {
    write: W,
    answer: oneshot::Sender<Result<(), Error>>,
}

/// A handle to the batches of one kind of write.
pub struct Batches<W>(mpsc::Sender<Waiting<W>>);

impl<W: Write> Batches<W> {
    /// Begins to write; ends when the handle is dropped.
    pub fn start(pool: PgPool) -> Self {
        let (sender, waiting) = mpsc::channel(WAITING);
        tokio::spawn(serve(pool, waiting));
        Self(sender)
    }

    /// Writes; `Ok` means that it is kept.
    pub async fn submit(&self, write: W) -> Result<(), Error> {
        let gone = || away("the writer has stopped");
        let (answer, told) = oneshot::channel();
        self.0.send(Waiting { write, answer }).await.map_err(|_| gone())?;
        told.await.map_err(|_| gone())?
    }
}

async fn serve<W: Write>(pool: PgPool, mut waiting: mpsc::Receiver<Waiting<W>>) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut next = Vec::new();
    let mut many = false;
    while let Ok(turn) = Arc::clone(&turns).acquire_owned().await {
        if next.is_empty() && waiting.recv_many(&mut next, MOST).await == 0 {
            return;
        }
        if many && next.len() < MOST {
            tokio::time::sleep(LINGER).await;
        }
        while next.len() < MOST
            && let Ok(more) = waiting.try_recv()
        {
            next.push(more);
        }
        let (batch, rest) = apart(next);
        next = rest;
        many = batch.len() > 1;
        let pool = pool.clone();
        tokio::spawn(async move {
            write(&pool, batch).await;
            drop(turn);
        });
    }
}

/// Each delivery's first write, in one order, so that two batches do not wait for each other in a ring; and what must wait
/// for the next batch.
fn apart<W: Write>(all: Vec<Waiting<W>>) -> (Vec<Waiting<W>>, Vec<Waiting<W>>) {
    let mut first = BTreeMap::new();
    let mut rest = Vec::new();
    for one in all {
        let held = one.write.held();
        let key = (held.connection.clone(), held.call.clone());
        match first.entry(key) {
            Entry::Vacant(place) => drop(place.insert(one)),
            Entry::Occupied(_) => rest.push(one),
        }
    }
    (first.into_values().collect(), rest)
}

async fn write<W: Write>(pool: &PgPool, batch: Vec<Waiting<W>>) {
    let (writes, answers): (Vec<W>, Vec<_>) = batch.into_iter().map(|one| (one.write, one.answer)).unzip();
    let results = match retried(|_| W::carry_out(pool, &writes)).await {
        Ok(written) => writes.iter().map(|write| told(write.held(), &written)).collect(),
        // One of them cannot be kept: each by itself, so that it is refused alone.
        Err(Error::Invalid(_)) if writes.len() > 1 => {
            let mut results = Vec::with_capacity(writes.len());
            for one in writes.chunks(1) {
                let written = retried(|_| W::carry_out(pool, one)).await;
                results.push(written.and_then(|written| told(one[0].held(), &written)));
            }
            results
        }
        Err(why) => vec![Err(why); writes.len()],
    };
    for (answer, result) in answers.into_iter().zip(results) {
        // Whoever no longer waits does not need to be told.
        let _ = answer.send(result);
    }
}

fn told(held: &Held, written: &Written) -> Result<(), Error> {
    let key = (held.connection.clone(), held.call.clone());
    if written.contains(&key) { Ok(()) } else { Err(held.lost()) }
}
