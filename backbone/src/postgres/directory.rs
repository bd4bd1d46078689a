//! The directory: accounts, sources, connections; their secrets sealed.

use std::time::Duration;

use schemas::{ConnectionId, ConnectionStatus, Source, Timestamp};
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Db;
use super::codec::{Failure, text};
use super::retry::retried;
use crate::Fut;
use crate::sealed::SecretKey;
use crate::sql::codec::{json, millis, parse};
use crate::sql::directory::{self as sql, Tables, connection_owner, place, source_owner};
use crate::store::{Accounts, ConnectionEntry, Credentials, Directory, SourceEntry};

/// The version is asked for before every piece of work: another process's change is seen within this time.
const FRESH: Duration = Duration::from_millis(250);

/// The directory on PostgreSQL.
pub struct PostgresDirectory {
    db: Db,
    /// The version, and when it was read. Held while it is read, so that it is read once.
    version: Mutex<Option<(Instant, i64)>>,
}

impl PostgresDirectory {
    /// On an open database.
    pub fn new(db: Db) -> Self {
        Self { db, version: Mutex::default() }
    }
}

async fn write_credentials(
    connection: &mut PgConnection,
    key: &SecretKey,
    owner: &str,
    credentials: &Credentials,
) -> Result<(), Failure> {
    sqlx::query(sql::CLEAR_CREDENTIALS).bind(owner).execute(&mut *connection).await?;
    for (field, credential) in credentials {
        sqlx::query(sql::WRITE_CREDENTIAL)
            .bind(owner)
            .bind(field)
            .bind(key.seal(&credential.value, &place(owner, field))?)
            .bind(&credential.from)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn write_source(connection: &mut PgConnection, key: &SecretKey, entry: &SourceEntry) -> Result<(), Failure> {
    let id = entry.source.id.as_str();
    let written = sqlx::query(sql::WRITE_SOURCE)
        .bind(id)
        .bind(entry.source.account.as_str())
        .bind(key.fingerprint(entry.secret.expose()))
        .bind(key.seal(&entry.secret, &place(&source_owner(id), "secret"))?)
        .bind(json(&entry.source)?)
        .execute(&mut *connection)
        .await;
    written.map_err(|why| match why.as_database_error() {
        Some(said) if said.is_unique_violation() => Failure::Final(sql::secret_is_taken(id)),
        _ => why.into(),
    })?;
    write_credentials(connection, key, &source_owner(id), &entry.credentials).await
}

async fn begin_again(connection: &mut PgConnection, id: &str, now: Timestamp) -> Result<(), Failure> {
    sqlx::query(sql::BEGIN_AGAIN).bind(millis(now)).bind(id).execute(connection).await?;
    Ok(())
}

async fn write_connection(
    connection: &mut PgConnection,
    key: &SecretKey,
    entry: &ConnectionEntry,
    now: Timestamp,
) -> Result<(), Failure> {
    let id = entry.connection.id.as_str();
    let before: Option<String> = sqlx::query_scalar(sql::STATUS_HELD).bind(id).fetch_optional(&mut *connection).await?;
    if sql::becomes_active(before.as_deref(), entry.connection.status) {
        begin_again(connection, id, now).await?;
    }
    sqlx::query(sql::WRITE_CONNECTION)
        .bind(id)
        .bind(entry.connection.account.as_str())
        .bind(entry.connection.status.word())
        .bind(text(&entry.connection.reason))
        .bind(json(&entry.connection)?)
        .execute(&mut *connection)
        .await?;
    write_credentials(connection, key, &connection_owner(id), &entry.credentials).await
}

impl PostgresDirectory {
    async fn write(&self, accounts: &Accounts, now: Timestamp) -> Result<(), Failure> {
        let mut transaction = self.db.pool.begin().await?;
        for account in &accounts.accounts {
            sqlx::query(sql::WRITE_ACCOUNT)
                .bind(account.id.as_str())
                .bind(json(account)?)
                .execute(&mut *transaction)
                .await?;
        }
        for entry in &accounts.sources {
            write_source(&mut transaction, &self.db.key, entry).await?;
        }
        for entry in &accounts.connections {
            write_connection(&mut transaction, &self.db.key, entry, now).await?;
        }
        sqlx::query(sql::CHANGED).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// One's own change is seen at once.
    async fn changed(&self) {
        *self.version.lock().await = None;
    }

    async fn read(&self) -> Result<Accounts, Failure> {
        // One snapshot, so that the four are of one moment.
        let mut reader = self.db.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let tables = Tables {
            accounts: sqlx::query(sql::ACCOUNTS).fetch_all(&mut *reader).await?,
            sources: sqlx::query(sql::SOURCES).fetch_all(&mut *reader).await?,
            connections: sqlx::query(sql::CONNECTIONS).fetch_all(&mut *reader).await?,
            credentials: sqlx::query(sql::CREDENTIALS).fetch_all(&mut *reader).await?,
        };
        reader.commit().await?;
        Ok(tables.open(&self.db.key)?)
    }

    async fn change_status(
        &self,
        id: &ConnectionId,
        from: Option<ConnectionStatus>,
        to: ConnectionStatus,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let mut transaction = self.db.pool.begin().await?;
        let done = sqlx::query(sql::SET_STATUS)
            .bind(to.word())
            .bind(text(reason))
            .bind(id.as_str())
            .bind(from.map(ConnectionStatus::word))
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if to == ConnectionStatus::Active {
            begin_again(&mut transaction, id.as_str(), now).await?;
        }
        sqlx::query(sql::CHANGED).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether it stands as [`Self::change_status`] would have left it.
    async fn stands(&self, id: &ConnectionId, status: ConnectionStatus, reason: &str) -> Result<bool, Failure> {
        let found = sqlx::query("SELECT 1 FROM connections WHERE id = $1 AND status = $2 AND reason = $3")
            .bind(id.as_str())
            .bind(status.word())
            .bind(text(reason))
            .fetch_optional(&self.db.pool)
            .await?;
        Ok(found.is_some())
    }
}

impl Directory for PostgresDirectory {
    fn load(&self) -> Fut<'_, Accounts> {
        Box::pin(retried(|_| self.read()))
    }

    fn save<'a>(&'a self, accounts: &'a Accounts, now: Timestamp) -> Fut<'a, ()> {
        Box::pin(async move {
            let saved = retried(|_| self.write(accounts, now)).await;
            self.changed().await;
            saved
        })
    }

    fn version(&self) -> Fut<'_, i64> {
        Box::pin(async {
            let mut version = self.version.lock().await;
            if let Some((at, known)) = *version
                && at.elapsed() < FRESH
            {
                return Ok(known);
            }
            let read =
                retried(|_| async { Ok(sqlx::query_scalar(sql::VERSION).fetch_one(&self.db.pool).await?) }).await?;
            *version = Some((Instant::now(), read));
            Ok(read)
        })
    }

    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>> {
        Box::pin(retried(|_| async {
            let found: Option<String> = sqlx::query_scalar(sql::SOURCE_BY_SECRET)
                .bind(self.db.key.fingerprint(secret))
                .fetch_optional(&self.db.pool)
                .await?;
            Ok(found.map(|value| parse(value.as_bytes())).transpose()?)
        }))
    }

    fn set_status<'a>(
        &'a self,
        id: &'a ConnectionId,
        from: Option<ConnectionStatus>,
        to: ConnectionStatus,
        reason: &'a str,
        now: Timestamp,
    ) -> Fut<'a, bool> {
        Box::pin(async move {
            let set = retried(|again| async move {
                let done = self.change_status(id, from, to, reason, now).await?;
                Ok(done || (again && self.stands(id, to, reason).await?))
            });
            let set = set.await;
            self.changed().await;
            set
        })
    }
}
