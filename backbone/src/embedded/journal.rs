//! The journal: the newest revision of every call.

use schemas::{Call, CallId, CallKey};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use super::Db;
use super::codec::{json, millis, parse, store};
use super::writer::job;
use crate::sql::journal as sql;
use crate::store::{CallFilter, Journal};
use crate::{Error, Fut};

/// The journal of the embedded backbone.
pub struct EmbeddedJournal(pub Db);

/// Rows of one statement at most: far below SQLite's limit of parameters.
const ROWS: usize = 500;

async fn upsert(connection: &mut SqliteConnection, calls: &[Call]) -> Result<(), Error> {
    let values = calls.iter().map(json).collect::<Result<Vec<_>, Error>>()?;
    let (head, tail) = sql::KEEP_ROWS;
    let mut query = QueryBuilder::<Sqlite>::new(head);
    query.push_values(calls.iter().zip(values), |mut row, (call, value)| {
        row.push_bind(call.id.as_str()).push_bind(call.source.as_str()).push_bind(call.session.as_str());
        row.push_bind(call.use_number).push_bind(call.revision).push_bind(millis(call.started_at));
        row.push_bind(sql::client(call)).push_bind(value.into_bytes());
    });
    query.push(tail).build().execute(connection).await.map_err(store)?;
    Ok(())
}

impl Journal for EmbeddedJournal {
    fn keep<'a>(&'a self, calls: &'a [Call]) -> Fut<'a, ()> {
        let calls = calls.to_vec();
        let write = job(move |c| {
            Box::pin(async move {
                for some in calls.chunks(ROWS) {
                    upsert(c, some).await?;
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
            let mut calls = vec![None; keys.len()];
            let (head, tail) = sql::NEWEST_OF_ROWS;
            for (some, calls) in keys.chunks(ROWS).zip(calls.chunks_mut(ROWS)) {
                let mut query = QueryBuilder::<Sqlite>::new(head);
                query.push_values((0_i64..).zip(some), |mut row, (place, key)| {
                    row.push_bind(place).push_bind(key.source.as_str()).push_bind(key.session.as_str());
                });
                let query = query.push(tail).build_query_as();
                let found: Vec<(i64, Vec<u8>)> = query.fetch_all(&self.0.readers).await.map_err(store)?;
                for (place, value) in found {
                    if let Some(call) = usize::try_from(place).ok().and_then(|place| calls.get_mut(place)) {
                        *call = Some(parse(&value)?);
                    }
                }
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
