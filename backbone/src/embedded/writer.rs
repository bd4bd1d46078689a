//! The one writer of the database: whoever writes hands it a job, and jobs that wait together are committed together.
//! A synced commit costs the same for one row and for hundreds; that is where the speed of the embedded backbone is.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::codec::store;
use crate::Error;

/// What a job returns while it borrows the connection.
pub type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

/// Gives a closure the type that [`Writer::submit`] takes: borrowing the connection for just as long as it works.
pub fn job<T, F>(work: F) -> F
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
{
    work
}

/// At most so many jobs in one commit.
const GROUP: usize = 256;
/// At most so many jobs waiting: whoever comes then waits for room.
const WAITING: usize = 4096;

/// Runs in the open transaction; says whether its own writes are to stay.
type Run = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>> + Send>;

struct Job {
    run: Run,
    committed: oneshot::Sender<Result<(), String>>,
}

/// A handle to the writer.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer on its connection; it ends when the last handle is dropped.
    pub fn start(connection: SqliteConnection) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        tokio::spawn(serve(connection, waiting));
        Self { jobs }
    }

    /// Runs `work` in a transaction; `Ok` means that it is on disk. A job that fails leaves nothing behind, and no other
    /// job of its group is touched.
    pub async fn submit<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        let run: Run = Box::new(move |connection| {
            Box::pin(async move {
                let result = work(connection).await;
                let stays = result.is_ok();
                *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                stays
            })
        });
        let (committed, answer) = oneshot::channel();
        self.jobs.send(Job { run, committed }).await.map_err(|_| gone())?;
        let committed = answer.await.map_err(|_| gone())?;
        let result = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (committed, result) {
            (_, Some(Err(why))) => Err(why),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Err(why), _) => Err(failed(why)),
            (Ok(()), None) => Err(gone()),
        }
    }
}

fn gone() -> Error {
    Error::Unavailable { part: "store", why: "the writer has stopped".to_owned() }
}

/// A group's failure reaches each of its jobs as text; whether the disk is full is told by SQLite's own words.
fn failed(why: String) -> Error {
    if why.contains("full") { Error::Full { part: "store", why } } else { Error::Unavailable { part: "store", why } }
}

async fn serve(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.recv_many(&mut group, GROUP).await > 0 {
        let mut answers = Vec::with_capacity(group.len());
        let outcome = commit(&mut connection, group.drain(..), &mut answers).await;
        if outcome.is_err() {
            // Where SQLite has rolled back by itself this fails, and that is as well.
            let _ = sqlx::query("ROLLBACK").execute(&mut connection).await;
        }
        for answer in answers {
            // Whoever no longer waits does not need to be told.
            let _ = answer.send(outcome.as_ref().copied().map_err(ToString::to_string));
        }
    }
}

async fn commit(
    connection: &mut SqliteConnection,
    group: impl ExactSizeIterator<Item = Job>,
    answers: &mut Vec<oneshot::Sender<Result<(), String>>>,
) -> Result<(), Error> {
    let mut outcome = sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.map(drop).map_err(store);
    for job in group {
        answers.push(job.committed);
        if outcome.is_ok() {
            outcome = run_one(connection, job.run).await;
        }
    }
    outcome?;
    sqlx::query("COMMIT").execute(connection).await.map(drop).map_err(store)
}

/// Runs one job behind a savepoint. Fails only if the whole transaction is lost, as on a full disk.
async fn run_one(connection: &mut SqliteConnection, run: Run) -> Result<(), Error> {
    sqlx::query("SAVEPOINT job").execute(&mut *connection).await.map_err(store)?;
    if !run(&mut *connection).await {
        sqlx::query("ROLLBACK TO job").execute(&mut *connection).await.map_err(store)?;
    }
    sqlx::query("RELEASE job").execute(connection).await.map_err(store)?;
    Ok(())
}
