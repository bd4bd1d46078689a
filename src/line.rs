//! The whole line in one process: the embedded backbone, every role on it, one HTTP server for hooks, console and API.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::sealed::{self, Secret};
use backbone::{Backbone, Error};
use console::wire;
use ingest::{Ingest, IngestMetrics};
use processor::{Processor, ProcessorMetrics};
use prometheus_client::registry::Registry;
use schemas::Clock;
use sinks::registry::CONNECTORS;
use sinks::{Sink, SinkMetrics};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::exit::Exit;

/// What is under way when the process is told to stop gets this long to be answered or given back.
const DRAIN: Duration = Duration::from_secs(30);
/// Old records are dropped this often.
const EXPIRY: Duration = Duration::from_hours(1);
const TOKEN_FILE: &str = "api-token";

/// A running line.
pub struct Line {
    /// Where it listens.
    pub address: SocketAddr,
    /// What shown URLs begin with.
    pub url: String,
    /// What it stands on.
    pub backbone: Backbone,
    embedded: Embedded,
    ingest: Ingest,
    serving: CancellationToken,
    working: CancellationToken,
    server: JoinSet<Result<(), Exit>>,
    roles: JoinSet<Result<(), Exit>>,
}

/// An accounts file to apply before anything runs.
pub struct AccountsFile {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The values of the `env:NAME` in it.
    pub env: BTreeMap<String, String>,
}

impl AccountsFile {
    /// Reads a file, and from the environment what it asks for.
    pub fn read(path: &Path) -> Result<Self, Exit> {
        let text = fs::read_to_string(path).map_err(|why| {
            Exit::configuration(format!("the accounts file {} cannot be read: {why}", path.display()))
        })?;
        let env = console::accounts::env_names(&text);
        let env = env.into_iter().filter_map(|name| Some((name.clone(), std::env::var(&name).ok()?))).collect();
        Ok(Self { name: path.display().to_string(), text, env })
    }
}

impl Line {
    /// Opens the data directory and starts every role.
    pub async fn start(config: &Config, accounts: Option<AccountsFile>) -> Result<Self, Exit> {
        let embedded = Embedded::open(&config.data_dir, config.secret_key.clone()).await.map_err(refused)?;
        let backbone = embedded.backbone();
        let clock = Arc::new(Clock::default());
        // Nobody else can hold a lease: the directory is locked.
        backbone.ledger.begin_again(clock.now()).await.map_err(refused)?;
        // A wrong secret key is found here, not when every webhook meets a 404.
        backbone.directory.load().await.map_err(refused)?;
        if let Some(file) = accounts {
            apply(&backbone, &clock, file).await?;
        }
        let listener = TcpListener::bind(config.listen).await.map_err(|why| {
            Exit::failed(format!("cannot listen on {}: {why}; give --listen another address", config.listen))
        })?;
        let address = listener.local_addr()?;
        let url = config.public_url(address);
        let token = token(&config.data_dir)?;

        let metrics = Metrics::default();
        let ingest = Ingest::new(
            Arc::clone(&backbone.log),
            Arc::clone(&backbone.directory),
            // The store is in this process: while it is away, so is everything.
            None,
            Arc::clone(&clock),
            metrics.ingest.clone(),
        )
        .map_err(refused)?;
        let console = console::Console::new(console::Parts {
            backbone: backbone.clone(),
            clock: Arc::clone(&clock),
            token,
            public_url: url.clone(),
            registry: metrics.registry(),
        });
        let serving = CancellationToken::new();
        let working = CancellationToken::new();
        let mut server = JoinSet::new();
        let app = ingest::router(ingest.clone()).merge(console::router(console));
        let stopped = serving.clone().cancelled_owned();
        server.spawn(async move { Ok(axum::serve(listener, app).with_graceful_shutdown(stopped).await?) });
        let roles = roles(&backbone, &clock, &metrics, &working);
        if let Err(why) = announce(&config.data_dir, address) {
            // A full disk is no reason not to deliver.
            tracing::warn!(error = why.message, "commands on this machine will not find the API by its directory");
        }
        Ok(Self { address, url, backbone, embedded, ingest, serving, working, server, roles })
    }

