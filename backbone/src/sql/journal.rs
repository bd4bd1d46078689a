//! The journal's statements.

use schemas::Call;
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::codec::millis;
use crate::store::CallFilter;

/// Keeps the calls that the clause gives, unless a higher revision is kept.
macro_rules! keep {
    (head) => {
        "INSERT INTO calls (id, source, session, use_number, revision, started_at, client, value) "
    };
    (tail) => {
        " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, started_at = excluded.started_at,
              client = excluded.client, value = excluded.value
          WHERE excluded.revision >= calls.revision"
    };
    ($rows:literal) => {
        concat!(keep!(head), $rows, keep!(tail))
    };
}

/// SQLite: what goes before and after the rows of many calls.
pub const KEEP_ROWS: (&str, &str) = (keep!(head), keep!(tail));

/// Many calls, each once: PostgreSQL takes arrays.
pub const KEEP_MANY: &str = keep!(
    "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
         $8::bytea[])"
);

/// By its id.
pub const CALL: &str = "SELECT value FROM calls WHERE id = $1";

/// SQLite: what goes before and after the keys (place, source, session); the newest of each that has one, with its place.
pub const NEWEST_OF_ROWS: (&str, &str) = (
    "WITH k (place, source, session) AS (",
    ") SELECT k.place, c.value FROM k JOIN calls AS c ON c.id =
           (SELECT id FROM calls WHERE source = k.source AND session = k.session ORDER BY use_number DESC LIMIT 1)",
);

/// PostgreSQL: the newest of each key that has one, with its place among the keys, from 1 on.
pub const NEWEST_OF_MANY: &str = "SELECT k.place, c.value
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (source, session, place),
         LATERAL (SELECT value FROM calls WHERE source = k.source AND session = k.session
                  ORDER BY use_number DESC LIMIT 1) AS c";

/// What a call is searched by: E.164, or what was said where that is no number.
pub fn client(call: &Call) -> &str {
    call.client.as_ref().map_or("", |phone| phone.e164.as_deref().unwrap_or(&phone.said))
}

/// A page of calls.
pub fn list<DB>(filter: &CallFilter) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("SELECT value FROM calls WHERE 1 = 1");
    if let Some(source) = &filter.source {
        query.push(" AND source = ").push_bind(source.to_string());
    }
    if let Some(client) = &filter.client {
        query.push(" AND client = ").push_bind(client.clone());
    }
    if let Some(since) = filter.since {
        query.push(" AND started_at >= ").push_bind(millis(since));
    }
    if let Some(until) = filter.until {
        query.push(" AND started_at < ").push_bind(millis(until));
    }
    if let Some((at, id)) = &filter.before {
        query.push(" AND (started_at, id) < (").push_bind(millis(*at)).push(", ").push_bind(id.to_string()).push(")");
    }
    query.push(" ORDER BY started_at DESC, id DESC LIMIT ").push_bind(i64::from(filter.limit));
    query
}
