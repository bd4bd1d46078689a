//! The configuration of a process: defaults, under a TOML file, under the environment, under the flags of the command.
//! Read once, before anything is opened. What is wrong in it ends the process with status 78; nothing is guessed.

mod layer;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use backbone::sealed::SecretKey;
use serde::Serialize;

pub use self::layer::{Flags, listen};
use self::layer::{Layer, Part};
use crate::exit::Exit;

/// Where data is kept unless told otherwise; commands look for a running `up` here.
pub const DATA_DIR: &str = "./ringfold-data";
/// Where hooks, console and API are served unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// What a process was told.
#[derive(Clone)]
pub struct Config {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where hooks, console and API are served.
    pub listen: SocketAddr,
    /// Seals credentials at rest; none: made in the data directory on first start.
    pub secret_key: Option<SecretKey>,
    /// What shown URLs begin with, where it was given.
    public_url: Option<String>,
    rows: Vec<Row>,
}

/// One key for `config print`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The key as the file writes it.
    pub key: &'static str,
    /// Its value in effect; secrets masked.
    pub value: String,
    /// What set it: `default`, a file, a variable, or the command line.
    pub from: String,
}

/// Which layer a value came from.
#[derive(Debug, Clone)]
enum Origin {
    File(PathBuf),
    Environment,
    Flags,
}

impl Origin {
    fn name(&self, key: &str) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Environment => layer::variable(key),
            Self::Flags => "command line".to_owned(),
        }
    }
}

impl Config {
    /// Reads every layer. `environment` is given, not looked up, so that no two readers see different ones.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        flags: Flags,
    ) -> Result<Self, Exit> {
        let mut layers = Vec::new();
        if let Some(path) = file {
            layers.push((Origin::File(path.to_owned()), Layer::from_file(path).map_err(Exit::configuration)?));
        }
        layers.push((Origin::Environment, Layer::from_environment(environment).map_err(Exit::configuration)?));
        layers.push((Origin::Flags, flags.into()));
        Ok(Self::resolve(&layers))
    }

    fn resolve(layers: &[(Origin, Layer)]) -> Self {
        let (log, log_from) = pick(layers, "backbone.log", |layer| layer.backbone.log);
        let (queue, queue_from) = pick(layers, "backbone.queue", |layer| layer.backbone.queue);
        let (store, store_from) = pick(layers, "backbone.store", |layer| layer.backbone.store);
        let (data_dir, data_dir_from) = pick(layers, "data_dir", |layer| layer.data_dir.clone());
        let (listen, listen_from) = pick(layers, "listen", |layer| layer.listen);
        let (public_url, public_url_from) = pick(layers, "public_url", |layer| layer.public_url.clone());
        let (secret_key, secret_key_from) = pick(layers, "secret_key", |layer| layer.secret_key.clone());
        let mut config = Self {
            data_dir: data_dir.unwrap_or_else(|| DATA_DIR.into()),
            listen: listen.map_or(LISTEN, |listen| listen.0),
            secret_key: secret_key.map(|key| key.0),
            public_url: public_url.map(|url| url.0),
            rows: Vec::new(),
        };
        let part = |part: Option<Part>| part.unwrap_or(Part::Embedded).word().to_owned();
        let key = if config.secret_key.is_some() { "***" } else { "made on first start" };
        config.rows = vec![
            Row { key: "backbone.log", value: part(log), from: log_from },
            Row { key: "backbone.queue", value: part(queue), from: queue_from },
            Row { key: "backbone.store", value: part(store), from: store_from },
            Row { key: "data_dir", value: config.data_dir.display().to_string(), from: data_dir_from },
            Row { key: "listen", value: config.listen.to_string(), from: listen_from },
            Row { key: "public_url", value: config.public_url(config.listen), from: public_url_from },
            Row { key: "secret_key", value: key.to_owned(), from: secret_key_from },
        ];
        config
    }

    /// What shown URLs begin with, without a slash at the end; `bound` is the address that is served in the end.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| url_of(bound))
    }

    /// Every key with its value in effect and where it came from.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// What the strongest layer says that says something, and which that is.
fn pick<T>(layers: &[(Origin, Layer)], key: &str, get: impl Fn(&Layer) -> Option<T>) -> (Option<T>, String) {
    let said = layers.iter().rev().find_map(|(origin, layer)| get(layer).map(|value| (value, origin.name(key))));
    said.map_or_else(|| (None, "default".to_owned()), |(value, from)| (Some(value), from))
}

/// "Every address of this machine" is none that can be called, so its URL names the machine itself.
fn url_of(listen: SocketAddr) -> String {
    let host = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, listen.port()))
}

#[cfg(test)]
mod tests;
