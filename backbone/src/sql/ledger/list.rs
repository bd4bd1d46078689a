//! A page of deliveries.

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::ledger::{DeliveryFilter, Status};
use crate::sql::codec::millis;

/// A page of deliveries. The oldest of a connection are read of each status by themselves, in the order of an index, and of these the
/// first: what a page reads does not grow with what the connection has.
pub fn list<DB>(filter: &DeliveryFilter) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let order = if filter.oldest_first { "created_at, connection, call" } else { "changed_at DESC" };
    let end = format!(" ORDER BY {order} LIMIT ");
    let each = match filter.status {
        None if filter.oldest_first && filter.connection.is_some() => Status::ALL.map(Some).to_vec(),
        status => vec![status],
    };
    let mut query = QueryBuilder::new("SELECT * FROM (");
    for (nth, status) in each.into_iter().enumerate() {
        query.push(if nth > 0 { " UNION ALL " } else { "" });
        query.push(concat!("SELECT * FROM (SELECT ", columns!(), ", changed_at FROM deliveries WHERE 1 = 1"));
        conditions(&mut query, filter, status);
        query.push(&end).push_bind(i64::from(filter.limit)).push(") AS one");
    }
    query.push(") AS page").push(&end).push_bind(i64::from(filter.limit));
    query
}

fn conditions<DB>(query: &mut QueryBuilder<DB>, filter: &DeliveryFilter, status: Option<Status>)
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    if let Some(connection) = &filter.connection {
        query.push(" AND connection = ").push_bind(connection.to_string());
    }
    if let Some(call) = &filter.call {
        query.push(" AND call = ").push_bind(call.to_string());
    }
    if let Some(status) = status {
        query.push(" AND status = ").push_bind(status.word().to_owned());
    }
    // Where the page before ended, this one begins: an index is read from there, and not from the beginning of the time.
    let after = filter.after.as_ref().map(|(at, ..)| millis(*at));
    if let Some(since) = filter.since.map(millis).max(after) {
        query.push(" AND created_at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" AND created_at < ").push_bind(millis(until));
    }
    if let Some((at, connection, call)) = &filter.after {
        query.push(" AND (created_at, connection, call) > (").push_bind(millis(*at));
        query.push(", ").push_bind(connection.to_string()).push(", ").push_bind(call.to_string()).push(")");
    }
}
