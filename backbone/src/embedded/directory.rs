//! The directory: accounts, sources, connections; their secrets sealed.

use schemas::{Account, Connection, ConnectionId, ConnectionStatus, Source, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::Db;
use super::codec::{json, millis, parse, store};
use super::writer::job;
use crate::sealed::SecretKey;
use crate::store::{Accounts, ConnectionEntry, Credential, Credentials, Directory, SourceEntry};
use crate::{Error, Fut};

/// The directory of the embedded backbone.
pub struct EmbeddedDirectory(pub Db);

/// Where a secret belongs: what it is sealed to.
fn place(owner: &str, field: &str) -> String {
    format!("{owner}/{field}")
}

async fn write_credentials(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    owner: &str,
    credentials: &Credentials,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM credentials WHERE owner = $1")
        .bind(owner)
        .execute(&mut *connection)
        .await
        .map_err(store)?;
    for (field, credential) in credentials {
        sqlx::query("INSERT INTO credentials (owner, field, sealed, taken_from) VALUES ($1, $2, $3, $4)")
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
    sqlx::query(
        "INSERT INTO sources (id, account, fingerprint, secret, value) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET account = excluded.account, fingerprint = excluded.fingerprint,
             secret = excluded.secret, value = excluded.value",
    )
    .bind(id)
    .bind(entry.source.account.as_str())
    .bind(key.fingerprint(entry.secret.expose()))
    .bind(key.seal(&entry.secret, &place(&format!("source/{id}"), "secret"))?)
    .bind(json(&entry.source)?)
    .execute(&mut *connection)
    .await
    .map_err(|why| match why.as_database_error() {
        Some(db) if db.is_unique_violation() => {
            Error::Invalid(format!("the secret of source {id} is already used by another source"))
        }
        _ => store(why),
    })?;
    write_credentials(connection, key, &format!("source/{id}"), &entry.credentials).await
}

/// What was parked begins to be tried now: the time it waited does not count.
async fn begin_again(connection: &mut SqliteConnection, id: &str, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE deliveries SET since = $1 WHERE connection = $2 AND status = 'pending'")
        .bind(millis(now))
        .bind(id)
        .execute(connection)
        .await
        .map_err(store)?;
    Ok(())
}

async fn write_connection(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    entry: &ConnectionEntry,
    now: Timestamp,
) -> Result<(), Error> {
    let id = entry.connection.id.as_str();
    let before: Option<String> = sqlx::query_scalar("SELECT status FROM connections WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .map_err(store)?;
    let active = ConnectionStatus::Active;
    if entry.connection.status == active && before.is_some_and(|word| word != active.word()) {
        begin_again(connection, id, now).await?;
    }
    sqlx::query(
        "INSERT INTO connections (id, account, status, reason, value) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET account = excluded.account, status = excluded.status, reason = excluded.reason,
             value = excluded.value",
    )
    .bind(id)
    .bind(entry.connection.account.as_str())
    .bind(entry.connection.status.word())
    .bind(&entry.connection.reason)
    .bind(json(&entry.connection)?)
    .execute(&mut *connection)
    .await
    .map_err(store)?;
    write_credentials(connection, key, &format!("connection/{id}"), &entry.credentials).await
}

async fn save(
    connection: &mut SqliteConnection,
    key: &SecretKey,
    accounts: &Accounts,
    now: Timestamp,
) -> Result<(), Error> {
    for account in &accounts.accounts {
        sqlx::query(
            "INSERT INTO accounts (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        )
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
    sqlx::query("UPDATE directory SET version = version + 1").execute(connection).await.map_err(store)?;
    Ok(())
}

impl EmbeddedDirectory {
    async fn credentials(&self, owner: &str) -> Result<Credentials, Error> {
        let rows = sqlx::query("SELECT field, sealed, taken_from FROM credentials WHERE owner = $1")
            .bind(owner)
            .fetch_all(&self.0.readers)
            .await
            .map_err(store)?;
        let mut credentials = Credentials::new();
        for row in rows {
            let field: String = row.get(0);
            let value = self.0.key.open(row.get(1), &place(owner, &field))?;
            credentials.insert(field, Credential { value, from: row.get(2) });
        }
        Ok(credentials)
    }

    async fn sources(&self) -> Result<Vec<SourceEntry>, Error> {
        let rows = sqlx::query("SELECT id, secret, value FROM sources ORDER BY id")
            .fetch_all(&self.0.readers)
            .await
            .map_err(store)?;
        let mut sources = Vec::with_capacity(rows.len());
        for row in rows {
            let owner = format!("source/{}", row.get::<&str, _>(0));
            sources.push(SourceEntry {
                source: parse(row.get::<&str, _>(2).as_bytes())?,
                secret: self.0.key.open(row.get(1), &place(&owner, "secret"))?,
                credentials: self.credentials(&owner).await?,
            });
        }
        Ok(sources)
    }

    async fn connections(&self) -> Result<Vec<ConnectionEntry>, Error> {
        let rows = sqlx::query("SELECT id, status, reason, value FROM connections ORDER BY id")
            .fetch_all(&self.0.readers)
            .await
            .map_err(store)?;
        let mut connections = Vec::with_capacity(rows.len());
        for row in rows {
            let mut connection: Connection = parse(row.get::<&str, _>(3).as_bytes())?;
            let word: &str = row.get(1);
            connection.status = ConnectionStatus::from_word(word)
                .ok_or_else(|| Error::Unreadable(format!("connection {} has the status {word:?}", connection.id)))?;
            connection.reason = row.get(2);
            let credentials = self.credentials(&format!("connection/{}", connection.id)).await?;
            connections.push(ConnectionEntry { connection, credentials });
        }
        Ok(connections)
    }
}

impl Directory for EmbeddedDirectory {
    fn load(&self) -> Fut<'_, Accounts> {
        Box::pin(async move {
            let rows: Vec<String> = sqlx::query_scalar("SELECT value FROM accounts ORDER BY id")
                .fetch_all(&self.0.readers)
                .await
                .map_err(store)?;
            let accounts = rows.iter().map(|value| parse(value.as_bytes())).collect::<Result<Vec<Account>, Error>>()?;
            Ok(Accounts { accounts, sources: self.sources().await?, connections: self.connections().await? })
        })
    }

    fn save<'a>(&'a self, accounts: &'a Accounts, now: Timestamp) -> Fut<'a, ()> {
        let (accounts, key) = (accounts.clone(), self.0.key.clone());
        let write = job(move |c| Box::pin(async move { save(c, &key, &accounts, now).await }));
        Box::pin(self.0.writer.submit(write))
    }

    fn version(&self) -> Fut<'_, i64> {
        Box::pin(async move {
            sqlx::query_scalar("SELECT version FROM directory").fetch_one(&self.0.readers).await.map_err(store)
        })
    }

    fn source_by_secret<'a>(&'a self, secret: &'a str) -> Fut<'a, Option<Source>> {
        Box::pin(async move {
            let found: Option<String> = sqlx::query_scalar("SELECT value FROM sources WHERE fingerprint = $1")
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
                let done = sqlx::query(
                    "UPDATE connections SET status = $1, reason = $2 WHERE id = $3 AND ($4 IS NULL OR status = $4)",
                )
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