    /// Waits until a role ends, which none does by itself unless it cannot go on.
    pub async fn failed(&mut self) -> Exit {
        let ended = tokio::select! {
            ended = self.server.join_next() => ended,
            ended = self.roles.join_next() => ended,
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
        if !self.ingest.drain(DRAIN).await {
            tracing::warn!("some events were not written in time, and not acknowledged");
        }
        self.working.cancel();
        let ended = tokio::time::timeout(DRAIN, async { while self.roles.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("some work is resumed at the next start");
        }
        if let Err(why) = self.embedded.flush().await {
            tracing::warn!(error = %why, "the last writes failed");
        }
    }
}

/// The counters of every role.
#[derive(Default)]
struct Metrics {
    ingest: IngestMetrics,
    processor: ProcessorMetrics,
    sinks: SinkMetrics,
}

impl Metrics {
    fn registry(&self) -> Arc<Mutex<Registry>> {
        let mut registry = Registry::default();
        self.ingest.register(&mut registry);
        self.processor.register(&mut registry);
        self.sinks.register(&mut registry);
        Arc::new(Mutex::new(registry))
    }
}

fn roles(
    backbone: &Backbone,
    clock: &Arc<Clock>,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> JoinSet<Result<(), Exit>> {
    let mut roles = JoinSet::new();
    let mut start = |name: &'static str, role: std::pin::Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>| {
        roles.spawn(async move { role.await.map_err(|why| Exit::failed(format!("{name} cannot go on: {why}"))) });
    };
    let processor = Processor::new(backbone.clone(), Arc::clone(clock), metrics.processor.clone());
    start("the processor", Box::pin(processor.run(stop.clone())));
    start("the journal", Box::pin(console::journal::run(backbone.clone(), stop.clone())));
    start("the expiry", Box::pin(expire(backbone.clone(), Arc::clone(clock), stop.clone())));
    for connector in CONNECTORS {
        let sink = Sink {
            connector: *connector,
            backbone: backbone.clone(),
            clock: Arc::clone(clock),
            metrics: metrics.sinks.clone(),
        };
        start(connector.title(), Box::pin(sink.run(stop.clone())));
    }
    roles
}

async fn expire(backbone: Backbone, clock: Arc<Clock>, stop: CancellationToken) -> Result<(), Error> {
    while !stop.is_cancelled() {
        match backbone.log.expire(clock.now()).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(records, "old records were dropped from the log"),
            Err(why) => tracing::warn!(error = %why, "old records were not dropped, trying again later"),
        }
        tokio::select! {
            () = tokio::time::sleep(EXPIRY) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}

async fn apply(backbone: &Backbone, clock: &Clock, file: AccountsFile) -> Result<(), Exit> {
    let request = wire::Apply { file_name: file.name, text: file.text, env: file.env, dry_run: false };
    let applied = console::accounts::apply(&*backbone.directory, CONNECTORS, &request, clock.now()).await;
    let applied = applied.map_err(|why| match why {
        console::accounts::ApplyError::Refused(refused) => Exit::configuration(refused.to_string()),
        console::accounts::ApplyError::Backbone(why) => refused(why),
    })?;
    for change in applied.changes {
        tracing::info!(%change, "accounts file");
    }
    Ok(())
}

/// The token of the API: made once, readable by its owner only.
fn token(dir: &Path) -> Result<Secret, Exit> {
    let path = dir.join(TOKEN_FILE);
    if let Ok(text) = fs::read_to_string(&path)
        && text.trim().len() >= 16
    {
        return Ok(Secret::new(text.trim()));
    }
    let token = sealed::new_secret().map_err(refused)?;
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path)?;
    file.write_all(token.expose().as_bytes())?;
    Ok(token)
}

/// Tells the commands of this machine where to find the API.
fn announce(dir: &Path, address: SocketAddr) -> Result<(), Exit> {
    let mut reachable = address;
    if reachable.ip().is_unspecified() {
        reachable.set_ip(match reachable {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    let text = serde_json::json!({"url": format!("http://{reachable}"), "token_file": TOKEN_FILE}).to_string();
    let fresh = dir.join("server.json.new");
    fs::write(&fresh, text)?;
    Ok(fs::rename(fresh, dir.join("server.json"))?)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn refused(why: Error) -> Exit {
    match why {
        Error::Invalid(_) | Error::Unreadable(_) => Exit::configuration(why.to_string()),
        _ => Exit::failed(why.to_string()),
    }
}
