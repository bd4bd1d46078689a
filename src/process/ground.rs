//! What a process stands on: the embedded backbone in its data directory, or servers.

use std::sync::Arc;
use std::time::Duration;

use backbone::embedded::Embedded;
use backbone::{Backbone, Error, Log};
use console::Readiness;
use ingest::{Ingest, SpoolMetrics};
use schemas::Clock;
use tokio_util::sync::CancellationToken;

use super::accounts::AccountsFile;
use super::later::{Later, WatchedLog};
use super::metrics::Metrics;
use super::retry::refused;
use super::roles::{INGEST, Roles};
use super::servers::Servers;
use super::work::Work;
use crate::config::{self, Config};
use crate::exit::Exit;

/// Old records are dropped this often.
const EXPIRY: Duration = Duration::from_hours(1);

/// An open backbone.
pub struct Ground {
    /// Its parts.
    pub backbone: Backbone,
    kind: Kind,
}

enum Kind {
    Embedded(Embedded),
    Servers(Servers),
}

impl Ground {
    /// Opens the data directory, and the backbone that is configured.
    pub async fn open(
        config: &Config,
        roles: &Roles,
        readiness: &Readiness,
        clock: &Arc<Clock>,
        work: &mut Work,
    ) -> Result<Self, Exit> {
        match &config.backbone {
            config::Backbone::Embedded if roles.are_all() => Self::embedded(config, readiness, clock, work).await,
            config::Backbone::Embedded => Err(Exit::configuration(
                "backbone.log is \"embedded\", which is for one process only: run `ringfold up` instead, or set \
                 backbone.log, backbone.queue and backbone.store to the servers that all roles share",
            )),
            config::Backbone::Servers(servers) => {
                let servers = Servers::open(config, servers, roles, readiness, work).await?;
                Ok(Self { backbone: servers.backbone.clone(), kind: Kind::Servers(servers) })
            }
        }
    }

    async fn embedded(
        config: &Config,
        readiness: &Readiness,
        clock: &Arc<Clock>,
        work: &mut Work,
    ) -> Result<Self, Exit> {
        let embedded = Embedded::open(&config.data_dir, config.secret_key.clone()).await.map_err(refused)?;
        let backbone = embedded.backbone();
        // Nobody else can hold a lease: the directory is locked.
        backbone.ledger.end_leases().await.map_err(refused)?;
        // A wrong secret key is found here, not when every webhook meets a 404.
        backbone.directory.load().await.map_err(refused)?;
        let (log, expiring) = (Arc::clone(&backbone.log), Arc::clone(&backbone.log));
        let log = WatchedLog::new(Later::there("log", log), readiness.clone(), INGEST);
        let (clock, stop) = (Arc::clone(clock), work.stop());
        work.run("the expiry", move || expire(Arc::clone(&expiring), Arc::clone(&clock), stop.clone()));
        Ok(Self { backbone: Backbone { log: Arc::new(log), ..backbone }, kind: Kind::Embedded(embedded) })
    }

    /// Applies an accounts file: at once, or when the store is there.
    pub async fn apply(&self, file: AccountsFile, clock: &Arc<Clock>, work: &mut Work) -> Result<(), Exit> {
        let directory = Arc::clone(&self.backbone.directory);
        match self.kind {
            Kind::Embedded(_) => file.apply(&*directory, clock.now()).await.map_err(refused),
            Kind::Servers(_) => {
                let (file, clock) = (Arc::new(file), Arc::clone(clock));
                work.once("the accounts file", move || {
                    let (file, directory, clock) = (Arc::clone(&file), Arc::clone(&directory), Arc::clone(&clock));
                    async move { file.apply(&*directory, clock.now()).await }
                });
                Ok(())
            }
        }
    }

    /// The receiver.
    pub fn ingest(&self, clock: &Arc<Clock>, metrics: &Metrics) -> Result<Ingest, Exit> {
        match &self.kind {
            Kind::Embedded(_) => {
                let (log, directory) = (Arc::clone(&self.backbone.log), Arc::clone(&self.backbone.directory));
                // The store is in this process: while it is away, so is everything.
                Ingest::new(log, directory, None, Arc::clone(clock), metrics.ingest.clone()).map_err(refused)
            }
            Kind::Servers(servers) => servers.ingest(clock, metrics),
        }
    }

    /// What the spool tells of itself, where there is one.
    pub fn spool_metrics(&self, clock: &Arc<Clock>) -> Option<SpoolMetrics> {
        match &self.kind {
            Kind::Embedded(_) => None,
            Kind::Servers(servers) => servers.spool_metrics(clock),
        }
    }

    /// Whether words go through the queue; nothing where it cannot be away, or no role says or hears any.
    pub fn queue(&self) -> Option<Result<(), Error>> {
        match &self.kind {
            Kind::Embedded(_) => None,
            Kind::Servers(servers) => servers.queue(),
        }
    }

    /// Whether events can be taken again, after they could not.
    pub async fn try_to_take(&self, clock: &Clock) -> Result<(), Error> {
        match &self.kind {
            // The smallest write there is: that of nothing, which only says that the directory changed.
            Kind::Embedded(_) => self.backbone.directory.save(&backbone::store::Accounts::default(), clock.now()).await,
            Kind::Servers(servers) => servers.try_to_take().await,
        }
    }

    /// Waits until the last writes are on disk, and lets the directory go.
    pub async fn close(&self) {
        match &self.kind {
            Kind::Embedded(embedded) => {
                if let Err(why) = embedded.flush().await {
                    tracing::warn!(error = %why, "the last writes failed");
                }
            }
            Kind::Servers(servers) => servers.close().await,
        }
    }
}

async fn expire(log: Arc<dyn Log>, clock: Arc<Clock>, stop: CancellationToken) -> Result<(), Error> {
    while !stop.is_cancelled() {
        match log.expire(clock.now()).await {
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
