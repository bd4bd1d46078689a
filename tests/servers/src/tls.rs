//! Certificates of a test's own authority, made by `openssl`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// An authority, and a certificate of it for this machine.
pub struct Certificates {
    dir: TempDir,
}

impl Certificates {
    /// Makes them; they hold for two days.
    pub fn make() -> Self {
        let dir = tempfile::Builder::new().prefix("ringfold-certificates-").tempdir().unwrap();
        let made = Command::new("sh")
            .args(["-euc", include_str!("tls.sh")])
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { dir }
    }

    /// The authority's certificate, as clients are told to trust it.
    pub fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// The server's certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.path("server.pem")
    }

    /// The server's key, readable by the user that servers run as.
    pub(crate) fn key(&self) -> PathBuf {
        self.path("server.key")
    }

    /// Key and certificate in one, as Kafka reads them.
    pub(crate) fn both(&self) -> PathBuf {
        self.path("both.pem")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}
