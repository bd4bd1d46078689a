//! PostgreSQL.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::port::Port;
use crate::server::{Server, directory};
use crate::tls::Certificates;
use crate::{install, name};

/// A PostgreSQL server, on a socket in its directory and on a port of 127.0.0.1. Everybody is trusted; the superuser is
/// `ringfold`.
pub struct Postgres {
    server: Server,
    port: Port,
    programs: PathBuf,
}

/// A database of one test.
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its address by way of the port: for processes, and where the server is stopped and started.
    pub url: String,
    /// Its address by way of the socket.
    pub socket_url: String,
}

impl Postgres {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts one that takes TLS too.
    pub fn start_secure(certificates: &Certificates) -> Self {
        let (certificate, key) = (certificates.certificate(), certificates.key());
        let (certificate, key) = (certificate.display(), key.display());
        Self::start_with(&format!("-c ssl=on -c ssl_cert_file={certificate} -c ssl_key_file={key}"))
    }

    /// Starts one with more options: `-c name=value …`.
    pub fn start_with(options: &str) -> Self {
        let (programs, port) = (install::postgres(), Port::free());
        let settings = [
            ("bin", programs.clone().into_os_string()),
            ("port", port.number.to_string().into()),
            ("options", options.into()),
        ];
        let script = include_str!("postgres.sh");
        Self { server: Server::start(script, directory(), &settings), port, programs }
    }

    /// A new, empty database.
    pub fn database(&self) -> Database {
        let name = name();
        let made = Command::new(self.programs.join("createdb"))
            .args(["-U", "ringfold", "-p", &self.port.number.to_string(), "-h"])
            .args([self.dir(), Path::new(&name)])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}\n{}", String::from_utf8_lossy(&made.stderr), self.log());
        Database { url: self.url(&name), socket_url: self.url_behind(self.dir(), &name), name }
    }

    /// The address of a database by way of the port.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://ringfold@127.0.0.1:{}/{database}", self.port.number)
    }

    /// The address of a database by way of a socket in `dir`, named as the server's is.
    pub fn url_behind(&self, dir: &Path, database: &str) -> String {
        format!("postgres://ringfold@localhost:{}/{database}?host={}", self.port.number, dir.display())
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        self.dir().join(format!(".s.PGSQL.{}", self.port.number))
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port.number
    }
}

impl Deref for Postgres {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
