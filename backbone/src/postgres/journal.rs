//! The journal: the newest revision of every call.

use std::collections::BTreeMap;

use schemas::{Call, CallId, CallKey};
use sqlx::Postgres;
use sqlx::postgres::PgConnection;

use super::Db;
use super::codec::{Failure, text};
use super::retry::retried;
use crate::sql::codec::{json, millis, parse};
use crate::sql::journal as sql;
use crate::store::{CallFilter, Journal};
use crate::{Error, Fut};

/// Rows of one statement at most.
const ROWS: usize = 500;

/// The journal on PostgreSQL.
pub struct PostgresJournal(pub Db);

/// Each call once, at its highest revision; in one order, so that two writers do not wait for each other in a ring.
fn newest(calls: &[Call]) -> Vec<&Call> {
    let mut newest: BTreeMap<&str, &Call> = BTreeMap::new();
    for call in calls {
        let known = newest.entry(call.id.as_str()).or_insert(call);
        if call.revision >= known.revision {
            *known = call;
        }
    }
    newest.into_values().collect()
}

async fn write(connection: &mut PgConnection, calls: &[&Call]) -> Result<(), Failure> {
    let values = calls.iter().map(|call| Ok(json(call)?.into_bytes())).collect::<Result<Vec<_>, Error>>()?;
    sqlx::query(sql::KEEP_MANY)
        .bind(calls.iter().map(|call| text(call.id.as_str())).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| call.source.as_str()).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| text(&call.session)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| i64::from(call.use_number)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| i64::from(call.revision)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| millis(call.started_at)).collect::<Vec<_>>())
        .bind(calls.iter().map(|call| text(sql::client(call))).collect::<Vec<_>>())
        .bind(values)
        .execute(connection)
        .await?;
    Ok(())
}

impl Journal for PostgresJournal {
    fn keep<'a>(&'a self, calls: &'a [Call]) -> Fut<'a, ()> {
        Box::pin(async move {
            let calls = newest(calls);
            if calls.is_empty() {
                return Ok(());
            }
            retried(|_| async {
                let mut transaction = self.0.pool.begin().await?;
                for some in calls.chunks(ROWS) {
                    write(&mut transaction, some).await?;
                }
                Ok(transaction.commit().await?)
            })
            .await
        })
    }

    fn call<'a>(&'a self, id: &'a CallId) -> Fut<'a, Option<Call>> {
        Box::pin(retried(|_| async {
            let found: Option<Vec<u8>> =
                sqlx::query_scalar(sql::CALL).bind(text(id.as_str())).fetch_optional(&self.0.pool).await?;
            Ok(found.map(|value| parse(&value)).transpose()?)
        }))
    }

    fn newest<'a>(&'a self, keys: &'a [CallKey]) -> Fut<'a, Vec<Option<Call>>> {
        Box::pin(retried(|_| async {
            let mut calls = vec![None; keys.len()];
            let found: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql::NEWEST_OF_MANY)
                .bind(keys.iter().map(|key| key.source.as_str()).collect::<Vec<_>>())
                .bind(keys.iter().map(|key| text(&key.session)).collect::<Vec<_>>())
                .fetch_all(&self.0.pool)
                .await?;
            for (place, value) in found {
                // PostgreSQL counts from one.
                if let Some(call) = usize::try_from(place - 1).ok().and_then(|place| calls.get_mut(place)) {
                    *call = Some(parse(&value)?);
                }
            }
            Ok(calls)
        }))
    }

    fn list<'a>(&'a self, filter: &'a CallFilter) -> Fut<'a, Vec<Call>> {
        Box::pin(retried(|_| async {
            let found: Vec<Vec<u8>> =
                sql::list::<Postgres>(filter).build_query_scalar().fetch_all(&self.0.pool).await?;
            Ok(found.iter().map(|value| parse(value)).collect::<Result<_, Error>>()?)
        }))
    }
}
