//! The store on PostgreSQL, for several processes at once: they share its clock for leases, and its locks.
//!
//! Every write is either repeatable (an upsert by key that keeps the newest revision, a step by its name) or known by a
//! key of its own (a lease), so that a commit whose answer was lost is carried out again or recognised, never guessed.
//! Knows nothing of the log and the queue.

mod batch;
mod codec;
mod directory;
mod journal;
mod ledger;
mod memos;
mod retry;

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::sealed::SecretKey;
use crate::store::{Directory, Journal};
use crate::{Error, Ledger, Memos};
use codec::Failure;

/// Connections at most, of one process that is not told otherwise.
const CONNECTIONS: u32 = 10;
/// How long a call waits for a free connection, or for the server to come back.
const ACQUIRE: Duration = Duration::from_secs(10);
/// How long tables may take to change when a newer version starts.
const MIGRATE: Duration = Duration::from_mins(10);
/// A connection idle for longer is tried before it is used: the server may have restarted meanwhile.
const IDLE: Duration = Duration::from_secs(1);
/// The server's own bounds on a statement, on waiting for a lock, and on a transaction that does nothing. And the one way
/// that its planner is to go: every statement here reads a few rows by an index, however large the tables are and
/// whatever was known of them when the plan was made.
const SESSION: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s';
     SET idle_in_transaction_session_timeout = '60s';
     SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
     SET enable_bitmapscan = off; SET jit = off";

/// The store on a PostgreSQL database.
#[derive(Clone)]
pub struct PostgresStore {
    /// Accounts, sources, connections.
    pub directory: Arc<dyn Directory>,
    /// Every call as it now is.
    pub journal: Arc<dyn Journal>,
    /// Deliveries and their steps.
    pub ledger: Arc<dyn Ledger>,
    /// What processes keep for each other.
    pub memos: Arc<dyn Memos>,
}

/// What the parts share.
#[derive(Clone)]
struct Db {
    pool: PgPool,
    key: SecretKey,
}

impl PostgresStore {
    /// Connects to `postgres://user:password@host:port/database`, makes or changes its tables where that is needed
    /// (several processes may start at once), and checks that `key` is the one its secrets are sealed with.
    pub async fn connect(url: &str, key: SecretKey) -> Result<Self, Error> {
        Self::connect_with(url, key, CONNECTIONS).await
    }

    /// The same with at most so many connections.
    pub async fn connect_with(url: &str, key: SecretKey, connections: u32) -> Result<Self, Error> {
        let options = options(url)?;
        let prepared = tokio::time::timeout(MIGRATE, prepare(&options, &key)).await;
        prepared
            .map_err(|_| codec::away("the tables could not be made ready in time"))?
            .map_err(Failure::into_error)?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .before_acquire(|connection, idle| {
                Box::pin(async move {
                    if idle.idle_for > IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _| Box::pin(async move { set_up(connection).await }))
            .connect_lazy_with(options);
        let db = Db { pool, key };
        Ok(Self {
            directory: Arc::new(directory::PostgresDirectory::new(db.clone())),
            journal: Arc::new(journal::PostgresJournal(db.clone())),
            memos: Arc::new(memos::PostgresMemos(db.clone())),
            ledger: Arc::new(ledger::PostgresLedger::new(db)),
        })
    }
}

fn options(url: &str) -> Result<PgConnectOptions, Error> {
    // The URL holds a password, so no error repeats it.
    let wrong = "the store is not given as postgres://user:password@host:port/database";
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(Error::Invalid(wrong.to_owned()));
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| Error::Invalid(wrong.to_owned()))?;
    let host = options.get_host();
    let here =
        options.get_socket().is_some() || host.starts_with('/') || matches!(host, "localhost" | "127.0.0.1" | "::1");
    let checked = matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    if !here && !checked {
        tracing::warn!(
            host,
            "whether this is the right PostgreSQL is not checked; add sslmode=verify-full, or keep it inside a trusted network"
        );
    }
    Ok(options.application_name("ringfold").disable_statement_logging())
}

async fn set_up(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(SESSION).execute(connection).await.map(drop)
}

/// Brings the tables up to this version, and checks the key. Tables of a newer version are left as they are: they only
/// ever gain, so that two versions can run side by side.
async fn prepare(options: &PgConnectOptions, key: &SecretKey) -> Result<(), Failure> {
    let mut connection = options.connect().await.map_err(|why| match why {
        sqlx::Error::Tls(why) => Failure::Final(Error::Invalid(format!("the store cannot be reached: {why}"))),
        why => why.into(),
    })?;
    let mut migrations = sqlx::migrate!("migrations/postgres");
    migrations.set_ignore_missing(true);
    migrations.run_direct(None, &mut connection, false).await?;
    let proof = key.fingerprint("the secret key of this store");
    sqlx::query("INSERT INTO secret_key (one, proof) VALUES (1, $1) ON CONFLICT (one) DO NOTHING")
        .bind(&proof)
        .execute(&mut connection)
        .await?;
    let kept: String = sqlx::query_scalar("SELECT proof FROM secret_key").fetch_one(&mut connection).await?;
    if kept != proof {
        return Err(Failure::Final(Error::Invalid(
            "the secret key is not the one that the secrets in the store are sealed with; give every process the same"
                .to_owned(),
        )));
    }
    connection.close().await?;
    Ok(())
}
