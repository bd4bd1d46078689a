//! The tasks of a process. None ends before it is told to, unless it cannot go on.

use std::future::Future;

use backbone::Error;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::retry::retry;
use crate::exit::Exit;

/// What a process does besides serving.
pub struct Work {
    tasks: JoinSet<Result<(), Exit>>,
    stop: CancellationToken,
}

impl Work {
    /// Nothing yet; `stop` tells it to end.
    pub fn new(stop: CancellationToken) -> Self {
        Self { tasks: JoinSet::new(), stop }
    }

    /// What tells it to end.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// A task that runs until it is told to stop; where it fails because something is away, it is begun again.
    pub fn run<F>(&mut self, name: &'static str, begin: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move { retry(name, &stop, begin).await.map(drop) });
    }

    /// A task that has an end, after which there is nothing to do.
    pub fn once<F>(&mut self, name: &'static str, it: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if retry(name, &stop, it).await?.is_some() {
                stop.cancelled().await;
            }
            Ok(())
        });
    }

    /// The tasks, to be waited for.
    pub fn into_tasks(self) -> JoinSet<Result<(), Exit>> {
        self.tasks
    }
}
