//! A PostgreSQL server for the tests of this program: started once, on a socket in a directory of its own, and gone with
//! the program however that ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use uuid::Uuid;

/// The server refuses to run as root, so there it runs as nobody. The script says `ready`, then waits for its standard
/// input to end: it does when this program is gone, also if it was killed.
const SCRIPT: &str = r#"
set -eu
bin=$1 dir=$2 server=
cd "$dir"
as_anyone() { if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else exec "$@"; fi; }
trap : INT TERM
trap 'if [ -n "$server" ]; then kill -INT "$server" || true; wait "$server" || true; fi; rm -rf "$dir"' EXIT
if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$dir"; fi
(as_anyone "$bin/initdb" -D "$dir/data" -U ringfold -A trust -E UTF8 --locale=C.UTF-8 --no-sync </dev/null >&2)
(as_anyone "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 \
    -c deadlock_timeout=100ms </dev/null >"$dir/log" 2>&1) &
server=$!
tries=0
until "$bin/pg_isready" -q -h "$dir" -U ringfold -d postgres; do
  tries=$((tries + 1))
  if [ "$tries" -gt 600 ] || ! kill -0 "$server"; then cat "$dir/log" >&2; exit 1; fi
  sleep 0.1
done
echo ready
cat >/dev/null
"#;

struct Server {
    dir: PathBuf,
    /// Holds the other end of the script's standard input.
    _script: Child,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap().keep();
    let mut script = Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .args([&binaries(), &dir])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(script.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said.trim(), "ready", "PostgreSQL does not start in {}", dir.display());
    Server { dir, _script: script }
});

/// Where the server's programs are: what `pg_config` says, or the newest that Debian's packages brought.
fn binaries() -> PathBuf {
    let whole = |dir: &Path| ["initdb", "postgres", "pg_isready"].iter().all(|name| dir.join(name).exists());
    let said = Command::new("pg_config").arg("--bindir").output().map(|said| said.stdout).unwrap_or_default();
    let mut found = vec![PathBuf::from(String::from_utf8_lossy(&said).trim())];
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|dirs| dirs.flatten().map(|dir| dir.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    found.extend(versions.into_iter().rev());
    let Some(found) = found.into_iter().find(|dir| whole(dir)) else {
        panic!("PostgreSQL's server is not installed here; run tests/run, which installs it");
    };
    found
}

/// A database of one test.
pub struct Database {
    pub url: String,
    name: String,
    dir: &'static Path,
}

/// A new, empty one.
pub async fn database() -> Database {
    // Starting takes seconds and blocks; whoever comes meanwhile waits.
    let dir = tokio::task::spawn_blocking(|| SERVER.dir.as_path()).await.unwrap();
    let database = Database::on(dir, format!("test_{}", Uuid::now_v7().simple()));
    let mut server = PgConnection::connect(&Database::on(dir, "postgres".into()).url).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {}", database.name))).execute(&mut server).await.unwrap();
    database
}

impl Database {
    fn on(dir: &'static Path, name: String) -> Self {
        Self { url: Self::url(dir, &name), name, dir }
    }

    fn url(dir: &Path, name: &str) -> String {
        format!("postgres://ringfold@localhost/{name}?host={}", dir.display())
    }

    /// The same database behind another socket directory.
    pub fn behind(&self, dir: &Path) -> String {
        Self::url(dir, &self.name)
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.join(".s.PGSQL.5432")
    }

    /// A connection past the store.
    pub async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Every byte of its files.
    pub async fn bytes(&self) -> Vec<u8> {
        let mut connection = self.connection().await;
        sqlx::query("CHECKPOINT").execute(&mut connection).await.unwrap();
        let folder: String = sqlx::query_scalar("SELECT 'base/' || oid FROM pg_database WHERE datname = $1")
            .bind(&self.name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let files = std::fs::read_dir(self.dir.join("data").join(folder)).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect()
    }
}
