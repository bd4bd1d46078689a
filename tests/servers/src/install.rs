//! Where the servers' programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The jars that `tests/install` fetched.
const KAFKA: &str = "servers/kafka-4.1.0";

/// PostgreSQL's programs: where `pg_config` says, or the newest that Debian's packages brought.
pub fn postgres() -> PathBuf {
    let whole = |dir: &PathBuf| ["initdb", "postgres", "createdb"].iter().all(|name| dir.join(name).exists());
    let said = Command::new("pg_config").arg("--bindir").output().map(|said| said.stdout).unwrap_or_default();
    let mut found = vec![PathBuf::from(String::from_utf8_lossy(&said).trim())];
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|dirs| dirs.flatten().map(|dir| dir.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    found.extend(versions.into_iter().rev());
    found.into_iter().find(whole).unwrap_or_else(|| missing("PostgreSQL's server"))
}

/// Kafka's jars, below the directory that cargo builds in.
pub fn kafka() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let targets = named.iter().map(PathBuf::as_path).chain(program.ancestors()).chain([Path::new(default)]);
    let mut found = targets.map(|dir| dir.join(KAFKA)).filter(|dir| dir.is_dir());
    found.next().unwrap_or_else(|| missing("Kafka"))
}

/// `RabbitMQ`'s programs, past the wrappers that only root and the system's own broker may use.
pub fn rabbit() -> PathBuf {
    let dir = PathBuf::from("/usr/lib/rabbitmq/bin");
    if dir.join("rabbitmq-server").exists() { dir } else { missing("RabbitMQ's server") }
}

fn missing(what: &str) -> ! {
    panic!("{what} is not installed here; run tests/install")
}
