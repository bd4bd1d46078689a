//! All three parts on one SQLite file in a data directory, for one machine. One process at a time: it holds a lock.

mod codec;
mod directory;
mod journal;
mod ledger;
mod log;
mod memos;
mod queue;
mod reader;
mod writer;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::dir::{lock, unusable};
use crate::sealed::SecretKey;
use crate::{Backbone, Error};
use writer::Writer;

/// An open data directory. Dropping it lets the lock go.
pub struct Embedded {
    backbone: Backbone,
    writer: Writer,
    _lock: File,
}

/// What the parts share.
#[derive(Clone)]
struct Db {
    writer: Writer,
    readers: SqlitePool,
    key: SecretKey,
}

impl Embedded {
    /// Opens the directory, making it and what is missing in it: the database, and the secret key where none is given.
    pub async fn open(dir: &Path, key: Option<SecretKey>) -> Result<Self, Error> {
        let lock = lock(dir)?;
        let key = match key {
            Some(key) => key,
            None => key_of(dir)?,
        };
        let options = SqliteConnectOptions::new()
            .filename(dir.join("ringfold.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .pragma("journal_size_limit", "67108864")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(|why| codec::error("store", &why))?;
        sqlx::migrate!("migrations/sqlite")
            .run(&mut connection)
            .await
            .map_err(|why| Error::Unreadable(format!("{} does not fit this version: {why}", dir.display())))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        let log_news = log::News::default();
        let db = Db { writer: Writer::start(connection), readers, key };
        let backbone = Backbone {
            log: Arc::new(log::EmbeddedLog::new(db.clone(), log_news)),
            queue: Arc::new(queue::EmbeddedQueue::default()),
            directory: Arc::new(directory::EmbeddedDirectory(db.clone())),
            journal: Arc::new(journal::EmbeddedJournal(db.clone())),
            ledger: Arc::new(ledger::EmbeddedLedger(db.clone())),
            memos: Arc::new(memos::EmbeddedMemos::new(db.clone())),
        };
        Ok(Self { backbone, writer: db.writer, _lock: lock })
    }

    /// The three parts.
    pub fn backbone(&self) -> Backbone {
        self.backbone.clone()
    }

    /// Waits until all that was handed to the writer is on disk.
    pub async fn flush(&self) -> Result<(), Error> {
        self.writer.submit(|_| Box::pin(async { Ok(()) })).await
    }
}

/// Reads the directory's own key, or makes it: whole or not at all, so that a crash leaves no half of a key.
fn key_of(dir: &Path) -> Result<SecretKey, Error> {
    let path = dir.join("secret-key");
    match fs::read_to_string(&path) {
        Ok(text) => return SecretKey::from_hex(&text),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound && dir.join("ringfold.db").exists() => {
            return Err(Error::Unreadable(format!(
                "{} is missing, and what it sealed in ringfold.db opens with no other key; put it back",
                path.display()
            )));
        }
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
        Err(why) => return Err(unusable(dir, &why)),
    }
    let key = SecretKey::generate()?;
    let fresh = dir.join("secret-key.new");
    let write = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(key.to_hex().as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
        File::open(dir)?.sync_all()
    };
    write().map_err(|why| unusable(dir, &why))?;
    Ok(key)
}
