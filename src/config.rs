//! The configuration of a process: defaults, under a TOML file, under the environment, under the flags of the command.
//! Read once, before anything is opened. What is wrong in it ends the process with status 78; nothing is guessed.

mod alerts;
mod kafka;
mod layer;
mod parts;
mod resolve;
mod values;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use backbone::sealed::{Secret, SecretKey};
use serde::Serialize;

pub use self::alerts::Alerts;
pub use self::layer::Flags;
use self::layer::Layer;
pub use self::parts::{Backbone, Servers};
pub use self::values::listen;
use crate::exit::Exit;

/// Where data is kept unless told otherwise; commands look for a running `up` here.
pub const DATA_DIR: &str = "./ringfold-data";
/// Where hooks, console and API are served unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// What a process was told.
#[derive(Clone)]
pub struct Config {
    /// What it stands on.
    pub backbone: Backbone,
    /// Where everything is kept that is not on a server.
    pub data_dir: PathBuf,
    /// Where hooks, console and API are served.
    pub listen: SocketAddr,
    /// Seals credentials at rest; none: made in the data directory on first start.
    pub secret_key: Option<SecretKey>,
    /// What callers of the API show; none: made in the data directory on first start.
    pub api_token: Option<Secret>,
    /// Who is told of alerts.
    pub alerts: Alerts,
    /// What shown URLs begin with, where it was given.
    public_url: Option<String>,
    rows: Vec<Row>,
}

/// One key for `config print`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The key as the file writes it.
    pub key: String,
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
        resolve::resolve(&layers).map_err(Exit::configuration)
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
