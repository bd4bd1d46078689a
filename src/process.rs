//! A running process: the backbone it was told of, the roles it was asked for, one HTTP server. `up` is every role; the
//! others are one each. All start, drain and stop the same way.

mod accounts;
mod alerts;
mod dir;
mod ground;
mod later;
mod metrics;
mod probe;
mod retry;
mod roles;
mod servers;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use backbone::Backbone;
use console::Health;
use ingest::Ingest;
use schemas::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::accounts::AccountsFile;
use self::ground::Ground;
use self::metrics::Metrics;
pub use self::roles::Roles;
use crate::config::Config;
use crate::exit::Exit;
use crate::serve::serve;

/// What is under way when the process is told to stop gets this long to be answered or given back.
const DRAIN: Duration = Duration::from_secs(30);

/// A running process.
pub struct Process {
    /// Where it listens.
    pub address: SocketAddr,
    /// What shown URLs begin with.
    pub url: String,
    /// What it stands on.
    pub backbone: Backbone,
    ground: Arc<Ground>,
    ingest: Option<Ingest>,
    serving: CancellationToken,
    working: CancellationToken,
    server: JoinSet<()>,
    work: JoinSet<Result<(), Exit>>,
}

impl Process {
    /// Opens the data directory and starts what was asked for. Servers that are away are waited for in the background;
    /// only what is wrong in the configuration, or taken by another process, fails here.
    pub async fn start(config: &Config, roles: Roles, accounts: Option<AccountsFile>) -> Result<Self, Exit> {
        let readiness = roles.readiness();
        let working = CancellationToken::new();
        let clock = Arc::new(Clock::default());
        let mut work = work::Work::new(working.clone());
        let ground = Arc::new(Ground::open(config, &roles, &readiness, &clock, &mut work).await?);
        let backbone = ground.backbone.clone();
        if let Some(file) = accounts {
            ground.apply(file, &clock, &mut work).await?;
        }
        let listener = TcpListener::bind(config.listen).await.map_err(|why| {
            Exit::failed(format!("cannot listen on {}: {why}; give --listen another address", config.listen))
        })?;
        let address = listener.local_addr()?;
        let url = config.public_url(address);
        let metrics = Metrics::default();
        let registry = metrics.registry(&roles, ground.spool_metrics(&clock));
        let mut app = Router::new();
        let mut ingest = None;
        if roles.ingest {
            let receiver = ground.ingest(&clock, &metrics)?;
            app = app.merge(ingest::router(receiver.clone()));
            ingest = Some(receiver);
        }
        app = app.merge(if roles.console {
            console::router(console::Console::new(console::Parts {
                backbone: backbone.clone(),
                clock: Arc::clone(&clock),
                token: dir::token(&config.data_dir, config.api_token.as_ref())?,
                public_url: url.clone(),
                readiness: readiness.clone(),
                registry,
            }))
        } else {
            console::health(Health::new(readiness.clone(), registry))
        });
        roles.start(&backbone, &clock, &metrics, &mut work);
        if roles.console {
            alerts::start(config, &ground, &clock, &url, &mut work)?;
        }
        probe::start(&ground, &readiness, &clock, &mut work);
        let serving = CancellationToken::new();
        let mut server = JoinSet::new();
        server.spawn(serve(listener, app, serving.clone()));
        if roles.console
            && let Err(why) = dir::announce(&config.data_dir, address)
        {
            // A full disk is no reason not to deliver.
            tracing::warn!(error = why.message, "commands on this machine will not find the API by its directory");
        }
        Ok(Self { address, url, backbone, ground, ingest, serving, working, server, work: work.into_tasks() })
    }

    /// Waits until a part ends, which none does by itself unless it cannot go on.
    pub async fn failed(&mut self) -> Exit {
        let ended = tokio::select! {
            _ = self.server.join_next() => return Exit::failed("the HTTP server ended by itself"),
            ended = self.work.join_next() => ended,
        };
        match ended {
            Some(Ok(Err(exit))) => exit,
            Some(Err(why)) => Exit::failed(format!("a role broke off: {why}")),
            Some(Ok(Ok(()))) | None => Exit::failed("a role ended by itself"),
        }
    }

    /// Answers what was taken, gives back what is under way, and lets the directory go.
    pub async fn stop(mut self) {
        self.serving.cancel();
        let answered = tokio::time::timeout(DRAIN, async { while self.server.join_next().await.is_some() {} }).await;
        if answered.is_err() {
            tracing::warn!("some requests were not answered in time");
        }
        if let Some(ingest) = &self.ingest
            && !ingest.drain(DRAIN).await
        {
            tracing::warn!("some events were not written in time, and not acknowledged");
        }
        self.working.cancel();
        let ended = tokio::time::timeout(DRAIN, async { while self.work.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("some work is resumed at the next start");
        }
        self.ground.close().await;
    }
}
