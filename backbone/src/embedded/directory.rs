//! The directory: accounts, sources, connections; their secrets sealed.

use schemas::{ConnectionId, ConnectionStatus, Source, Timestamp};
use sqlx::sqlite::SqliteConnection;

use super::Db;
use super::codec::{json, millis, parse, store};
use super::writer::job;
use crate::sealed::SecretKey;
use crate::sql::directory::{self as sql, Tables, connection_owner, place, source_owner};
use crate::store::{Accounts, ConnectionEntry, Credentials, Directory, SourceEntry};
use crate::{Error, Fut};

/// The directory of the embedded backbone.
pub struct EmbeddedDirectory(pub Db);

async fn write_credentials(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    owner: &str,
    credentials: &Credentials,
) -> Result<(), Error> {
    sqlx::query(sql::CLEAR_CREDENTIALS).bind(owner).execute(&mut *connection).await.map_err(store)?;
    for (field, credential) in credentials {
        sqlx::query(sql::WRITE_CREDENTIAL)
            .bind(owner)
            .bind(field)
            .bind(key.seal(&credential.value, &place(owner, field))?)
            .bind(&credential.from)
            .execute(&mut *connection)
            .await
            .map_err(store)?;
    }
    Ok(())
}

async fn write_source(connection: &mut SqliteConnection, key: &SecretKey, entry: &SourceEntry) -> Result<(), Error> {
    let id = entry.source.id.as_str();
    sqlx::query(sql::WRITE_SOURCE)
        .bind(id)
        .bind(entry.source.account.as_str())
        .bind(key.fingerprint(entry.secret.expose()))
        .bind(key.seal(&entry.secret, &place(&source_owner(id), "secret"))?)
        .bind(json(&entry.source)?)
        .execute(&mut *connection)
        .await
        .map_err(|why| match why.as_database_error() {
            Some(db) if db.is_unique_violation() => sql::secret_is_taken(id),
            _ => store(why),
        })?;
    write_credentials(connection, key, &source_owner(id), &entry.credentials).await
}

async fn begin_again(connection: &mut SqliteConnection, id: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query(sql::BEGIN_AGAIN).bind(millis(now)).bind(id).execute(connection).await.map_err(store)?;
    Ok(())
}

async fn write_connection(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    entry: &ConnectionEntry,
    now: Timestamp,
) -> Result<(), Error> {
    let id = entry.connection.id.as_str();
    let before: Option<String> =
        sqlx::query_scalar(sql::STATUS).bind(id).fetch_optional(&mut *connection).await.map_err(store)?;
    if sql::becomes_active(before.as_deref(), entry.connection.status) {
        begin_again(connection, id, now).await?;
    }
    sqlx::query(sql::WRITE_CONNECTION)
        .bind(id)
        .bind(entry.connection.account.as_str())
        .bind(entry.connection.status.word())
        .bind(&entry.connection.reason)
        .bind(json(&entry.connection)?)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    write_credentials(connection, key, &connection_owner(id), &entry.credentials).await
}

async fn save(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    accounts: &Accounts,
    now: Timestamp,
) -> Result<(), Error> {
    for account in &accounts.accounts {
        sqlx::query(sql::WRITE_ACCOUNT)
            .bind(account.id.as_str())
            .bind(json(account)?)
            .execute(&mut *connection)
            .await
            .map_err(store)?;
    }
    for entry in &accounts.sources {
        write_source(connection, key, entry).await?;
    }
    for entry in &accounts.connections {
        write_connection(connection, key, entry, now).await?;
    }
    changed(connection).await
}

async fn changed(connection: &mut SqliteConnection) -> Result<(), Error> {
    sqlx::query(sql::CHANGED).execute(connection).await.map_err(store)?;
    Ok(())
}

impl Directory for EmbeddedDirectory {
    fn load(&self) -> Fut<'_, Accounts> {
        Box::pin(async move {
            // One transaction, so that the four are of one moment.
            let mut reader = self.0.readers.begin().await.map_err(store)?;
            let tables = Tables {
                accounts: sqlx::query(sql::ACCOUNTS).fetch_all(&mut *reader).await.map_err(store)?,
                sources: sqlx::query(sql::SOURCES).fetch_all(&mut *reader).await.map_err(store)?,
                connections: sqlx::query(sql::CONNECTIONS).fetch_all(&mut *reader).await.map_err(store)?,
                credentials: sqlx::query(sql::CREDENTIALS).fetch_all(&mut *reader).await.map_err(store)?,
            };
            tables.open(&self.0.key)
        })
    }

    fn save<'a>(&'a self, accounts: &'a Accounts, now: Timestamp) -> Fut<'a, ()> {
        let (accounts, key) = (accounts.clone(), self.0.key.clone());
        let write = job(move |c| Box::pin(async move { save(c, &key, &accounts, now).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn version(&self) -> Fut<'_, i64> {
        Box::pin(async move { sqlx::query_scalar(sql::VERSION).fetch_one(&self.0.readers).await.map_err(store) })
    }

    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>> {
        Box::pin(async move {
            let found: Option<String> = sqlx::query_scalar(sql::SOURCE_BY_SECRET)
                .bind(self.0.key.fingerprint(secret))
                .fetch_optional(&self.0.readers)
                .await
                .map_err(store)?;
            found.map(|value| parse(value.as_bytes())).transpose()
        })
    }

    fn set_status<'a>(
        &'a self,
        id: &'a ConnectionId,
        from: Option<ConnectionStatus>,
        to: ConnectionStatus,
        reason: &'a str,
        now: Timestamp,
    ) -> Fut<'a, bool> {
        let (id, reason) = (id.clone(), reason.to_owned());
        let write = job(move |c| {
            Box::pin(async move {
                let done = sqlx::query(sql::SET_STATUS)
                    .bind(to.word())
                    .bind(&reason)
                    .bind(id.as_str())
                    .bind(from.map(ConnectionStatus::word))
                    .execute(&mut *c)
                    .await
                    .map_err(store)?;
                if done.rows_affected() == 1 {
                    if to == ConnectionStatus::Active {
                        begin_again(c, id.as_str(), now).await?;
                    }
                    changed(c).await?;
                }
                Ok(done.rows_affected() == 1)
            })
        });
        Box::pin(self.0.writer.submit(write))
    }
}
