//! Reading a delivery and its steps.

use schemas::{CallId, ConnectionId};
use sqlx::postgres::{PgConnection, PgPool};

use crate::Error;
use crate::ledger::{Delivery, Step};
use crate::postgres::codec::{Failure, text};
use crate::sql::ledger::{self as sql, rows};

/// The steps of a delivery.
pub async fn steps(connection: &mut PgConnection, of: &ConnectionId, call: &CallId) -> Result<Vec<Step>, Failure> {
    let found = sqlx::query(sql::STEPS).bind(of.as_str()).bind(text(call.as_str())).fetch_all(connection).await?;
    Ok(found.iter().map(rows::step).collect::<Result<_, Error>>()?)
}

/// A delivery and its steps.
pub async fn delivery(
    pool: &PgPool,
    of: &ConnectionId,
    call: &CallId,
) -> Result<Option<(Delivery, Vec<Step>)>, Failure> {
    let mut reader = pool.acquire().await?;
    let found =
        sqlx::query(sql::DELIVERY).bind(of.as_str()).bind(text(call.as_str())).fetch_optional(&mut *reader).await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some((rows::delivery(&row)?, steps(&mut reader, of, call).await?)))
}
