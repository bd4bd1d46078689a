//! The journal: the newest revision of every call.

use schemas::{Call, CallId, CallKey};
use sqlx::Sqlite;
use sqlx::sqlite::SqliteConnection;

use super::Db;
use super::codec::{json, millis, parse, store};
use super::writer::job;
use crate::sql::journal as sql;
use crate::store::{CallFilter, Journal};
use crate::{Error, Fut};

/// The journal of the embedded backbone.
pub struct EmbeddedJournal(pub Db);

async fn upsert(connection: &mut SqliteConnection, call: &Call) -> Result<(), Error> {
    sqlx::query(sql::KEEP)
        .bind(call.id.as_str())
        .bind(call.source.as_str())
        .bind(call.session.as_str())
        .bind(call.use_number)
        .bind(call.revision)
        .bind(millis(call.started_at))
        .bind(sql::client(call))
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
            let found: Option<Vec<u8>> =
                sqlx::query_scalar(sql::CALL).bind(id.as_str()).fetch_optional(&self.0.readers).await.map_err(store)?;
            found.map(|value| parse(&value)).transpose()
        })
    }

    fn newest<'a>(&'a self, keys: &'a [CallKey]) -> Fut<'a, Vec<Option<Call>>> {
        Box::pin(async move {
            let mut calls = Vec::with_capacity(keys.len());
            for key in keys {
                let found: Option<Vec<u8>> = sqlx::query_scalar(sql::NEWEST)
                    .bind(key.source.as_str())
                    .bind(key.session.as_str())
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
            let found: Vec<Vec<u8>> =
                sql::list::<Sqlite>(filter).build_query_scalar().fetch_all(&self.0.readers).await.map_err(store)?;
            found.iter().map(|value| parse(value)).collect()
        })
    }
}
