//! The journal: the newest revision of every call.

use schemas::{Call, CallId, CallKey};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use super::Db;
use super::codec::{json, millis, parse, store};
use super::writer::job;
use crate::store::{CallFilter, Journal};
use crate::{Error, Fut};

/// The journal of the embedded backbone.
pub struct EmbeddedJournal(pub Db);

/// What a call is searched by: E.164, or what was said where that is no number.
fn client(call: &Call) -> &str {
    call.client.as_ref().map_or("", |phone| phone.e164.as_deref().unwrap_or(&phone.said))
}

async fn upsert(connection: &mut SqliteConnection, call: &Call) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO calls (id, source, session, use_number, revision, started_at, client, value)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, started_at = excluded.started_at,
             client = excluded.client, value = excluded.value
         WHERE excluded.revision >= calls.revision",
    )
    .bind(call.id.as_str())
    .bind(call.source.as_str())
    .bind(&call.session)
    .bind(call.use_number)
    .bind(call.revision)
    .bind(millis(call.started_at))
    .bind(client(call))
    .bind(json(call)?.into_bytes())
    .execute(connection)
    .await
    .map_err(store)?;
    Ok(())
}

impl Journal for EmbeddedJournal {
    fn keep<'a>(&'a self, calls: &'a [Call]) -> Fut<'a, ()> {
        let calls = calls.to_vec();
        let write = job(move |c| {
            Box::pin(async move {
                for call in &calls {
                    upsert(c, call).await?;
                }
                Ok(())
            })
        });
        Box::pin(self.0.writer.submit(write))
    }

    fn call<'a>(&'a self, id: &'a CallId) -> Fut<'a, Option<Call>> {
        Box::pin(async move {
            let found: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM calls WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(&self.0.readers)
                .await
                .map_err(store)?;
            found.map(|value| parse(&value)).transpose()
        })
    }

    fn newest<'a>(&'a self, keys: &'a [CallKey]) -> Fut<'a, Vec<Option<Call>>> {
        Box::pin(async move {
            let mut calls = Vec::with_capacity(keys.len());
            for key in keys {
                let found: Option<Vec<u8>> = sqlx::query_scalar(
                    "SELECT value FROM calls WHERE source = $1 AND session = $2 ORDER BY use_number DESC LIMIT 1",
                )
                .bind(key.source.as_str())
                .bind(&key.session)
                .fetch_optional(&self.0.readers)
                .await
                .map_err(store)?;
                calls.push(found.map(|value| parse(&value)).transpose()?);
            }
            Ok(calls)
        })
    }

    fn list<'a>(&'a self, filter: &'a CallFilter) -> Fut<'a, Vec<Call>> {
        Box::pin(async move {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT value FROM calls WHERE 1 = 1");
            if let Some(source) = &filter.source {
                query.push(" AND source = ").push_bind(source.as_str());
            }
            if let Some(client) = &filter.client {
                query.push(" AND client = ").push_bind(client);
            }
            if let Some(since) = filter.since {
                query.push(" AND started_at >= ").push_bind(millis(since));
            }
            if let Some(until) = filter.until {
                query.push(" AND started_at < ").push_bind(millis(until));
            }
            if let Some((at, id)) = &filter.before {
                query
                    .push(" AND (started_at, id) < (")
                    .push_bind(millis(*at))
                    .push(", ")
                    .push_bind(id.as_str())
                    .push(")");
            }
            query.push(" ORDER BY started_at DESC, id DESC LIMIT ").push_bind(filter.limit);
            let found: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(&self.0.readers).await.map_err(store)?;
            found.iter().map(|value| parse(value)).collect()
        })
    }
}
