//! Kafka, RabbitMQ and PostgreSQL: the backbone that many processes share. Each is reached in the background, again and
//! again; what is wrong in how it is configured ends the process.

use std::sync::Arc;

use backbone::{Backbone, Error};
use console::Readiness;
use ingest::Ingest;
use schemas::Clock;

use super::metrics::Metrics;
use super::roles::Roles;
use super::work::Work;
use crate::config::{self, Config};
use crate::exit::Exit;

/// The servers, as far as they are reached.
pub struct Servers {
    /// Their parts.
    pub backbone: Backbone,
}

impl Servers {
    pub fn open(
        _config: &Config,
        _servers: &config::Servers,
        _roles: &Roles,
        _readiness: &Readiness,
        _work: &mut Work,
    ) -> Result<Self, Exit> {
        Err(Exit::configuration("servers are not in this version"))
    }

    pub fn ingest(&self, _clock: &Arc<Clock>, _metrics: &Metrics) -> Result<Ingest, Exit> {
        Err(Exit::configuration("servers are not in this version"))
    }

    pub fn try_to_take(&self) -> Result<(), Error> {
        Ok(())
    }
}
